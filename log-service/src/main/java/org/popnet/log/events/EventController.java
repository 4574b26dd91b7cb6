package org.popnet.log.events;

import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.log.completeness.Completeness;
import org.popnet.log.database.KnownCustomers;
import org.popnet.log.database.Problem;
import org.popnet.log.traffic.TimeRange;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What happened to a customer's targets and origins, as nodes reported it. */
@RestController
class EventController {
    private static final int LIMIT_MAX = 1000;

    private final JdbcClient jdbc;
    private final Completeness completeness;
    private final KnownCustomers customers;

    EventController(JdbcClient jdbc, Completeness completeness, KnownCustomers customers) {
        this.jdbc = jdbc;
        this.completeness = completeness;
        this.customers = customers;
    }

    /** @param micros how long what failed had taken; 0 if that says nothing */
    record Event(
            Instant time,
            String node,
            String kind,
            String subject,
            String reason,
            @Nullable String detail,
            long micros) {}

    /** @param events how many happened, by whole hours; not all of them may be kept */
    record Count(String kind, long events) {}

    record Events(@Nullable Instant dataUpTo, List<Count> counts, List<Event> events) {}

    @Operation(summary = "Events of at most 400 days, the newest first, at most 1,000, and how many there were by kind")
    @GetMapping("/events")
    Events events(
            @RequestParam String customer,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(defaultValue = "100") int limit) {
        customers.check(customer);
        TimeRange range = TimeRange.of(from, to);
        if (limit < 1 || limit > LIMIT_MAX) {
            throw Problem.of(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "Not allowed",
                    "limit " + limit + ": must be 1 to " + LIMIT_MAX + ".");
        }
        List<Count> counts = ask("""
                        SELECT kind, sum(events) FROM log.event_hour WHERE customer = :customer
                          AND time >= date_trunc('hour', :from::timestamptz, 'UTC') AND time < :to
                          AND (:kind::text IS NULL OR kind = :kind)
                        GROUP BY kind ORDER BY 2 DESC, 1 LIMIT 100""", customer, range, kind)
                .query((row, i) -> new Count(row.getString(1), row.getLong(2)))
                .list();
        List<Event> events = ask("""
                        SELECT time, node, kind, subject, reason, detail, micros FROM log.event
                        WHERE customer = :customer AND time >= :from AND time < :to
                          AND (:kind::text IS NULL OR kind = :kind)
                        ORDER BY time DESC, id DESC LIMIT :limit""", customer, range, kind)
                .param("limit", limit)
                .query((row, i) -> new Event(
                        row.getObject(1, OffsetDateTime.class).toInstant(),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getLong(7)))
                .list();
        return new Events(completeness.dataUpTo(customer).orElse(null), counts, events);
    }

    private JdbcClient.StatementSpec ask(String sql, String customer, TimeRange range, @Nullable String kind) {
        return jdbc.sql(sql)
                .param("customer", customer)
                .param("from", range.from().atOffset(ZoneOffset.UTC))
                .param("to", range.to().atOffset(ZoneOffset.UTC))
                .param("kind", kind);
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute eventRoute() {
            return ControlRoute.of(HttpMethod.GET, "/events", Role.NETVIEW, Role.OPERATOR);
        }
    }
}
