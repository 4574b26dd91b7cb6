package org.popnet.log.queries;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.log.traffic.TimeRange;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads what {@link QueryStore} wrote: whole hours from the hours, what is left at both ends from the minutes. */
@Component
class QueryFigures {
    private static final int SHARES_MAX = 1000;
    private static final String PART = "SELECT * FROM log.%s WHERE customer = :customer"
            + " AND time >= :%s AND time < :%s AND (:domain::text IS NULL OR domain = :domain)";
    private static final String MINUTES = "(" + PART.formatted("query_minute", "from", "to") + ") AS t";
    private static final String HOURS = "("
            + PART.formatted("query_minute", "from", "firstHour")
            + " UNION ALL " + PART.formatted("query_hour", "firstHour", "lastHour")
            + " UNION ALL " + PART.formatted("query_minute", "lastHour", "to")
            + ") AS t";

    private final JdbcClient jdbc;

    QueryFigures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What queries are told apart by. */
    enum By {
        DOMAIN("domain", "domain"),
        TYPE("type", "type"),
        RCODE("rcode", "rcode"),
        NODE("node", "node"),
        POP("pop", "substring(node FROM position('.' IN node) + 1)");

        private final String column;
        private final String expression;

        By(String column, String expression) {
            this.column = column;
            this.expression = expression;
        }

        String column() {
            return column;
        }
    }

    /**
     * The queries that have something in common.
     *
     * @param queries what the records stand for
     * @param records how many of them were logged
     * @param meanMicros over the logged ones
     */
    record Share(
            String name,
            long queries,
            long records,
            long withSubnet,
            long overTcp,
            double meanMicros,
            long maxMicros) {}

    /** Queries of one step. */
    record Point(Instant time, long queries, long failed, long nameErrors, double meanMicros) {}

    List<Share> shares(String customer, @Nullable String domain, TimeRange range, By by) {
        String sql = "SELECT " + by.expression + " AS name, sum(queries), sum(records), sum(with_subnet),"
                + " sum(over_tcp), sum(micros)::double precision / sum(records), max(micros_max) FROM " + HOURS
                + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT " + SHARES_MAX;
        return ask(sql, customer, domain, range)
                .query((row, i) -> new Share(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getDouble(6),
                        row.getLong(7)))
                .list();
    }

    List<Point> series(String customer, @Nullable String domain, TimeRange range, Duration step) {
        String sql = "SELECT date_bin(:step * interval '1 second', time, :from), sum(queries),"
                + " coalesce(sum(queries) FILTER (WHERE rcode NOT IN ('NOERROR', 'NXDOMAIN')), 0),"
                + " coalesce(sum(queries) FILTER (WHERE rcode = 'NXDOMAIN'), 0),"
                + " sum(micros)::double precision / sum(records)"
                + " FROM " + (range.isByHours(step) ? HOURS : MINUTES) + " GROUP BY 1 ORDER BY 1";
        return ask(sql, customer, domain, range)
                .param("step", step.getSeconds())
                .query((row, i) -> new Point(
                        row.getObject(1, OffsetDateTime.class).toInstant(),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getDouble(5)))
                .list();
    }

    private JdbcClient.StatementSpec ask(String sql, String customer, @Nullable String domain, TimeRange range) {
        return jdbc.sql(sql)
                .param("customer", customer)
                .param("domain", domain)
                .param("from", utc(range.from()))
                .param("to", utc(range.to()))
                .param("firstHour", utc(range.firstHour()))
                .param("lastHour", utc(range.lastHour()));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
