package org.popnet.log.audience;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.log.sketch.HeavyHitters;
import org.popnet.log.sketch.HyperLogLog;
import org.popnet.log.upkeep.Chore;

/**
 * Merges what transactions appended into the hours and days, and deletes it, in one transaction: a reader sees every
 * sketch once, before or after.
 */
public final class Compaction implements Chore {
    /** Appended rows that are merged at a time: some megabytes of memory. */
    private static final int ROWS_MAX = 500;

    private static final long DAY_MS = 86_400_000;

    private final int urlsPerHour;

    private record Top(AudienceStore.Group group, String dimension) implements Comparable<Top> {
        @Override
        public int compareTo(Top o) {
            int by = group.compareTo(o.group);
            return by != 0 ? by : dimension.compareTo(o.dimension);
        }

        private Top ofDay() {
            return new Top(day(group), dimension);
        }
    }

    public Compaction(int urlsPerHour) {
        this.urlsPerHour = urlsPerHour;
    }

    @Override
    public String name() {
        return "compaction";
    }

    @Override
    public Duration every() {
        return Duration.ofSeconds(5);
    }

    @Override
    public boolean run(Connection connection) throws SQLException {
        return tops(connection) | clients(connection);
    }

    private static AudienceStore.Group day(AudienceStore.Group hour) {
        return new AudienceStore.Group(
                hour.hourMs() - Math.floorMod(hour.hourMs(), DAY_MS), hour.customer(), hour.domain());
    }

    private boolean tops(Connection connection) throws SQLException {
        Map<Top, HeavyHitters> hours = new TreeMap<>();
        int rows = 0;
        try (PreparedStatement take = connection.prepareStatement("""
                DELETE FROM log.top_delta WHERE id IN (SELECT id FROM log.top_delta ORDER BY id LIMIT ?)
                RETURNING time, customer, domain, dimension, total, error, keys, counts, bytes""")) {
            take.setInt(1, ROWS_MAX);
            try (ResultSet row = take.executeQuery()) {
                for (; row.next(); rows++) {
                    Top top = new Top(group(row), row.getString("dimension"));
                    int capacity = capacity(top);
                    hours.computeIfAbsent(top, t -> new HeavyHitters(capacity)).merge(StoredTop.read(row, capacity));
                }
            }
        }
        Map<Top, HeavyHitters> days = new TreeMap<>();
        hours.forEach((top, sketch) -> days.computeIfAbsent(top.ofDay(), t -> new HeavyHitters(capacity(t)))
                .merge(sketch));
        mergeTops(connection, "top_hour", hours);
        mergeTops(connection, "top_day", days);
        return rows == ROWS_MAX;
    }

    private int capacity(Top top) {
        return Dimension.valueOf(top.dimension().toUpperCase(Locale.ROOT)).capacity(urlsPerHour);
    }

    private void mergeTops(Connection connection, String table, Map<Top, HeavyHitters> sketches) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT total, error, keys, counts, bytes FROM log."
                        + table + " WHERE time = ? AND customer = ? AND domain = ? AND dimension = ?");
                PreparedStatement upsert = connection.prepareStatement("INSERT INTO log." + table
                        + " (time, customer, domain, dimension, total, error, keys, counts, bytes)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (customer, domain, dimension, time) DO UPDATE"
                        + " SET total = excluded.total, error = excluded.error, keys = excluded.keys,"
                        + " counts = excluded.counts, bytes = excluded.bytes")) {
            for (Map.Entry<Top, HeavyHitters> entry : sketches.entrySet()) {
                Top top = entry.getKey();
                select.setObject(1, AudienceStore.utc(top.group().hourMs()));
                select.setString(2, top.group().customer());
                select.setString(3, top.group().domain());
                select.setString(4, top.dimension());
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        entry.getValue().merge(StoredTop.read(row, capacity(top)));
                    }
                }
                AudienceStore.bind(upsert, top.group(), top.dimension(), entry.getValue());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static boolean clients(Connection connection) throws SQLException {
        Map<AudienceStore.Group, HyperLogLog> hours = new TreeMap<>();
        int rows = 0;
        try (PreparedStatement take = connection.prepareStatement("""
                DELETE FROM log.client_delta WHERE id IN (SELECT id FROM log.client_delta ORDER BY id LIMIT ?)
                RETURNING time, customer, domain, sketch""")) {
            take.setInt(1, ROWS_MAX);
            try (ResultSet row = take.executeQuery()) {
                for (; row.next(); rows++) {
                    hours.computeIfAbsent(group(row), g -> new HyperLogLog())
                            .merge(HyperLogLog.of(row.getBytes("sketch")));
                }
            }
        }
        Map<AudienceStore.Group, HyperLogLog> days = new TreeMap<>();
        hours.forEach((group, sketch) ->
                days.computeIfAbsent(day(group), g -> new HyperLogLog()).merge(sketch));
        mergeClients(connection, "client_hour", hours);
        mergeClients(connection, "client_day", days);
        return rows == ROWS_MAX;
    }

    private static void mergeClients(
            Connection connection, String table, Map<AudienceStore.Group, HyperLogLog> sketches) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT sketch FROM log." + table + " WHERE time = ? AND customer = ? AND domain = ?");
                PreparedStatement upsert = connection.prepareStatement("INSERT INTO log." + table
                        + " (time, customer, domain, sketch) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT (customer, domain, time) DO UPDATE SET sketch = excluded.sketch")) {
            for (Map.Entry<AudienceStore.Group, HyperLogLog> entry : sketches.entrySet()) {
                AudienceStore.Group group = entry.getKey();
                select.setObject(1, AudienceStore.utc(group.hourMs()));
                select.setString(2, group.customer());
                select.setString(3, group.domain());
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        entry.getValue().merge(HyperLogLog.of(row.getBytes(1)));
                    }
                }
                upsert.setObject(1, AudienceStore.utc(group.hourMs()));
                upsert.setString(2, group.customer());
                upsert.setString(3, group.domain());
                upsert.setBytes(4, entry.getValue().toBytes());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static AudienceStore.Group group(ResultSet row) throws SQLException {
        return new AudienceStore.Group(
                row.getObject("time", OffsetDateTime.class).toInstant().toEpochMilli(),
                row.getString("customer"),
                row.getString("domain"));
    }
}
