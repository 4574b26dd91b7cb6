package org.popnet.log.audience;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.log.sketch.HeavyHitters;
import org.popnet.log.sketch.HyperLogLog;

/**
 * Appends what a transaction counted, in that transaction: no row is shared with anyone, so nobody waits and nothing can
 * deadlock. {@link Compaction} merges it afterwards.
 */
public final class AudienceStore {
    private final int urlsPerHour;
    private final Countries countries;

    /** Where something is counted. */
    public record Group(long hourMs, String customer, String domain) implements Comparable<Group> {
        @Override
        public int compareTo(Group o) {
            int by = customer.compareTo(o.customer);
            by = by != 0 ? by : Long.compare(hourMs, o.hourMs);
            return by != 0 ? by : domain.compareTo(o.domain);
        }

        private Group ofAllDomains() {
            return new Group(hourMs, customer, "");
        }
    }

    public AudienceStore(int urlsPerHour, Countries countries) {
        this.urlsPerHour = urlsPerHour;
        this.countries = countries;
    }

    public void add(Connection connection, Map<Group, AudienceCounts> counts) throws SQLException {
        Map<Group, AudienceCounts> all = new TreeMap<>();
        counts.forEach((group, of) ->
                of.addTo(all.computeIfAbsent(group.ofAllDomains(), g -> new AudienceCounts()), group.domain()));
        try (PreparedStatement tops = connection.prepareStatement("""
                        INSERT INTO log.top_delta (time, customer, domain, dimension, total, error, keys, counts, bytes)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""");
                PreparedStatement clients = connection.prepareStatement(
                        "INSERT INTO log.client_delta (time, customer, domain, sketch) VALUES (?, ?, ?, ?)")) {
            for (Map<Group, AudienceCounts> part : List.of(counts, all)) {
                for (Map.Entry<Group, AudienceCounts> entry : part.entrySet()) {
                    append(tops, entry.getKey(), entry.getValue());
                    append(clients, entry.getKey(), entry.getValue().distinctClients());
                }
            }
            tops.executeBatch();
            clients.executeBatch();
        }
    }

    private void append(PreparedStatement tops, Group group, AudienceCounts counts) throws SQLException {
        Map<Dimension, HeavyHitters> sketches = new TreeMap<>();
        counts.sketches(urlsPerHour, countries, sketches::put);
        for (Map.Entry<Dimension, HeavyHitters> sketch : sketches.entrySet()) {
            bind(tops, group, sketch.getKey().stored(), sketch.getValue());
            tops.addBatch();
        }
    }

    static void bind(PreparedStatement tops, Group group, String dimension, HeavyHitters sketch) throws SQLException {
        List<HeavyHitters.Counter> counters = sketch.counters();
        tops.setObject(1, utc(group.hourMs()));
        tops.setString(2, group.customer());
        tops.setString(3, group.domain());
        tops.setString(4, dimension);
        tops.setLong(5, sketch.total());
        tops.setLong(6, sketch.error());
        tops.setArray(
                7,
                tops.getConnection()
                        .createArrayOf(
                                "text",
                                counters.stream().map(HeavyHitters.Counter::key).toArray()));
        tops.setObject(
                8, counters.stream().mapToLong(HeavyHitters.Counter::count).toArray());
        tops.setObject(
                9, counters.stream().mapToLong(HeavyHitters.Counter::bytes).toArray());
    }

    private static void append(PreparedStatement clients, Group group, HyperLogLog sketch) throws SQLException {
        clients.setObject(1, utc(group.hourMs()));
        clients.setString(2, group.customer());
        clients.setString(3, group.domain());
        clients.setBytes(4, sketch.toBytes());
        clients.addBatch();
    }

    static OffsetDateTime utc(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }
}
