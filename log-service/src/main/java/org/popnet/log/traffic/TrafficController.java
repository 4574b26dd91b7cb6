package org.popnet.log.traffic;

import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.popnet.log.completeness.Completeness;
import org.popnet.log.database.KnownCustomers;
import org.popnet.log.database.Problem;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A customer's figures. Times are ISO-8601, UTC; every answer says up to when it is whole. */
@RestController
@RequestMapping("/traffic")
class TrafficController {
    private static final int CURRENT_SECONDS = 60;
    private static final int URLS_MAX = 1000;

    private final TrafficQueries queries;
    private final LiveTraffic live;
    private final LoadBoard loads;
    private final Completeness completeness;
    private final KnownCustomers customers;
    private final CurrentTree tree;
    private final InstantSource clock;

    TrafficController(
            TrafficQueries queries,
            LiveTraffic live,
            LoadBoard loads,
            Completeness completeness,
            KnownCustomers customers,
            CurrentTree tree,
            InstantSource clock) {
        this.queries = queries;
        this.live = live;
        this.loads = loads;
        this.completeness = completeness;
        this.customers = customers;
        this.tree = tree;
        this.clock = clock;
    }

    @Operation(summary = "Sums of a range of at most 400 days")
    @GetMapping("/summary")
    TrafficQueries.Summary summary(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to) {
        TimeRange range = range(customer, from, to);
        return queries.summary(customer, domain, range).upTo(dataUpTo(customer));
    }

    record Series(String step, @Nullable Instant dataUpTo, List<TrafficQueries.Point> points) {}

    @Operation(summary = "Sums per step, whole minutes, at most 1,500 points; steps without requests are left out")
    @GetMapping("/series")
    Series series(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "PT1M") String step) {
        TimeRange range = range(customer, from, to);
        Duration width = range.step(step);
        return new Series(width.toString(), dataUpTo(customer), queries.series(customer, domain, range, width));
    }

    @Operation(summary = "Sums per POP, the busiest first")
    @GetMapping("/pops")
    List<TrafficQueries.PopShare> pops(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to) {
        return queries.pops(customer, domain, range(customer, from, to));
    }

    @Operation(summary = "The most requested URLs by whole hours; rare ones may be undercounted")
    @GetMapping("/urls")
    List<TrafficQueries.UrlShare> urls(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "20") int limit) {
        TimeRange range = range(customer, from, to);
        if (limit < 1 || limit > URLS_MAX) {
            throw Problem.of(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "Not allowed",
                    "limit " + limit + ": must be 1 to " + URLS_MAX + ".");
        }
        return queries.urls(customer, domain, range, limit);
    }

    record Second(Instant time, long requests, long bytesOut) {}

    record Current(
            double requestsPerSecond,
            double bitsPerSecond,
            long openConnections,
            @Nullable Instant dataUpTo,
            List<Second> seconds) {}

    @Operation(summary = "The last 60 seconds, from memory: also while the database is away")
    @GetMapping("/current")
    Current current(@RequestParam String customer) {
        customers.check(customer);
        Instant whole = completeness.dataUpToFromMemory(customer).orElse(null);
        long now = clock.instant().getEpochSecond();
        long to = now - Completeness.lag().toSeconds();
        List<Second> seconds = new ArrayList<>();
        long requests = 0;
        long bytes = 0;
        for (LiveTraffic.Second second : live.seconds(customer, to - CURRENT_SECONDS, to)) {
            // A second that is not whole yet and shows nothing is unknown, not quiet.
            boolean known = second.requests() > 0 || whole != null && second.second() < whole.getEpochSecond();
            if (known) {
                seconds.add(new Second(Instant.ofEpochSecond(second.second()), second.requests(), second.bytesOut()));
                requests += second.requests();
                bytes += second.bytesOut();
            }
        }
        double count = Math.max(1, seconds.size());
        return new Current(requests / count, bytes * 8 / count, openConnections(customer), whole, seconds);
    }

    private long openConnections(String customer) {
        List<NodeName> edges =
                tree.get().tree().nodes(Service.EDGE_CACHE).map(Node::name).toList();
        Set<String> sites = customers
                .find(customer)
                .map(Customer::domains)
                .map(d -> d.keySet())
                .orElse(Set.of());
        return loads.openConnections(edges, sites);
    }

    private TimeRange range(String customer, String from, String to) {
        customers.check(customer);
        return TimeRange.of(from, to);
    }

    private @Nullable Instant dataUpTo(String customer) {
        return completeness.dataUpTo(customer).orElse(null);
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute trafficRoute() {
            return ControlRoute.of(HttpMethod.GET, "/traffic/*", Role.NETVIEW, Role.OPERATOR);
        }

        @Bean
        ControlRoute openApiRoute() {
            return ControlRoute.of(HttpMethod.GET, "/openapi/**", Role.NETVIEW, Role.OPERATOR, Role.ADMIN);
        }
    }
}
