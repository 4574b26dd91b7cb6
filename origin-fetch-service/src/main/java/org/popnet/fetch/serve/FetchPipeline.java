package org.popnet.fetch.serve;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CacheControl;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
import org.popnet.caching.Vary;
import org.popnet.fetch.origin.OriginClient;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.fetch.serve.Answer.Result;
import org.popnet.fetch.serve.Fill.Outcome;
import org.popnet.fetch.serve.Fills.Slot;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.fetch.store.NewObject;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;

/**
 * The way of a request: fresh on disk, answer; else join the fetch that runs for it, or begin one, asking for
 * confirmation of what is stored if there is something; a response that may be stored is stored while it streams, one
 * that may not goes through to this request alone; when no server answers, what is stale answers if it may.
 *
 * <p>A shared cache by the rules of {@code http-caching}. Of the cache directives of requests, which behind an edge are
 * the edge's own, one counts: with {@code no-cache} an edge says that an unsafe request, which it passed to the
 * customer's server itself, has changed the resource. What is stored of it is forgotten (RFC 9111 §4.4), so that the two
 * caches behave as one.
 */
final class FetchPipeline {
    /** A request meets another reason to look again only if something changes under it each time. */
    private static final int ROUNDS_MAX = 8;

    private final DiskTier disk;
    private final Fills fills;
    private final OriginQuestions questions;
    private final PipelineSettings settings;
    private final LargeResponses large;
    private final InstantSource clock;
    private final Flushes flushes;
    private final CachePolicy policy = CachePolicy.DEFAULT;
    private final StoredHeads heads = new StoredHeads(policy);
    private final Answers answers;
    private final ForOne forOne;

    /**
     * @param cacheName this node's name in {@code Cache-Status}
     */
    FetchPipeline(
            DiskTier disk,
            Fills fills,
            OriginClient origin,
            OriginHeaders originHeaders,
            PipelineSettings settings,
            InstantSource clock,
            String cacheName,
            Flushes flushes,
            MeterRegistry meters) {
        this.disk = disk;
        this.fills = fills;
        this.questions = new OriginQuestions(origin, originHeaders);
        this.settings = settings;
        this.clock = clock;
        this.answers = new Answers(disk, settings, clock, cacheName);
        this.flushes = flushes;
        this.large = new LargeResponses(disk, fills, originHeaders, heads, questions, flushes, settings, clock, meters);
        this.forOne = new ForOne(disk, questions, heads, answers, settings, policy, clock);
    }

    /** The caller closes the answer. */
    Answer answer(FetchRequest request) {
        if (questions.loops(request)) {
            return answers.looped();
        }
        if (CacheControl.of(request.headers()).has(CacheControl.Directive.NO_CACHE)) {
            fills.invalidate(request.key());
        }
        if (!flushes.reached(request.domain().name(), request.watermark())) {
            return forOne.pass(request, null, Forward.BYPASS);
        }
        Vary vary = Vary.NONE;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Step step =
                    switch (disk.find(request.key(), request.headers())) {
                        case Found.Hit(StoredObject object) -> found(request, object);
                        case Found.Miss(boolean known, Vary theirs) -> {
                            Step inSegments = known ? null : inSegments(request, large.known(request));
                            yield inSegments != null
                                    ? inSegments
                                    : missing(
                                            request,
                                            known ? theirs : vary,
                                            known ? Forward.VARY_MISS : Forward.URI_MISS);
                        }
                    };
            switch (step) {
                case Step.Done(Answer answer) -> {
                    return answer;
                }
                case Step.Again(Vary learned) -> vary = learned;
            }
        }
        return forOne.pass(request, null, Forward.MISS);
    }

    private Step found(FetchRequest request, StoredObject object) {
        if (!disk.isSinceStart(object) && !flushes.learnt(request.domain().name())) {
            object.close();
            return missing(request, object.head().vary(), Forward.BYPASS);
        }
        return object.head().freshness().freshAt(clock.millis())
                ? forOne.stored(request, object, Result.HIT, null)
                : stale(request, object);
    }

    private Step missing(FetchRequest request, Vary vary, Forward reason) {
        if (request.head() || forOne.isPassed(request)) {
            return new Step.Done(forOne.pass(request, null, reason));
        }
        return shared(request, null, vary, reason);
    }

    private Step stale(FetchRequest request, StoredObject object) {
        boolean kept = false;
        try {
            Step step = request.head()
                    ? new Step.Done(forOne.pass(request, object, Forward.STALE))
                    : shared(request, object, object.head().vary(), Forward.STALE);
            kept = step instanceof Step.Done(Answer.Stored s) && s.object() == object;
            return step;
        } finally {
            if (!kept) {
                object.close();
            }
        }
    }

    /** @param stale what is stored but must be confirmed, or null */
    private Step shared(FetchRequest request, @Nullable StoredObject stale, Vary vary, Forward reason) {
        Slot slot = new Slot(request.key(), vary.key(request.headers()));
        Fills.Place place = fills.joinOrLead(slot);
        if (place.leads() && reason == Forward.URI_MISS && disk.contains(request.key())) {
            fills.stored(slot, place.fill());
            return new Step.Again(vary);
        }
        return place.leads()
                ? lead(slot, place.fill(), request, stale, reason)
                : follow(place.fill(), request, stale, vary, reason);
    }

    // --- the one who fetches

    private Step lead(Slot slot, Fill fill, FetchRequest request, @Nullable StoredObject stale, Forward reason) {
        OriginResponse response = null;
        boolean handedOver = false;
        boolean pumped = false;
        try {
            response = questions.forAll(request, stale);
            if (response.status() == 304 && stale != null) {
                return confirmed(fill, request, stale, response);
            }
            if (stale != null
                    && Freshness.isError(response.status())
                    && stale.head().freshness().mayServeOnError(clock.millis())) {
                fill.resolve(new Outcome.Failed(
                        new OriginUnavailableException(Reason.BROKEN, "servers answer " + response.status(), null)));
                return forOne.stored(request, stale, Result.STALE, null);
            }
            Headers received = StoredHeads.dated(response);
            LargeVersion version = large.versionOf(request, response, received);
            if (version != null) {
                if (stale != null) {
                    disk.forget(stale);
                }
                fill.resolve(new Outcome.InSegments(version));
                fills.ended(slot, fill);
                handedOver = true;
                return begunLarge(request, large.body(request, version), response);
            }
            boolean storable = heads.storable(request, response, received) && disk.fits(response.length());
            StoredHead head = heads.head(request, response, received);
            NewObject object = storable ? disk.begin(request.key(), head, response.length()) : null;
            boolean part = response.status() == 200 && request.headers().contains("Range");
            if (!storable || object == null && part) {
                if (!storable) {
                    forOne.passFor(request);
                }
                if (stale != null && !Freshness.isError(response.status())) {
                    disk.forget(stale); // it has been replaced by something that is not for storing
                }
                if (part) {
                    response.close(); // the whole cannot be kept, so only the part is worth fetching
                    return new Step.Done(forOne.pass(request, null, Forward.PARTIAL));
                }
                handedOver = true;
                return new Step.Done(new Answer.Passing(
                        response, received, answers.forwarded(reason, response.status(), false, false, null)));
            }
            // Without room on disk it is still shared by those who wait.
            Fill.Reader reader =
                    object == null ? fill.begin(head, response.length()) : fill.begin(object, response.length());
            pumped = true;
            handedOver = true;
            Resumption resumption =
                    new Resumption(received, response.length(), rest -> questions.forAll(request, rest));
            fills.pump(slot, fill, response, object, resumption);
            return new Step.Done(forOne.filling(request, fill, reader, head, response.length(), reason, false));
        } catch (OriginUnavailableException e) {
            fill.resolve(new Outcome.Failed(e));
            return forOne.unavailable(request, stale, reason, e);
        } finally {
            if (response != null && !handedOver) {
                response.close();
            }
            if (!pumped) {
                fill.resolve(new Outcome.NotShared());
                fills.ended(slot, fill);
            }
        }
    }

    private Step confirmed(Fill fill, FetchRequest request, StoredObject stale, OriginResponse response) {
        StoredHead old = stale.head();
        Headers headers = Freshening.update(old.headers(), StoredHeads.dated(response));
        disk.freshen(stale, heads.head(request, old.status(), headers, response));
        fill.resolve(new Outcome.Confirmed());
        return forOne.stored(
                request, stale, Result.REVALIDATED, answers.forwarded(Forward.STALE, 304, false, false, null));
    }

    // --- those who wait

    private Step follow(Fill fill, FetchRequest request, @Nullable StoredObject stale, Vary vary, Forward reason) {
        Outcome outcome;
        try {
            outcome = fill.await(settings.headWait());
        } catch (IOException e) {
            outcome = null;
        }
        return switch (outcome) {
            case null ->
                forOne.unavailable(
                        request,
                        stale,
                        reason,
                        new OriginUnavailableException(Reason.TIMEOUT, "waited for another request's fetch", null));
            case Outcome.Streaming(StoredHead head, long length) -> {
                boolean mine = head.vary().key(request.headers()).equals(head.variant());
                Fill.Reader reader = mine ? fill.join() : null;
                yield reader == null
                        ? new Step.Again(head.vary())
                        : new Step.Done(forOne.filling(request, fill, reader, head, length, reason, true));
            }
            case Outcome.Confirmed() ->
                switch (disk.find(request.key(), request.headers())) {
                    case Found.Hit(StoredObject object) ->
                        forOne.stored(
                                request,
                                object,
                                Result.REVALIDATED,
                                answers.forwarded(Forward.STALE, 304, false, true, null));
                    case Found.Miss miss -> new Step.Again(vary);
                };
            case Outcome.Stored() -> new Step.Again(vary);
            case Outcome.InSegments(LargeVersion version) -> {
                Step step = inSegments(request, large.body(request, version));
                yield step == null ? new Step.Again(vary) : step;
            }
            case Outcome.NotShared() -> new Step.Done(forOne.pass(request, stale, reason));
            case Outcome.Failed(OriginUnavailableException cause) -> forOne.unavailable(request, stale, reason, cause);
        };
    }

    // --- by segments

    /** @return null if the body is none, or turns out not to be made of segments */
    private @Nullable Step inSegments(FetchRequest request, @Nullable LargeBody body) {
        if (body == null) {
            return null;
        }
        boolean kept = false;
        try {
            if (!body.hasVersion()) {
                body.open(LargeResponses.first(request), LargeResponses.last(request));
            }
            Plan plan = answers.plan(request, body);
            body.open(plan.first(), last(request, plan));
            kept = true;
            return new Step.Done(answers.large(request, body));
        } catch (LargeResponses.ChangedException e) {
            if (body.hasVersion()) {
                return new Step.Again(Vary.NONE);
            }
            large.notSegmented(request);
            return null;
        } catch (OriginUnavailableException e) {
            return forOne.unavailable(request, null, Forward.PARTIAL, e);
        } finally {
            if (!kept) {
                body.close();
            }
        }
    }

    /** @param response begins with the whole's first byte */
    private Step begunLarge(FetchRequest request, LargeBody body, OriginResponse response) {
        boolean kept = false;
        try {
            Plan plan = answers.plan(request, body);
            if (plan.count() > 0 && plan.first() < Segments.BYTES) {
                body.begin(response, last(request, plan));
            } else {
                response.close();
                body.open(plan.first(), last(request, plan));
            }
            kept = true;
            return new Step.Done(answers.large(request, body));
        } catch (LargeResponses.ChangedException e) {
            return new Step.Again(Vary.NONE);
        } catch (OriginUnavailableException e) {
            return forOne.unavailable(request, null, Forward.PARTIAL, e);
        } finally {
            if (!kept) {
                body.close();
            }
        }
    }

    private static long last(FetchRequest request, Plan plan) {
        return request.head() || plan.count() == 0 ? plan.first() : plan.first() + plan.count() - 1;
    }
}
