package org.popnet.fetch.serve;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Conditional;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.fetch.serve.Answer.Result;
import org.popnet.fetch.serve.LargeResponses.ChangedException;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;

/**
 * The customer's servers as the source of one {@link LargeVersion} for one request: parts come of exactly that version, and
 * when there is another one now, the old one's segments are discarded.
 */
final class LargeOrigin {
    private final DiskTier disk;
    private final OriginHeaders originHeaders;
    private final LargeResponses.Heads heads;
    private final LargeResponses.Asking asking;
    private final PipelineSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final FetchRequest request;
    private @Nullable LargeVersion version;

    /** @param version null if the first part decides */
    LargeOrigin(
            DiskTier disk,
            OriginHeaders originHeaders,
            LargeResponses.Heads heads,
            LargeResponses.Asking asking,
            PipelineSettings settings,
            InstantSource clock,
            MeterRegistry meters,
            FetchRequest request,
            @Nullable LargeVersion version) {
        this.disk = disk;
        this.originHeaders = originHeaders;
        this.heads = heads;
        this.asking = asking;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.request = request;
        this.version = version;
    }

    boolean hasVersion() {
        return version != null;
    }

    /** Once it is known. */
    LargeVersion version() {
        return Objects.requireNonNull(version);
    }

    /** Whether this is the version; it is if none was known. */
    boolean is(@Nullable LargeVersion theirs) {
        if (version == null) {
            version = theirs;
        }
        return version != null && version.same(theirs);
    }

    /** The position of the whole's last byte, or this one if it comes before it or the length is not known. */
    long last(long wanted) {
        return version == null ? wanted : Math.min(wanted, version.length() - 1);
    }

    /**
     * Asks for these bytes; {@code to} is inclusive, {@link Long#MAX_VALUE} for the end of the whole.
     *
     * @return the part of this version, exactly; the version is known afterwards
     */
    OriginResponse part(long from, long to) throws OriginUnavailableException, ChangedException {
        Headers.Builder question = originHeaders.forFill(request).toBuilder()
                .add("Range", "bytes=" + from + "-" + (to == Long.MAX_VALUE ? "" : to));
        LargeVersion mine = version;
        if (mine != null) {
            question.add("If-Range", mine.version().tagField());
        }
        OriginResponse response = asking.ask(request, question.build());
        boolean kept = false;
        try {
            ContentRange part = ContentRange.of(response.headers());
            if (Freshness.isError(response.status())) {
                throw new OriginUnavailableException(Reason.BROKEN, "servers answer " + response.status(), null);
            }
            if (response.status() != 206
                    || part == null
                    || !part.answers(new ByteRange(from, to))
                    || (response.length() >= 0 && response.length() != part.length())) {
                throw changed("the server answers " + response.status() + " "
                        + response.headers().first("Content-Range") + " to bytes " + from + "-" + to);
            }
            StoredHead head = head(response);
            LargeVersion theirs = head == null ? null : LargeVersion.of(head, part.whole());
            if (mine == null) {
                if (theirs == null || part.whole() < settings.segmentsFrom().toBytes()) {
                    throw new ChangedException("it is not kept by segments");
                }
                version = theirs;
            } else if (!mine.same(theirs)) {
                throw changed("the server has another version");
            }
            kept = true;
            return response;
        } finally {
            if (!kept) {
                response.close();
            }
        }
    }

    /** The head to store of a part; a 206 to {@code If-Range} may leave out what is known already (RFC 9110 §15.3.7). */
    @Nullable StoredHead head(OriginResponse response) {
        Headers received = StoredHeads.dated(response);
        return heads.of(
                request,
                response,
                version == null ? received : Freshening.update(version.head().headers(), received));
    }

    /**
     * Asks whether a stale segment's version is still the right one.
     *
     * @return {@code REVALIDATED}, or {@code STALE} if nobody can say and it may be served
     */
    Result confirm(StoredObject object) throws OriginUnavailableException, ChangedException {
        StoredHead old = object.head();
        Headers question = originHeaders.forFill(request).toBuilder()
                .addAll(Conditional.revalidation(old.headers()))
                .build();
        try (OriginResponse response = asking.ask(request, question)) {
            Headers fields = Freshening.update(old.headers(), StoredHeads.dated(response));
            StoredHead head = heads.of(request, response, fields);
            if (response.status() == 304 && Freshening.confirms(old.headers(), response.headers()) && head != null) {
                disk.freshen(object, head);
                version = LargeVersion.of(head);
                return Result.REVALIDATED;
            }
            if (!Freshness.isError(response.status())) {
                throw changed("the server has another version");
            }
            throw new OriginUnavailableException(Reason.BROKEN, "servers answer " + response.status(), null);
        } catch (OriginUnavailableException e) {
            if (old.freshness().mayServeOnError(clock.millis())) {
                return Result.STALE;
            }
            throw e;
        }
    }

    /** There is another version now. */
    ChangedException changed(String why) {
        LargeVersion mine = version;
        if (mine != null) {
            disk.forgetSegments(request.key(), head -> mine.same(LargeVersion.of(head)));
            meters.counter("popnet.fetch.large.changed").increment();
        }
        return new ChangedException(why);
    }
}
