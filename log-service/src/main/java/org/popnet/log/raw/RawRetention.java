package org.popnet.log.raw;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what a customer's {@code keep-logs} in the tree does not keep: this server's raw files, and events in the
 * database. Files belong to one server, so each deletes its own; of several servers that share the database one at a time
 * deletes events. Runs on the writer's thread between two transactions, a bounded number of files at a time.
 */
public final class RawRetention {
    private static final Logger log = LoggerFactory.getLogger(RawRetention.class);
    private static final Duration PAUSE = Duration.ofHours(1);
    private static final Duration PAUSE_WHEN_MORE = Duration.ofSeconds(5);
    private static final int FILES_MAX = 200;
    private static final int EVENTS_MAX = 10_000;

    private final DataSource database;
    private final RawLog rawLog;
    private final Function<String, Duration> keep;
    private final InstantSource clock;
    private Instant due = Instant.MIN;

    /** @param keep how long a customer's logs are kept, or those of a customer that is gone */
    public RawRetention(DataSource database, RawLog rawLog, Function<String, Duration> keep, InstantSource clock) {
        this.database = database;
        this.rawLog = rawLog;
        this.keep = keep;
        this.clock = clock;
    }

    /** Deletes if it is time. Must not be called within a transaction of the raw log. */
    public void runIfDue() {
        Instant now = clock.instant();
        if (now.isBefore(due)) {
            return;
        }
        due = now.plus(PAUSE);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            if (run(connection, now)) {
                due = now.plus(PAUSE_WHEN_MORE);
            }
        } catch (SQLException | IOException e) {
            due = now.plus(PAUSE_WHEN_MORE);
            log.warn("old logs were not all deleted, tried again: {}", e.getMessage());
        }
    }

    /** Whether more is left to delete. */
    private boolean run(Connection connection, Instant now) throws SQLException, IOException {
        List<String> expired = new ArrayList<>();
        for (String customer : customersWithFiles(connection)) {
            if (expired.size() < FILES_MAX) {
                expired.addAll(rawLog.expired(
                        connection, customer, now.minus(keep.apply(customer)), FILES_MAX - expired.size()));
            }
        }
        rawLog.delete(connection, expired);
        if (!expired.isEmpty()) {
            log.info(
                    "deleted {} raw files that the tree does not keep, the last {}", expired.size(), expired.getLast());
        }
        return expired.size() == FILES_MAX | deleteEvents(connection, now);
    }

    private Set<String> customersWithFiles(Connection connection) throws SQLException {
        // One index probe a customer, not a scan over years of files.
        try (PreparedStatement select = connection.prepareStatement("""
                WITH RECURSIVE c(customer) AS (
                  (SELECT split_part(path, '/', 1) FROM log.raw_file WHERE server = ?
                   ORDER BY path COLLATE "C" LIMIT 1)
                  UNION ALL
                  SELECT (SELECT split_part(path, '/', 1) FROM log.raw_file
                          WHERE server = ? AND path COLLATE "C" >= c.customer || '0'
                          ORDER BY path COLLATE "C" LIMIT 1)
                  FROM c WHERE c.customer IS NOT NULL)
                SELECT customer FROM c WHERE customer IS NOT NULL""")) {
            select.setString(1, rawLog.server());
            select.setString(2, rawLog.server());
            Set<String> customers = new HashSet<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    customers.add(rows.getString(1));
                }
            }
            return customers;
        }
    }

    private boolean deleteEvents(Connection connection, Instant now) throws SQLException {
        int deleted = 0;
        try (PreparedStatement lock =
                        connection.prepareStatement("SELECT pg_try_advisory_xact_lock(hashtext('log.retention'))");
                ResultSet locked = lock.executeQuery()) {
            if (!locked.next() || !locked.getBoolean(1)) {
                connection.rollback();
                return false;
            }
        }
        for (String customer : customersWithEvents(connection)) {
            try (PreparedStatement delete = connection.prepareStatement("""
                    DELETE FROM log.event WHERE customer = ? AND (time, id) IN (
                      SELECT time, id FROM log.event WHERE customer = ? AND time < ? ORDER BY time LIMIT ?)""")) {
                delete.setString(1, customer);
                delete.setString(2, customer);
                delete.setObject(3, now.minus(keep.apply(customer)).atOffset(java.time.ZoneOffset.UTC));
                delete.setInt(4, EVENTS_MAX);
                deleted = Math.max(deleted, delete.executeUpdate());
            }
        }
        connection.commit();
        return deleted == EVENTS_MAX;
    }

    private static Set<String> customersWithEvents(Connection connection) throws SQLException {
        Set<String> customers = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT DISTINCT customer FROM log.event_hour");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                customers.add(rows.getString(1));
            }
        }
        return customers;
    }
}
