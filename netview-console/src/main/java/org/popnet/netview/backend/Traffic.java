package org.popnet.netview.backend;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a log server tells of a customer's traffic. */
public final class Traffic {
    private Traffic() {}

    /**
     * Sums over a time.
     *
     * @param bytesOut bytes of responses, heads included, before TLS
     * @param hits answered from a cache, fresh, stale or revalidated
     * @param hitBytes the part of {@code bytesOut} that hits were
     * @param status requests by class: {@code 2xx}, {@code 3xx}, {@code 4xx}, {@code 5xx}
     * @param firstByteP95Ms 95th percentile of the time to first byte; null if not known
     * @param dataUpTo until when everything has arrived; null if nothing has
     * @param cache requests by how the cache answered: {@code hit}, {@code miss}, …
     * @param protocol requests by version: {@code http/1}, {@code http/2}, {@code http/3}, {@code http/other}
     * @param firstByteMs null if not known
     * @param durationMs null if not known
     * @param lostRecords how many requests may be missing, because edges had no room for their records
     */
    public record Summary(
            long requests,
            long bytesOut,
            long bytesIn,
            long hits,
            long hitBytes,
            @Nullable Map<String, Long> status,
            @Nullable Double firstByteP95Ms,
            @Nullable Instant dataUpTo,
            @Nullable Map<String, Long> cache,
            @Nullable Map<String, Long> protocol,
            @Nullable Percentiles firstByteMs,
            @Nullable Percentiles durationMs,
            long lostRecords) {

        /** Share of bytes that came from caches, 0 to 1; null without traffic. */
        public @Nullable Double hitRatioByBytes() {
            return bytesOut == 0 ? null : (double) hitBytes / bytesOut;
        }

        /** Share of requests that came from caches, 0 to 1; null without traffic. */
        public @Nullable Double hitRatio() {
            return requests == 0 ? null : (double) hits / requests;
        }

        public long status(String statusClass) {
            return status == null ? 0 : status.getOrDefault(statusClass, 0L);
        }
    }

    /** Milliseconds that so many of a hundred requests took at most, over all POPs. */
    public record Percentiles(double p50, double p95, double p99) {}

    /** A row of buckets; those nothing is known of are absent. */
    public record Series(@Nullable String step, @Nullable Instant dataUpTo, List<Point> points) {}

    /**
     * One bucket.
     *
     * @param time its beginning
     * @param firstByteMs null if not asked for or not known
     */
    public record Point(
            Instant time,
            long requests,
            long bytesOut,
            long hits,
            long hitBytes,
            long status2xx,
            long status3xx,
            long status4xx,
            long status5xx,
            @Nullable Percentiles firstByteMs) {}

    public record Pops(@Nullable Instant dataUpTo, List<OfPop> pops) {}

    public record OfPop(
            String pop,
            long requests,
            long bytesOut,
            long hits,
            @Nullable Percentiles firstByteMs) {}

    public record TopAnswer(@Nullable Instant dataUpTo, Top top) {}

    /**
     * The most frequent of something.
     *
     * @param total requests that were counted in it
     * @param errorMax entries may be so many requests too low
     */
    public record Top(long total, long errorMax, List<Entry> entries) {
        public static final Top NONE = new Top(0, 0, List.of());
    }

    public record Entry(String key, @Nullable String domain, long requests, long bytesOut) {}

    public record ClientsAnswer(@Nullable Instant dataUpTo, Clients estimate) {}

    /** Distinct client addresses, estimated with this relative standard error. */
    public record Clients(long clients, double standardError) {}

    /** The last 60 seconds. */
    public record Current(
            double requestsPerSecond,
            double bitsPerSecond,
            long openConnections,
            @Nullable Instant dataUpTo,
            @Nullable List<Second> seconds) {}

    public record Second(Instant time, long requests, long bytesOut) {}
}
