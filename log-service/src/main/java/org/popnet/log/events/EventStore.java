package org.popnet.log.events;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.log.database.Partitions;

/**
 * Counts all events and keeps, of each customer's hour and kind, the first ones up to a bound: a target that flaps all
 * night fills neither the disk nor the page. For one thread.
 */
public final class EventStore {
    private final Partitions partitions;
    private final int perHour;

    /** @param perHour events that are kept of a customer's hour and kind */
    public EventStore(Partitions partitions, int perHour) {
        this.partitions = partitions;
        this.perHour = perHour;
    }

    public void add(Connection connection, NewEvents events) throws SQLException {
        if (events.groups().isEmpty()) {
            return;
        }
        partitions.ensure(connection, events.groups().keySet().stream().mapToLong(NewEvents.Group::hourMs));
        for (Map.Entry<NewEvents.Group, List<NewEvents.Event>> entry :
                events.groups().entrySet()) {
            NewEvents.Group group = entry.getKey();
            List<NewEvents.Event> fresh = entry.getValue();
            long before = count(connection, group, fresh.size()) - fresh.size();
            keep(connection, group, fresh.subList(0, Math.clamp(perHour - before, 0, fresh.size())));
        }
    }

    private static long count(Connection connection, NewEvents.Group group, int more) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                INSERT INTO log.event_hour AS t (time, customer, kind, events) VALUES (?, ?, ?, ?)
                ON CONFLICT (customer, time, kind) DO UPDATE SET events = t.events + excluded.events
                RETURNING events""")) {
            upsert.setObject(1, utc(group.hourMs()));
            upsert.setString(2, group.customer());
            upsert.setString(3, group.kind());
            upsert.setLong(4, more);
            try (ResultSet row = upsert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void keep(Connection connection, NewEvents.Group group, List<NewEvents.Event> events)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO log.event (time, customer, node, kind, subject, reason, detail, micros)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (NewEvents.Event event : events) {
                insert.setObject(1, utc(event.timeMs()));
                insert.setString(2, group.customer());
                insert.setString(3, event.node().toString());
                insert.setString(4, group.kind());
                insert.setString(5, storable(event.record().subject()));
                insert.setString(6, storable(event.record().reason()));
                insert.setString(7, storable(event.record().detail()));
                insert.setLong(8, event.record().micros());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** PostgreSQL's texts hold any character but this one. */
    private static @Nullable String storable(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    private static OffsetDateTime utc(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }
}
