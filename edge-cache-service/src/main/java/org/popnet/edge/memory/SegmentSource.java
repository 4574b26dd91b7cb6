package org.popnet.edge.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.RepresentationVersion;
import org.popnet.caching.Storability;

/**
 * Of what version and site the parts of a large response must be to be put together, and what becomes of them.
 *
 * @param whole the head: its fields are the whole's
 * @param request that fetches parts
 * @param epoch of the site when they are asked for
 * @param begunMs when they are asked for
 */
record SegmentSource(
        MemoryTier tier, StoredResponse whole, Headers request, CachePolicy policy, long epoch, long begunMs) {
    RepresentationVersion version() {
        RepresentationVersion version = whole.version();
        if (version == null) {
            throw new IllegalStateException(whole.key().target() + " is not kept by segments");
        }
        return version;
    }

    CacheKey key() {
        return whole.key();
    }

    /**
     * The fields of the whole after a part of it has come: the latest count (RFC 9111 §3.4).
     *
     * @return null if this is not the part that was asked for, of the version that was asked for, to be given to all
     */
    @Nullable Headers combined(int status, Headers received, ByteRange asked, long nowMs) {
        ContentRange part = ContentRange.of(received);
        long length = Received.contentLength(received);
        if (status != 206 || part == null || !part.answers(asked) || length >= 0 && length != part.length()) {
            return null;
        }
        // RFC 9110 §15.3.7: a 206 to If-Range may leave out what is known already, but not the tag.
        RepresentationVersion theirs = RepresentationVersion.of(received, part.whole());
        Headers fields = Freshening.update(whole.headers(), Received.dated(received, nowMs))
                .without(Received::notStored);
        return theirs != null
                        && version().same(RepresentationVersion.of(fields, part.whole()))
                        && theirs.tag().stronglyEquals(version().tag())
                        && (theirs.coding() == null
                                || theirs.coding().equals(version().coding()))
                        && Storability.of("GET", request, 200, fields, policy, nowMs)
                                .storable()
                ? fields
                : null;
    }

    /**
     * Whether a part that is not as it should be shows that the server does not keep to ranges: the version is the same, or
     * it has sent what nobody asked for.
     */
    boolean misunderstood(int status, Headers received, ByteRange asked) {
        ContentRange part = ContentRange.of(received);
        if (status == 206) {
            return part == null || !part.answers(asked);
        }
        return status == 200 && version().same(RepresentationVersion.of(received, Received.contentLength(received)));
    }

    Freshness freshness(Headers fields, Headers received, long nowMs) {
        String age = received.first("Age");
        return Freshness.of(200, age == null ? fields : fields.with("Age", age), policy, begunMs, nowMs);
    }

    /** A segment, or any other part, whose bytes are yet to come. */
    StoredResponse part(CacheKey key, ByteRange range, Headers fields, Freshness freshness, Body body, Runnable read) {
        return new StoredResponse(
                key,
                200,
                fields.with("Content-Range", range.contentRange(version().length())),
                freshness,
                whole.vary(),
                whole.tags(),
                body,
                null,
                read);
    }

    /** @return whether it was stored; the caller's share is not touched */
    boolean store(StoredResponse segment) {
        return segment.tryRetain() && tier.large().store(segment, epoch);
    }

    static void release(List<StoredResponse> parts) {
        parts.forEach(StoredResponse::release);
    }
}
