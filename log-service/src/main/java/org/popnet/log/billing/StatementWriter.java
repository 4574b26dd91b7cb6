package org.popnet.log.billing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a statement in one transaction of one snapshot: the month's five-minute figures, what has been added to earlier
 * months since they were closed, and how far each raw file was committed. Whatever commits later is late.
 */
final class StatementWriter {
    private final Connection connection;
    private final String customer;

    /** @param connection in a transaction of isolation {@code REPEATABLE READ} */
    StatementWriter(Connection connection, String customer) {
        this.connection = connection;
        this.customer = customer;
    }

    /** The month to be closed next: after the last that was, or the first with figures; empty without any. */
    Optional<Month> next() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT (SELECT max(month) FROM log.statement WHERE customer = ?),
                       (SELECT min(time) FROM log.total_day WHERE customer = ? AND domain = '')""")) {
            select.setString(1, customer);
            select.setString(2, customer);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                LocalDate last = row.getObject(1, LocalDate.class);
                if (last != null) {
                    return Optional.of(new Month(java.time.YearMonth.from(last)).next());
                }
                var first = row.getObject(2, java.time.OffsetDateTime.class);
                return first == null ? Optional.empty() : Optional.of(Month.containing(first.toInstant()));
            }
        }
    }

    /** @param lateMax how old a record may be and still be added to its own month */
    void close(Month month, Instant now, @Nullable Instant dataUpTo, boolean forced, Duration lateMax)
            throws SQLException {
        writeLines(month);
        for (Month closed : closedMonthsThatMayHaveGrown(lateMax)) {
            writeAdjustments(month, closed);
        }
        writeSources(month);
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO log.statement
                  (customer, month, closed_at, data_up_to, forced, requests, bytes_out, bytes_in, p95_bytes)
                SELECT ?, ?, ?, ?, ?, coalesce(sum(requests), 0), coalesce(sum(bytes_out), 0),
                       coalesce(sum(bytes_in), 0), coalesce(sum(p95_bytes), 0)
                FROM log.statement_line WHERE customer = ? AND month = ? AND domain = '' AND pop = ''""")) {
            insert.setString(1, customer);
            insert.setObject(2, month.firstDay());
            insert.setObject(3, now.atOffset(ZoneOffset.UTC));
            insert.setObject(4, dataUpTo == null ? null : dataUpTo.atOffset(ZoneOffset.UTC));
            insert.setBoolean(5, forced);
            insert.setString(6, customer);
            insert.setObject(7, month.firstDay());
            insert.executeUpdate();
        }
    }

    private void writeLines(Month month) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                WITH scoped AS (
                  SELECT time, CASE grouping(domain) WHEN 1 THEN '' ELSE domain END AS domain,
                         CASE grouping(pop) WHEN 1 THEN '' ELSE pop END AS pop,
                         sum(requests) AS requests, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in
                  FROM log.bandwidth WHERE customer = ? AND time >= ? AND time < ?
                  GROUP BY GROUPING SETS ((time, domain, pop), (time, domain), (time, pop), (time))),
                placed AS (
                  SELECT *, row_number() OVER (PARTITION BY domain, pop ORDER BY bytes_out DESC) AS place FROM scoped)
                INSERT INTO log.statement_line
                  (customer, month, domain, pop, requests, bytes_out, bytes_in, p95_bytes)
                SELECT ?, ?, domain, pop, sum(requests), sum(bytes_out), sum(bytes_in),
                       coalesce(max(bytes_out) FILTER (WHERE place = ?), 0)
                FROM placed GROUP BY domain, pop""")) {
            insert.setString(1, customer);
            insert.setObject(2, month.start());
            insert.setObject(3, month.end());
            insert.setString(4, customer);
            insert.setObject(5, month.firstDay());
            insert.setInt(6, month.p95Place());
            insert.executeUpdate();
        }
    }

    private List<Month> closedMonthsThatMayHaveGrown(Duration lateMax) throws SQLException {
        List<Month> months = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT month FROM log.statement WHERE customer = ? AND (month + interval '1 month') AT TIME ZONE 'UTC'
                  > (SELECT max(closed_at) FROM log.statement WHERE customer = ?) - make_interval(secs => ?)
                ORDER BY month""")) {
            select.setString(1, customer);
            select.setString(2, customer);
            select.setLong(3, lateMax.toSeconds());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    months.add(new Month(java.time.YearMonth.from(rows.getObject(1, LocalDate.class))));
                }
            }
        }
        return months;
    }

    /** What the month has now, less what was billed of it: with its own statement, and as adjustments since. */
    private void writeAdjustments(Month month, Month closed) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO log.statement_adjustment
                  (customer, month, of_month, domain, pop, requests, bytes_out, bytes_in)
                SELECT ?, ?, ?, domain, pop, sum(requests), sum(bytes_out), sum(bytes_in) FROM (
                  SELECT domain, pop, requests, bytes_out, bytes_in FROM log.bandwidth
                  WHERE customer = ? AND time >= ? AND time < ?
                  UNION ALL
                  SELECT domain, pop, -requests, -bytes_out, -bytes_in FROM log.statement_line
                  WHERE customer = ? AND month = ? AND domain <> '' AND pop <> ''
                  UNION ALL
                  SELECT domain, pop, -requests, -bytes_out, -bytes_in FROM log.statement_adjustment
                  WHERE customer = ? AND of_month = ? AND month < ?) AS difference
                GROUP BY domain, pop
                HAVING sum(requests) <> 0 OR sum(bytes_out) <> 0 OR sum(bytes_in) <> 0""")) {
            insert.setString(1, customer);
            insert.setObject(2, month.firstDay());
            insert.setObject(3, closed.firstDay());
            insert.setString(4, customer);
            insert.setObject(5, closed.start());
            insert.setObject(6, closed.end());
            insert.setString(7, customer);
            insert.setObject(8, closed.firstDay());
            insert.setString(9, customer);
            insert.setObject(10, closed.firstDay());
            insert.setObject(11, month.firstDay());
            insert.executeUpdate();
        }
    }

    private void writeSources(Month month) throws SQLException {
        // Accesses only: <customer>/2026/11/22/15.ndjson.zst, the other kinds have a longer name.
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO log.statement_source (customer, month, server, path, from_bytes, to_bytes)
                SELECT ?, ?, f.server, f.path, coalesce(s.to_bytes, 0), f.bytes
                FROM log.raw_file f
                LEFT JOIN (SELECT server, path, max(to_bytes) AS to_bytes FROM log.statement_source
                           WHERE customer = ? GROUP BY server, path) AS s USING (server, path)
                WHERE f.path LIKE ? AND f.path COLLATE "C" < ? AND f.bytes > coalesce(s.to_bytes, 0)""")) {
            insert.setString(1, customer);
            insert.setObject(2, month.firstDay());
            insert.setString(3, customer);
            insert.setString(
                    4,
                    customer.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
                            + "/____/__/__/__.ndjson.zst");
            insert.setString(5, customer + "/" + month.next().of().toString().replace('-', '/') + "/");
            insert.executeUpdate();
        }
    }
}
