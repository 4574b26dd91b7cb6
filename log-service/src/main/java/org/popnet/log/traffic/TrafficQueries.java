package org.popnet.log.traffic;

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

/** Reads what {@link AggregateStore} wrote: whole hours from the hours, what is left at both ends from the minutes. */
@Component
class TrafficQueries {
    private static final String COLUMNS = "time, domain, pop, requests, bytes_out, bytes_in, hits, hit_bytes,"
            + " status_2xx, status_3xx, status_4xx, status_5xx, status_other, first_byte";
    private static final String PART = "SELECT " + COLUMNS + " FROM log.%s WHERE customer = :customer"
            + " AND time >= :%s AND time < :%s AND (:domain::text IS NULL OR domain = :domain)";
    private static final String MINUTES = "(" + PART.formatted("traffic_minute", "from", "to") + ") AS t";
    private static final String HOURS = "("
            + PART.formatted("traffic_minute", "from", "firstHour")
            + " UNION ALL " + PART.formatted("traffic_hour", "firstHour", "lastHour")
            + " UNION ALL " + PART.formatted("traffic_minute", "lastHour", "to")
            + ") AS t";

    private final JdbcClient jdbc;

    TrafficQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Sums of a range. */
    record Summary(
            long requests,
            long bytesOut,
            long bytesIn,
            long hits,
            long hitBytes,
            Map<String, Long> status,
            @Nullable Double firstByteP95Ms,
            @Nullable Instant dataUpTo) {
        Summary upTo(@Nullable Instant dataUpTo) {
            return new Summary(requests, bytesOut, bytesIn, hits, hitBytes, status, firstByteP95Ms, dataUpTo);
        }
    }

    /** Sums of one step; a step without a request has no point. */
    record Point(
            Instant time,
            long requests,
            long bytesOut,
            long hits,
            long hitBytes,
            long status2xx,
            long status3xx,
            long status4xx,
            long status5xx) {}

    record PopShare(String pop, long requests, long bytesOut, long hits) {}

    record UrlShare(String url, String domain, long requests, long bytesOut) {}

    Summary summary(String customer, @Nullable String domain, TimeRange range) {
        Summary sums = ask("""
                        SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(bytes_out), 0) AS bytes_out,
                          coalesce(sum(bytes_in), 0) AS bytes_in, coalesce(sum(hits), 0) AS hits,
                          coalesce(sum(hit_bytes), 0) AS hit_bytes, coalesce(sum(status_2xx), 0) AS status_2xx,
                          coalesce(sum(status_3xx), 0) AS status_3xx, coalesce(sum(status_4xx), 0) AS status_4xx,
                          coalesce(sum(status_5xx), 0) AS status_5xx, coalesce(sum(status_other), 0) AS status_other
                        FROM """ + HOURS, customer, domain, range)
                .query((row, i) -> summary(row))
                .single();
        long[] counts = new long[LatencyHistogram.BUCKETS];
        ask(
                        "SELECT b, sum(n) FROM " + HOURS
                                + ", unnest(first_byte) WITH ORDINALITY AS h(n, b) WHERE n > 0 GROUP BY b",
                        customer,
                        domain,
                        range)
                .query(row -> {
                    counts[row.getInt(1) - 1] = row.getLong(2);
                });
        double p95 = LatencyHistogram.quantileMs(counts, 0.95);
        return new Summary(
                sums.requests(),
                sums.bytesOut(),
                sums.bytesIn(),
                sums.hits(),
                sums.hitBytes(),
                sums.status(),
                Double.isNaN(p95) ? null : p95,
                null);
    }

    private static Summary summary(ResultSet row) throws SQLException {
        Map<String, Long> status = new LinkedHashMap<>();
        for (String statusClass : List.of("2xx", "3xx", "4xx", "5xx", "other")) {
            status.put(statusClass, row.getLong("status_" + statusClass));
        }
        return new Summary(
                row.getLong("requests"),
                row.getLong("bytes_out"),
                row.getLong("bytes_in"),
                row.getLong("hits"),
                row.getLong("hit_bytes"),
                status,
                null,
                null);
    }

    List<Point> series(String customer, @Nullable String domain, TimeRange range, Duration step) {
        return ask(
                        """
                        SELECT date_bin(make_interval(secs => :step), time, :from) AS bin, sum(requests) AS requests,
                          sum(bytes_out) AS bytes_out, sum(hits) AS hits, sum(hit_bytes) AS hit_bytes,
                          sum(status_2xx) AS s2, sum(status_3xx) AS s3, sum(status_4xx) AS s4, sum(status_5xx) AS s5
                        FROM """ + (range.isByHours(step) ? HOURS : MINUTES) + " GROUP BY bin ORDER BY bin",
                        customer,
                        domain,
                        range)
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
                        row.getLong("s5")))
                .list();
    }

    List<PopShare> pops(String customer, @Nullable String domain, TimeRange range) {
        return ask(
                        "SELECT pop, sum(requests), sum(bytes_out), sum(hits) FROM " + HOURS
                                + " GROUP BY pop ORDER BY sum(requests) DESC, pop",
                        customer,
                        domain,
                        range)
                .query((row, i) -> new PopShare(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                .list();
    }

    /** The most requested; their hours are counted whole, also those that the range only touches. */
    List<UrlShare> urls(String customer, @Nullable String domain, TimeRange range, int limit) {
        return jdbc.sql("""
                        SELECT url, domain, sum(requests), sum(bytes_out) FROM log.url_hour
                        WHERE customer = :customer AND time > :from::timestamptz - interval '1 hour' AND time < :to
                          AND (:domain::text IS NULL OR domain = :domain)
                        GROUP BY url, domain ORDER BY sum(requests) DESC, url LIMIT :limit""")
                .param("customer", customer)
                .param("domain", domain)
                .param("from", TimeRange.utc(range.from()))
                .param("to", TimeRange.utc(range.to()))
                .param("limit", limit)
                .query((row, i) -> new UrlShare(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)))
                .list();
    }

    private JdbcClient.StatementSpec ask(String sql, String customer, @Nullable String domain, TimeRange range) {
        return jdbc.sql(sql)
                .param("customer", customer)
                .param("domain", domain)
                .param("from", TimeRange.utc(range.from()))
                .param("firstHour", TimeRange.utc(range.firstHour()))
                .param("lastHour", TimeRange.utc(range.lastHour()))
                .param("to", TimeRange.utc(range.to()));
    }
}
