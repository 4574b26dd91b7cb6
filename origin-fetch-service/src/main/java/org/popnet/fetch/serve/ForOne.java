package org.popnet.fetch.serve;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.caching.Freshening;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.serve.Answer.Result;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.ObjectKey;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one request gets of what was found: a stored object, a body that arrives, or what a customer's server says to it
 * alone; and when none of them answers, what is stale, if it may be used.
 */
final class ForOne {
    private static final Logger log = LoggerFactory.getLogger(ForOne.class);

    private final DiskTier disk;
    private final OriginQuestions questions;
    private final StoredHeads heads;
    private final Answers answers;
    private final CachePolicy policy;
    private final InstantSource clock;
    /** What turned out not to be for storing: not asked for all for a while. */
    private final Cache<ObjectKey, Boolean> passed;

    ForOne(
            DiskTier disk,
            OriginQuestions questions,
            StoredHeads heads,
            Answers answers,
            PipelineSettings settings,
            CachePolicy policy,
            InstantSource clock) {
        this.disk = disk;
        this.questions = questions;
        this.heads = heads;
        this.answers = answers;
        this.policy = policy;
        this.clock = clock;
        this.passed = Caffeine.newBuilder()
                .maximumSize(settings.passUrlsMax())
                .expireAfterWrite(settings.passFor())
                .build();
    }

    boolean isPassed(FetchRequest request) {
        return passed.getIfPresent(request.key()) != null;
    }

    /** From now on requests for this are passed on, each for itself, for a while. */
    void passFor(FetchRequest request) {
        passed.put(request.key(), true);
    }

    Step stored(FetchRequest request, StoredObject object, Result result, @Nullable String cacheStatus) {
        Answer answer = answers.stored(request, object, result, cacheStatus);
        return answer == null ? new Step.Again(object.head().vary()) : new Step.Done(answer);
    }

    Answer filling(
            FetchRequest request,
            Fill fill,
            Fill.Reader reader,
            StoredHead head,
            long length,
            Forward reason,
            boolean collapsed) {
        Answer answer = answers.filling(request, fill, reader, head, length, reason, collapsed);
        return answer == null ? pass(request, null, Forward.PARTIAL) : answer;
    }

    Answer pass(FetchRequest request, @Nullable StoredObject stale, Forward reason) {
        try {
            OriginResponse response = questions.forThisOne(request);
            Headers received = StoredHeads.dated(response);
            if (heads.storable(request, response, received) && disk.fits(response.length())) {
                passed.invalidate(request.key());
            }
            if (stale != null && request.head() && response.status() == 200) {
                followHead(request, stale, response, received);
            }
            return new Answer.Passing(
                    response, received, answers.forwarded(reason, response.status(), false, false, null));
        } catch (OriginUnavailableException e) {
            return unavailable(request, stale, reason, e) instanceof Step.Done(Answer answer)
                    ? answer
                    : answers.refused(reason, e);
        }
    }

    /** A HEAD that has gone forward shows whether what is stored still holds (RFC 9111 §4.3.5). */
    private void followHead(FetchRequest request, StoredObject stale, OriginResponse response, Headers received) {
        StoredHead old = stale.head();
        Headers stored = old.headers().with("Content-Length", Long.toString(stale.length()));
        Headers told =
                response.length() < 0 ? received : received.with("Content-Length", Long.toString(response.length()));
        StoredHead head = Freshening.headContradicts(stored, told)
                ? null
                : heads.of(request, response, Freshening.update(old.headers(), received));
        if (old.status() != 200) {
            return;
        }
        if (head == null) {
            disk.forget(stale);
        } else {
            disk.freshen(stale, head);
        }
    }

    Step unavailable(
            FetchRequest request, @Nullable StoredObject stale, Forward reason, OriginUnavailableException cause) {
        if (stale != null
                && stale.head().freshness().mayServeDisconnected(stale.head().headers(), policy, clock.millis())) {
            return stored(request, stale, Result.STALE, null);
        }
        log.warn("{}{}: {}", request.domain().name(), request.target(), cause.getMessage());
        return new Step.Done(answers.refused(reason, cause));
    }
}
