package org.popnet.edge.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.RepresentationVersion;
import org.popnet.caching.Segments;
import org.popnet.caching.Storability;
import org.popnet.caching.Vary;

/**
 * A response that turns out to be of something to be kept by segments: its server takes ranges, it has a strong tag, it is
 * long, and nothing selects among variants of it.
 *
 * @param fields of the whole
 * @param first where what comes begins
 */
record LargeStart(Headers fields, Freshness freshness, long length, long first) {
    /**
     * @param asked the range that was asked for, or null for the whole
     * @return null if it is to be handled as a whole, or not at all
     */
    static @Nullable LargeStart of(
            MemorySettings settings,
            Headers request,
            CachePolicy policy,
            @Nullable ByteRange asked,
            int status,
            Headers received,
            long begunMs,
            long nowMs) {
        ContentRange part = status == 206 ? ContentRange.of(received) : null;
        long length;
        if (asked != null && part != null && part.answers(asked)) {
            length = part.whole();
        } else if (status == 200 && "bytes".equalsIgnoreCase(received.combined("Accept-Ranges"))) {
            length = Received.contentLength(received);
        } else {
            return null;
        }
        Headers fields = Received.stored(received, nowMs).without("Content-Range");
        boolean suits = settings.bySegments(length)
                && RepresentationVersion.of(fields, length) != null
                && Vary.of(fields).fields().isEmpty()
                && Storability.of("GET", request, 200, fields, policy, nowMs).storable();
        if (!suits) {
            return null;
        }
        String age = received.first("Age");
        Freshness freshness = Freshness.of(200, age == null ? fields : fields.with("Age", age), policy, begunMs, nowMs);
        return new LargeStart(fields, freshness, length, part == null ? 0 : part.first());
    }

    /**
     * The last byte that a request wants of what comes; -1 if it wants none of it.
     *
     * @param request null if nobody waits
     */
    long wanted(@Nullable Headers request) {
        if (request == null) {
            return -1;
        }
        ByteRange sole = ByteRange.sole(request);
        if (sole == null) {
            return request.contains("Range") ? -1 : length - 1;
        }
        boolean begins = Segments.at(sole.first()) == Segments.at(first);
        return begins ? Math.min(sole.last(), length - 1) : -1;
    }

    StoredResponse head(MemoryTier tier, CacheKey key, List<String> tags, Headers received) {
        return tier.large().head(key, fields, freshness, tags, length, received.combined("Cache-Status"));
    }
}
