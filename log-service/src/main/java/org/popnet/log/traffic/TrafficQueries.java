package org.popnet.log.traffic;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads what {@link AggregateStore} wrote: whole days from the days, whole hours beside them from the hours, what is left
 * at both ends from the minutes.
 */
@Component
class TrafficQueries {
    private static final List<String> STATUS = List.of("2xx", "3xx", "4xx", "5xx", "other");
    private static final List<String> CACHE = List.of("hit", "stale", "revalidated", "miss", "pass", "local");
    private static final List<String> PROTOCOL = List.of("1", "2", "3", "other");

    private final JdbcClient jdbc;

    TrafficQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Durations in milliseconds that so many of a hundred requests took at most; wrong by 12.5 % at most. */
    record Percentiles(double p50, double p95, double p99) {
        static @Nullable Percentiles of(long[] counts) {
            double p50 = LatencyHistogram.quantileMs(counts, 0.5);
            return Double.isNaN(p50)
                    ? null
                    : new Percentiles(
                            p50, LatencyHistogram.quantileMs(counts, 0.95), LatencyHistogram.quantileMs(counts, 0.99));
        }
    }

    /**
     * Sums of a range.
     *
     * @param lostRecords how many requests may be missing, because edges say that they had no room for them
     * @param status requests by class of status
     * @param cache requests by how the cache answered
     * @param protocol requests by version of HTTP
     * @param firstByteP95Ms as in {@code firstByteMs}
     */
    record Summary(
            @Nullable Instant dataUpTo,
            long lostRecords,
            long requests,
            long bytesOut,
            long bytesIn,
            long hits,
            long hitBytes,
            Map<String, Long> status,
            Map<String, Long> cache,
            Map<String, Long> protocol,
            @Nullable Double firstByteP95Ms,
            @Nullable Percentiles firstByteMs,
            @Nullable Percentiles durationMs) {}

    /**
     * Sums of one step; a step without a request has no point.
     *
     * @param firstByteMs only where percentiles were asked for
     * @param durationMs only where percentiles were asked for
     */
    record Point(
            Instant time,
            long requests,
            long bytesOut,
            long hits,
            long hitBytes,
            long status2xx,
            long status3xx,
            long status4xx,
            long status5xx,
            @Nullable Percentiles firstByteMs,
            @Nullable Percentiles durationMs) {}

    record PopShare(
            String pop,
            long requests,
            long bytesOut,
            long hits,
            @Nullable Percentiles firstByteMs) {}

    Summary summary(
            String customer, @Nullable String domain, TimeRange range, @Nullable Instant dataUpTo, long lostRecords) {
        return ask(
                        "SELECT sum(requests) AS requests, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in,"
                                + " sum(hits) AS hits, sum(hit_bytes) AS hit_bytes" + sums("status_", STATUS)
                                + sums("cache_", CACHE) + sums("http_", PROTOCOL)
                                + ", log.sum_counts(first_byte) AS first_byte, log.sum_counts(duration) AS duration FROM ",
                        customer,
                        domain,
                        range,
                        Interval.DAY,
                        "")
                .query((row, i) -> summary(row, dataUpTo, lostRecords))
                .single();
    }

    private static String sums(String prefix, List<String> names) {
        StringBuilder sums = new StringBuilder();
        names.forEach(name -> sums.append(", sum(")
                .append(prefix)
                .append(name)
                .append(") AS ")
                .append(prefix)
                .append(name));
        return sums.toString();
    }

    private static Summary summary(ResultSet row, @Nullable Instant dataUpTo, long lostRecords) throws SQLException {
        Percentiles firstByte = percentiles(row, "first_byte");
        return new Summary(
                dataUpTo,
                lostRecords,
                row.getLong("requests"),
                row.getLong("bytes_out"),
                row.getLong("bytes_in"),
                row.getLong("hits"),
                row.getLong("hit_bytes"),
                counts(row, "status_", STATUS, ""),
                counts(row, "cache_", CACHE, ""),
                counts(row, "http_", PROTOCOL, "http/"),
                firstByte == null ? null : firstByte.p95(),
                firstByte,
                percentiles(row, "duration"));
    }

    private static Map<String, Long> counts(ResultSet row, String prefix, List<String> names, String shown)
            throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String name : names) {
            counts.put(shown + name, row.getLong(prefix + name));
        }
        return counts;
    }

    private static @Nullable Percentiles percentiles(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        if (array == null) {
            return null;
        }
        Long[] boxed = (Long[]) array.getArray();
        long[] counts = new long[boxed.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = boxed[i];
        }
        return Percentiles.of(counts);
    }

    List<Point> series(String customer, @Nullable String domain, TimeRange range, Duration step, boolean percentiles) {
        return ask(
                        """
                        SELECT date_bin(make_interval(secs => :step), time, :from) AS bin, sum(requests) AS requests,
                          sum(bytes_out) AS bytes_out, sum(hits) AS hits, sum(hit_bytes) AS hit_bytes,
                          sum(status_2xx) AS s2, sum(status_3xx) AS s3, sum(status_4xx) AS s4, sum(status_5xx) AS s5
                        """
                                + (percentiles
                                        ? ", log.sum_counts(first_byte) AS first_byte, log.sum_counts(duration) AS duration"
                                        : "")
                                + " FROM ",
                        customer,
                        domain,
                        range,
                        range.intervalOf(step),
                        " GROUP BY bin ORDER BY bin")
                .param("step", step.getSeconds())
                .query((row, i) -> new Point(
                        row.getObject("bin", OffsetDateTime.class).toInstant(),
                        row.getLong("requests"),
                        row.getLong("bytes_out"),
                        row.getLong("hits"),
                        row.getLong("hit_bytes"),
                        row.getLong("s2"),
                        row.getLong("s3"),
                        row.getLong("s4"),
                        row.getLong("s5"),
                        percentiles ? percentiles(row, "first_byte") : null,
                        percentiles ? percentiles(row, "duration") : null))
                .list();
    }

    List<PopShare> pops(String customer, @Nullable String domain, TimeRange range) {
        return ask(
                        "SELECT pop, sum(requests) AS requests, sum(bytes_out) AS bytes_out, sum(hits) AS hits,"
                                + " log.sum_counts(first_byte) AS first_byte FROM ",
                        customer,
                        domain,
                        range,
                        Interval.DAY,
                        " GROUP BY pop ORDER BY requests DESC, pop")
                .query((row, i) -> new PopShare(
                        row.getString("pop"),
                        row.getLong("requests"),
                        row.getLong("bytes_out"),
                        row.getLong("hits"),
                        percentiles(row, "first_byte")))
                .list();
    }

    private JdbcClient.StatementSpec ask(
            String select, String customer, @Nullable String domain, TimeRange range, Interval longest, String rest) {
        return jdbc.sql(select + "(" + rows(domain == null ? "total" : "traffic", longest) + ") AS t" + rest)
                .param("customer", customer)
                .param("domain", domain == null ? Aggregator.ALL : domain)
                .param("from", TimeRange.utc(range.from()))
                .param("firstHour", TimeRange.utc(range.firstHour()))
                .param("firstDay", TimeRange.utc(range.firstDay()))
                .param("lastDay", TimeRange.utc(range.lastDay()))
                .param("lastHour", TimeRange.utc(range.lastHour()))
                .param("to", TimeRange.utc(range.to()));
    }

    private static String rows(String scope, Interval longest) {
        return switch (longest) {
            case MINUTE, FIVE_MINUTES -> part(scope, "minute", "from", "to");
            case HOUR ->
                part(scope, "minute", "from", "firstHour")
                        + " UNION ALL " + part(scope, "hour", "firstHour", "lastHour")
                        + " UNION ALL " + part(scope, "minute", "lastHour", "to");
            case DAY ->
                part(scope, "minute", "from", "firstHour")
                        + " UNION ALL " + part(scope, "hour", "firstHour", "firstDay")
                        + " UNION ALL " + part(scope, "day", "firstDay", "lastDay")
                        + " UNION ALL " + part(scope, "hour", "lastDay", "lastHour")
                        + " UNION ALL " + part(scope, "minute", "lastHour", "to");
        };
    }

    private static String part(String scope, String width, String from, String to) {
        return "SELECT * FROM log." + scope + "_" + width
                + " WHERE customer = :customer AND domain = :domain AND time >= :" + from + " AND time < :" + to;
    }
}
