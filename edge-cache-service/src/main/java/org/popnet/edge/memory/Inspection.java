package org.popnet.edge.memory;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Storability;

/**
 * What memory has under a URL, for people who wonder.
 *
 * @param vary the request fields that select among the variants
 * @param variants what is stored, one if nothing selects
 * @param passedUntilMs until when requests are passed on without trying to store, milliseconds since the epoch; 0: not
 * @param why why they are, or null
 * @param large whether they are passed because it is too large for memory
 * @param filling whether it is being fetched just now
 * @param changed whether an unsafe request has changed it since it was last fetched
 */
public record Inspection(
        List<String> vary,
        List<Variant> variants,
        long passedUntilMs,
        @Nullable Storability why,
        boolean large,
        boolean filling,
        boolean changed) {

    /**
     * A stored response.
     *
     * @param selectedBy the values of the selecting fields, in the order of {@link #vary}; null for a field that the
     *     request did not have
     * @param bytes of its body
     * @param occupied what it takes in memory, in bytes
     * @param segments which segments of a large response are in memory
     * @param segmented whether it is kept by segments
     */
    public record Variant(
            List<@Nullable String> selectedBy,
            int status,
            Headers headers,
            Freshness freshness,
            long bytes,
            long occupied,
            List<String> tags,
            List<Integer> segments,
            boolean segmented) {
        /** @param parts the segments of it that are in memory */
        static Variant of(StoredResponse response, Collection<StoredResponse> parts) {
            return new Variant(
                    response.key().selectedBy(),
                    response.status(),
                    response.headers(),
                    response.freshness(),
                    response.length(),
                    response.weight()
                            + parts.stream().mapToLong(StoredResponse::weight).sum(),
                    response.tags(),
                    parts.stream().map(part -> part.key().segment()).sorted().toList(),
                    response.segmented());
        }
    }
}
