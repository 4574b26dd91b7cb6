package org.popnet.log.events;

import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What happened to a customer's targets and origins, as nodes reported it. */
@RestController
class EventController {
    private static final int LIMIT_MAX = 1000;
    private static final int KINDS_MAX = 100;

    private final EventRows events;
    private final EventHourRows counts;
    private final Completeness completeness;
    private final KnownCustomers customers;

    EventController(EventRows events, EventHourRows counts, Completeness completeness, KnownCustomers customers) {
        this.events = events;
        this.counts = counts;
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
        List<Count> sums = counts.counts(
                customer, range.from().truncatedTo(ChronoUnit.HOURS), range.to(), kind, Limit.of(KINDS_MAX));
        List<Event> newest = events.newest(customer, range.from(), range.to(), kind, Limit.of(limit)).stream()
                .map(EventRow::event)
                .toList();
        return new Events(completeness.dataUpTo(customer).orElse(null), sums, newest);
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute eventRoute() {
            return ControlRoute.of(HttpMethod.GET, "/events", Role.NETVIEW, Role.OPERATOR);
        }
    }
}
