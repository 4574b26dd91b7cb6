package org.popnet.log.traffic;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Adds the sums of a transaction to what is stored, in that transaction. For one thread. */
public final class AggregateStore {
    /** Hours of domains whose number of URLs is remembered between transactions. */
    private static final int GROUPS_MAX = 10_000;

    private static final String UPSERT = """
            INSERT INTO log.%s AS t (time, customer, domain, pop, requests, bytes_out, bytes_in, hits, hit_bytes,
              status_2xx, status_3xx, status_4xx, status_5xx, status_other,
              cache_hit, cache_stale, cache_revalidated, cache_miss, cache_pass, cache_local, first_byte)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (customer, time, domain, pop) DO UPDATE SET
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
              first_byte = log.add_counts(t.first_byte, excluded.first_byte)""";

    private final int urlsPerHour;
    private final Set<YearMonth> months = new HashSet<>();
    private final Map<Aggregator.UrlGroup, Integer> urlsSincePrune = new LinkedHashMap<>();

    public AggregateStore(int urlsPerHour) {
        this.urlsPerHour = urlsPerHour;
    }

    public void add(Connection connection, Aggregator sums) throws SQLException {
        ensurePartitions(connection, sums);
        upsert(connection, "traffic_minute", sums.minutes());
        upsert(connection, "traffic_hour", sums.hours());
        for (Map.Entry<Aggregator.UrlGroup, Map<String, long[]>> group :
                sums.urls().entrySet()) {
            addUrls(connection, group.getKey(), group.getValue());
        }
    }

    /** The transaction failed: what it made is not there. */
    public void abandon() {
        months.clear();
        urlsSincePrune.clear();
    }

    private void ensurePartitions(Connection connection, Aggregator sums) throws SQLException {
        Set<YearMonth> missing = sums.minutes().keySet().stream()
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
                Aggregator.Cell cell = entry.getKey();
                TrafficSums sums = entry.getValue();
                int at = 0;
                upsert.setObject(++at, utc(cell.timeMs()));
                upsert.setString(++at, cell.customer());
                upsert.setString(++at, cell.domain());
                upsert.setString(++at, cell.pop());
                upsert.setLong(++at, sums.requests);
                upsert.setLong(++at, sums.bytesOut);
                upsert.setLong(++at, sums.bytesIn);
                upsert.setLong(++at, sums.hits);
                upsert.setLong(++at, sums.hitBytes);
                for (long count : sums.status) {
                    upsert.setLong(++at, count);
                }
                for (long count : sums.cache) {
                    upsert.setLong(++at, count);
                }
                upsert.setArray(++at, counts(connection, sums.firstByte));
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static Array counts(Connection connection, long[] counts) throws SQLException {
        return connection.createArrayOf("bigint", Arrays.stream(counts).boxed().toArray());
    }

    private void addUrls(Connection connection, Aggregator.UrlGroup group, Map<String, long[]> urls)
            throws SQLException {
        List<Map.Entry<String, long[]>> most = urls.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, long[]> e) -> e.getValue()[0])
                        .reversed())
                .limit(urlsPerHour)
                .sorted(Map.Entry.comparingByKey())
                .toList();
        try (PreparedStatement upsert = connection.prepareStatement("""
                INSERT INTO log.url_hour AS t (time, customer, domain, url, requests, bytes_out)
                SELECT ?, ?, ?, u.url, u.requests, u.bytes_out
                FROM unnest(?::text[], ?::bigint[], ?::bigint[]) AS u(url, requests, bytes_out)
                ON CONFLICT (customer, time, domain, url) DO UPDATE SET
                  requests = t.requests + excluded.requests, bytes_out = t.bytes_out + excluded.bytes_out""")) {
            upsert.setObject(1, utc(group.hourMs()));
            upsert.setString(2, group.customer());
            upsert.setString(3, group.domain());
            upsert.setArray(
                    4,
                    connection.createArrayOf(
                            "text", most.stream().map(Map.Entry::getKey).toArray()));
            upsert.setArray(
                    5,
                    connection.createArrayOf(
                            "bigint", most.stream().map(e -> e.getValue()[0]).toArray()));
            upsert.setArray(
                    6,
                    connection.createArrayOf(
                            "bigint", most.stream().map(e -> e.getValue()[1]).toArray()));
            upsert.executeUpdate();
        }
        if (urlsSincePrune.merge(group, most.size(), Integer::sum) > urlsPerHour) {
            prune(connection, group);
            urlsSincePrune.remove(group);
        }
        if (urlsSincePrune.size() > GROUPS_MAX) {
            urlsSincePrune.remove(urlsSincePrune.keySet().iterator().next());
        }
    }

    /** Keeps the most requested. A URL that comes back is undercounted by what it had when it was dropped. */
    private void prune(Connection connection, Aggregator.UrlGroup group) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(
                "SELECT count(*) FROM log.url_hour WHERE time = ? AND customer = ? AND domain = ?")) {
            bind(count, group);
            try (ResultSet row = count.executeQuery()) {
                if (!row.next() || row.getLong(1) <= 2L * urlsPerHour) {
                    return;
                }
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("""
                DELETE FROM log.url_hour WHERE time = ? AND customer = ? AND domain = ? AND url IN (
                  SELECT url FROM log.url_hour WHERE time = ? AND customer = ? AND domain = ?
                  ORDER BY requests DESC, bytes_out DESC, url OFFSET ?)""")) {
            bind(delete, group);
            delete.setObject(4, utc(group.hourMs()));
            delete.setString(5, group.customer());
            delete.setString(6, group.domain());
            delete.setInt(7, urlsPerHour);
            delete.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, Aggregator.UrlGroup group) throws SQLException {
        statement.setObject(1, utc(group.hourMs()));
        statement.setString(2, group.customer());
        statement.setString(3, group.domain());
    }

    private static OffsetDateTime utc(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }
}
