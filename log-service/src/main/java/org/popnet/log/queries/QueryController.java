package org.popnet.log.queries;

import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.time.Instant;
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
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A customer's DNS queries. Times are ISO-8601, UTC; every answer says up to when it is whole. */
@RestController
@RequestMapping("/queries")
class QueryController {
    private final QueryFigures figures;
    private final Completeness completeness;
    private final KnownCustomers customers;

    QueryController(QueryFigures figures, Completeness completeness, KnownCustomers customers) {
        this.figures = figures;
        this.completeness = completeness;
        this.customers = customers;
    }

    record Shares(String by, @Nullable Instant dataUpTo, List<QueryFigures.Share> shares) {}

    @Operation(summary = "Queries by domain, type, rcode, node or pop, the most asked first, at most 1,000")
    @GetMapping("/shares")
    Shares shares(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "domain") String by) {
        customers.check(customer);
        TimeRange range = TimeRange.of(from, to);
        return new Shares(by, dataUpTo(customer), figures.shares(customer, domain, range, by(by)));
    }

    record Series(String step, @Nullable Instant dataUpTo, List<QueryFigures.Point> points) {}

    @Operation(summary = "Queries per step, whole minutes, at most 1,500 points; steps without queries are left out")
    @GetMapping("/series")
    Series series(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "PT1M") String step) {
        customers.check(customer);
        TimeRange range = TimeRange.of(from, to);
        Duration width = range.step(step);
        return new Series(width.toString(), dataUpTo(customer), figures.series(customer, domain, range, width));
    }

    private static QueryFigures.By by(String name) {
        for (QueryFigures.By by : QueryFigures.By.values()) {
            if (by.column().equals(name)) {
                return by;
            }
        }
        throw Problem.of(
                HttpStatus.BAD_REQUEST,
                "No such grouping",
                "by '" + name + "': must be domain, type, rcode, node or pop.");
    }

    private @Nullable Instant dataUpTo(String customer) {
        return completeness.dataUpTo(customer).orElse(null);
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute queryRoute() {
            return ControlRoute.of(HttpMethod.GET, "/queries/*", Role.NETVIEW, Role.OPERATOR);
        }
    }
}
