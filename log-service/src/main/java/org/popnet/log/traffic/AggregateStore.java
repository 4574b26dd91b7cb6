package org.popnet.log.traffic;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.popnet.log.audience.AudienceStore;
import org.popnet.log.audience.Countries;

/**
 * Adds the sums of a transaction to what is stored, in that transaction. Rows are taken table by table and within each
 * in the order of their cells, so that log servers that share rows wait for each other and never deadlock. For one
 * thread.
 */
public final class AggregateStore {
    private static final String UPSERT = """
            INSERT INTO log.%s AS t (time, customer, domain, pop, requests, bytes_out, bytes_in, hits, hit_bytes,
              status_2xx, status_3xx, status_4xx, status_5xx, status_other,
              cache_hit, cache_stale, cache_revalidated, cache_miss, cache_pass, cache_local,
              http_1, http_2, http_3, http_other, first_byte, duration)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (customer, domain, time, pop) DO UPDATE SET
              requests = t.requests + excluded.requests,
              bytes_out = t.bytes_out + excluded.bytes_out,
              bytes_in = t.bytes_in + excluded.bytes_in,
              hits = t.hits + excluded.hits,
              hit_bytes = t.hit_bytes + excluded.hit_bytes,
              status_2xx = t.status_2xx + excluded.status_2xx,
              status_3xx = t.status_3xx + excluded.status_3xx,
              status_4xx = t.status_4xx + excluded.status_4xx,
              status_5xx = t.status_5xx + excluded.status_5xx,
              status_other = t.status_other + excluded.status_other,
              cache_hit = t.cache_hit + excluded.cache_hit,
              cache_stale = t.cache_stale + excluded.cache_stale,
              cache_revalidated = t.cache_revalidated + excluded.cache_revalidated,
              cache_miss = t.cache_miss + excluded.cache_miss,
              cache_pass = t.cache_pass + excluded.cache_pass,
              cache_local = t.cache_local + excluded.cache_local,
              http_1 = t.http_1 + excluded.http_1,
              http_2 = t.http_2 + excluded.http_2,
              http_3 = t.http_3 + excluded.http_3,
              http_other = t.http_other + excluded.http_other,
              first_byte = log.add_counts(t.first_byte, excluded.first_byte),
              duration = log.add_counts(t.duration, excluded.duration)""";

    private final AudienceStore audience;
    private final Set<YearMonth> months = new HashSet<>();

    public AggregateStore(int urlsPerHour) {
        this(urlsPerHour, Countries.none());
    }

    public AggregateStore(int urlsPerHour, Countries countries) {
        audience = new AudienceStore(urlsPerHour, countries);
    }

    public void add(Connection connection, Aggregator sums) throws SQLException {
        Map<Aggregator.Cell, TrafficSums> minutes = sums.sums(Interval.MINUTE, false);
        ensurePartitions(connection, minutes.keySet());
        upsert(connection, "traffic_minute", minutes);
        upsert(connection, "traffic_hour", sums.sums(Interval.HOUR, false));
        upsert(connection, "traffic_day", sums.sums(Interval.DAY, false));
        upsert(connection, "total_minute", sums.sums(Interval.MINUTE, true));
        upsert(connection, "total_hour", sums.sums(Interval.HOUR, true));
        upsert(connection, "total_day", sums.sums(Interval.DAY, true));
        upsertBandwidth(connection, sums.sums(Interval.FIVE_MINUTES, false));
        audience.add(connection, sums.audience());
    }

    /** The transaction failed: what it made is not there. */
    public void abandon() {
        months.clear();
    }

    private void ensurePartitions(Connection connection, Set<Aggregator.Cell> cells) throws SQLException {
        Set<YearMonth> missing = cells.stream()
                .map(cell -> YearMonth.from(utc(cell.timeMs())))
                .filter(month -> !months.contains(month))
                .collect(Collectors.toSet());
        for (YearMonth month : missing) {
            try (PreparedStatement ensure = connection.prepareStatement("SELECT log.ensure_month(?)")) {
                ensure.setObject(1, month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
                ensure.execute();
            }
            months.add(month);
        }
    }

    private static void upsert(Connection connection, String table, Map<Aggregator.Cell, TrafficSums> cells)
            throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(UPSERT.formatted(table))) {
            for (Map.Entry<Aggregator.Cell, TrafficSums> entry : cells.entrySet()) {
                TrafficSums sums = entry.getValue();
                int at = bind(upsert, entry.getKey());
                upsert.setLong(++at, sums.requests);
                upsert.setLong(++at, sums.bytesOut);
                upsert.setLong(++at, sums.bytesIn);
                upsert.setLong(++at, sums.hits);
                upsert.setLong(++at, sums.hitBytes);
                for (long[] counts : new long[][] {sums.status, sums.cache, sums.protocol}) {
                    for (long count : counts) {
                        upsert.setLong(++at, count);
                    }
                }
                upsert.setObject(++at, sums.firstByte);
                upsert.setObject(++at, sums.duration);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static void upsertBandwidth(Connection connection, Map<Aggregator.Cell, TrafficSums> cells)
            throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                INSERT INTO log.bandwidth AS t (time, customer, domain, pop, requests, bytes_out, bytes_in)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (customer, domain, time, pop) DO UPDATE SET
                  requests = t.requests + excluded.requests,
                  bytes_out = t.bytes_out + excluded.bytes_out,
                  bytes_in = t.bytes_in + excluded.bytes_in""")) {
            for (Map.Entry<Aggregator.Cell, TrafficSums> entry : cells.entrySet()) {
                int at = bind(upsert, entry.getKey());
                upsert.setLong(++at, entry.getValue().requests);
                upsert.setLong(++at, entry.getValue().bytesOut);
                upsert.setLong(++at, entry.getValue().bytesIn);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static int bind(PreparedStatement upsert, Aggregator.Cell cell) throws SQLException {
        upsert.setObject(1, utc(cell.timeMs()));
        upsert.setString(2, cell.customer());
        upsert.setString(3, cell.domain());
        upsert.setString(4, cell.pop());
        return 4;
    }

    private static OffsetDateTime utc(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }
}
