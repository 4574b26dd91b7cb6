package org.popnet.log.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
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
    /** Shown at once; a month that is older than this and open has other problems. */
    private static final int OPEN_MONTHS_MAX = 36;

    private final StatementRows statements;
    private final LineRows lines;
    private final AdjustmentRows adjustments;
    private final SourceRows sources;
    private final JdbcClient jdbc;

    Statements(
            StatementRows statements, LineRows lines, AdjustmentRows adjustments, SourceRows sources, JdbcClient jdbc) {
        this.statements = statements;
        this.lines = lines;
        this.adjustments = adjustments;
        this.sources = sources;
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

    /** The current month, those before it that are not closed (the last one even without figures), and the closed ones. */
    List<Head> all(String customer, Month current, @Nullable Instant dataUpTo) {
        List<Head> closed = closed(customer);
        Month last = current.previous();
        Month oldest = firstToClose(customer, closed).filter(last::isAfter).orElse(last);
        List<Head> heads = new ArrayList<>();
        for (Month month = current;
                !oldest.isAfter(month) && heads.size() < OPEN_MONTHS_MAX;
                month = month.previous()) {
            String name = month.toString();
            if (closed.stream().noneMatch(head -> head.month().equals(name))) {
                heads.add(open(customer, month, dataUpTo));
            }
        }
        heads.addAll(closed);
        return heads;
    }

    private Optional<Month> firstToClose(String customer, List<Head> closed) {
        if (!closed.isEmpty()) {
            return Optional.of(Month.parse(closed.getFirst().month()).next());
        }
        return jdbc.sql("SELECT min(time) FROM log.total_day WHERE customer = :customer AND domain = ''")
                .param("customer", customer)
                .query((row, i) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .single()
                .map(first -> Month.containing(first.toInstant()));
    }

    /** The closed ones, the latest first. */
    List<Head> closed(String customer) {
        return heads(customer, statements.findByCustomerOrderByMonthDesc(customer));
    }

    private List<Head> heads(String customer, List<StatementRow> rows) {
        Map<LocalDate, AdjustmentRow.Total> late = new HashMap<>();
        adjustments.totals(customer).forEach(total -> late.put(total.month(), total));
        return rows.stream()
                .map(row -> {
                    AdjustmentRow.Total with = late.get(row.month);
                    return with == null ? row.head(0, 0) : row.head(with.requests(), with.bytesOut());
                })
                .toList();
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
        List<StatementRow> row = statements.findByCustomerAndMonth(customer, month.firstDay());
        return heads(customer, row).stream().findFirst().map(head -> {
            List<Line> lineList = new ArrayList<>();
            lines(customer, month)
                    .forEach((part, usage) -> lineList.add(new Line(
                            part.domain(),
                            part.pop(),
                            usage.requests(),
                            usage.bytesOut(),
                            usage.bytesIn(),
                            usage.p95BitsPerSecond())));
            List<Adjustment> adjustmentList = new ArrayList<>();
            adjustments(customer, month)
                    .forEach((late, usage) -> adjustmentList.add(new Adjustment(
                            late.ofMonth(),
                            late.domain(),
                            late.pop(),
                            usage.requests(),
                            usage.bytesOut(),
                            usage.bytesIn())));
            return new Statement(head, lineList, adjustmentList);
        });
    }

    /** In the order of their keys, all of it first. */
    Map<Recount.Part, Usage> lines(String customer, Month month) {
        Map<Recount.Part, Usage> found = new LinkedHashMap<>();
        lines.findByCustomerAndMonthOrderByDomainAscPopAsc(customer, month.firstDay())
                .forEach(line -> found.put(line.part(), line.usage()));
        return found;
    }

    Map<Recount.Late, Usage> adjustments(String customer, Month month) {
        Map<Recount.Late, Usage> found = new LinkedHashMap<>();
        adjustments
                .findByCustomerAndMonthOrderByOfMonthAscDomainAscPopAsc(customer, month.firstDay())
                .forEach(row -> found.put(row.late(), row.usage()));
        return found;
    }

    List<SourceRow> sources(String customer, Month month) {
        return sources.findByCustomerAndMonthOrderByPathAscServerAsc(customer, month.firstDay());
    }
}
