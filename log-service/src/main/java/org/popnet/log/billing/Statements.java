package org.popnet.log.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads statements, and what the open months have so far. */
@Component
class Statements {
    private final JdbcClient jdbc;

    Statements(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A statement's head.
     *
     * @param state {@code CLOSED}, or {@code OPEN} while figures still change
     * @param adjustmentBytesOut what is billed with it of earlier months
     */
    record Head(
            String customer,
            String month,
            String state,
            @Nullable Instant closedAt,
            @Nullable Instant dataUpTo,
            boolean forced,
            long requests,
            long bytesOut,
            long bytesIn,
            long p95BitsPerSecond,
            long adjustmentRequests,
            long adjustmentBytesOut) {}

    /** A part of the month; an empty domain or POP stands for all. */
    record Line(String domain, String pop, long requests, long bytesOut, long bytesIn, long p95BitsPerSecond) {}

    /** What came of an earlier month after that was closed. */
    record Adjustment(String ofMonth, String domain, String pop, long requests, long bytesOut, long bytesIn) {}

    record Statement(Head head, List<Line> lines, List<Adjustment> adjustments) {}

    /** A part of a raw file. */
    record Source(String server, String path, long fromBytes, long toBytes) {}

    /** The closed ones, the latest first. */
    List<Head> closed(String customer) {
        return heads(customer, null);
    }

    private List<Head> heads(String customer, @Nullable Month month) {
        return jdbc.sql("""
                        SELECT s.month, s.closed_at, s.data_up_to, s.forced, s.requests, s.bytes_out, s.bytes_in,
                          s.p95_bytes, coalesce(a.requests, 0) AS late_requests, coalesce(a.bytes_out, 0) AS late_bytes
                        FROM log.statement s LEFT JOIN (
                          SELECT month, sum(requests) AS requests, sum(bytes_out) AS bytes_out
                          FROM log.statement_adjustment WHERE customer = :customer GROUP BY month) AS a USING (month)
                        WHERE s.customer = :customer AND (:month::date IS NULL OR s.month = :month)
                        ORDER BY s.month DESC""")
                .param("customer", customer)
                .param("month", month == null ? null : month.of().atDay(1))
                .query((row, i) -> new Head(
                        customer,
                        YearMonth.from(row.getObject("month", LocalDate.class)).toString(),
                        "CLOSED",
                        instant(row, "closed_at"),
                        instant(row, "data_up_to"),
                        row.getBoolean("forced"),
                        row.getLong("requests"),
                        row.getLong("bytes_out"),
                        row.getLong("bytes_in"),
                        new Usage(0, 0, 0, row.getLong("p95_bytes")).p95BitsPerSecond(),
                        row.getLong("late_requests"),
                        row.getLong("late_bytes")))
                .list();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** What a month that is not closed has so far. */
    Head open(String customer, Month month, @Nullable Instant dataUpTo) {
        return jdbc.sql("""
                        WITH intervals AS (
                          SELECT time, sum(requests) AS requests, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in
                          FROM log.bandwidth WHERE customer = :customer AND time >= :from AND time < :to GROUP BY time)
                        SELECT coalesce(sum(requests), 0), coalesce(sum(bytes_out), 0), coalesce(sum(bytes_in), 0),
                          coalesce((SELECT bytes_out FROM intervals ORDER BY bytes_out DESC OFFSET :before LIMIT 1), 0)
                        FROM intervals""")
                .param("customer", customer)
                .param("from", month.start())
                .param("to", month.end())
                .param("before", month.p95Place() - 1)
                .query((row, i) -> new Head(
                        customer,
                        month.toString(),
                        "OPEN",
                        null,
                        dataUpTo,
                        false,
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        new Usage(0, 0, 0, row.getLong(4)).p95BitsPerSecond(),
                        0,
                        0))
                .single();
    }

    Optional<Statement> closed(String customer, Month month) {
        return heads(customer, month).stream().findFirst().map(head -> {
            List<Line> lines = new ArrayList<>();
            lines(customer, month)
                    .forEach((part, usage) -> lines.add(new Line(
                            part.domain(),
                            part.pop(),
                            usage.requests(),
                            usage.bytesOut(),
                            usage.bytesIn(),
                            usage.p95BitsPerSecond())));
            List<Adjustment> adjustments = new ArrayList<>();
            adjustments(customer, month)
                    .forEach((late, usage) -> adjustments.add(new Adjustment(
                            late.ofMonth(),
                            late.domain(),
                            late.pop(),
                            usage.requests(),
                            usage.bytesOut(),
                            usage.bytesIn())));
            return new Statement(head, lines, adjustments);
        });
    }

    /** In the order of their keys, all of it first. */
    Map<Recount.Part, Usage> lines(String customer, Month month) {
        Map<Recount.Part, Usage> lines = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT domain, pop, requests, bytes_out, bytes_in, p95_bytes FROM log.statement_line
                        WHERE customer = :customer AND month = :month ORDER BY domain, pop""")
                .param("customer", customer)
                .param("month", month.of().atDay(1))
                .query(row -> {
                    lines.put(
                            new Recount.Part(row.getString(1), row.getString(2)),
                            new Usage(row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)));
                });
        return lines;
    }

    Map<Recount.Late, Usage> adjustments(String customer, Month month) {
        Map<Recount.Late, Usage> adjustments = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT of_month, domain, pop, requests, bytes_out, bytes_in FROM log.statement_adjustment
                        WHERE customer = :customer AND month = :month ORDER BY of_month, domain, pop""")
                .param("customer", customer)
                .param("month", month.of().atDay(1))
                .query(row -> {
                    adjustments.put(
                            new Recount.Late(
                                    YearMonth.from(row.getObject(1, LocalDate.class))
                                            .toString(),
                                    row.getString(2),
                                    row.getString(3)),
                            new Usage(row.getLong(4), row.getLong(5), row.getLong(6), 0));
                });
        return adjustments;
    }

    List<Source> sources(String customer, Month month) {
        return jdbc.sql("""
                        SELECT server, path, from_bytes, to_bytes FROM log.statement_source
                        WHERE customer = :customer AND month = :month ORDER BY path, server""")
                .param("customer", customer)
                .param("month", month.of().atDay(1))
                .query((row, i) -> new Source(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)))
                .list();
    }
}
