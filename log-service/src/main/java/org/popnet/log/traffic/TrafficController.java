package org.popnet.log.traffic;

import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.popnet.log.audience.AudienceQueries;
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
    private static final int CURRENT_SECONDS_MAX = 120;
    private static final int TOP_MAX = 1000;

    private final TrafficQueries queries;
    private final AudienceQueries audience;
    private final FigureCache cache;
    private final LiveTraffic live;
    private final LoadBoard loads;
    private final Completeness completeness;
    private final KnownCustomers customers;
    private final CurrentTree tree;
    private final InstantSource clock;

    TrafficController(
            TrafficQueries queries,
            AudienceQueries audience,
            FigureCache cache,
            LiveTraffic live,
            LoadBoard loads,
            Completeness completeness,
            KnownCustomers customers,
            CurrentTree tree,
            InstantSource clock) {
        this.queries = queries;
        this.audience = audience;
        this.cache = cache;
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
        return cache.answer(
                TrafficQueries.Summary.class,
                question("summary", customer, domain, range),
                range.to(),
                () -> queries.summary(
                        customer,
                        domain,
                        range,
                        dataUpTo(customer),
                        completeness.lostRequests(customer, range.from(), range.to())));
    }

    record Series(String step, @Nullable Instant dataUpTo, List<TrafficQueries.Point> points) {}

    @Operation(
            summary = "Sums per step, whole minutes, at most 1,500 points; steps without requests are left out",
            description = "With percentiles=true also 50th, 95th and 99th percentiles of the time to first byte and of"
                    + " the duration, over all POPs.")
    @GetMapping("/series")
    Series series(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "PT1M") String step,
            @RequestParam(defaultValue = "false") boolean percentiles) {
        TimeRange range = range(customer, from, to);
        Duration width = range.step(step);
        return cache.answer(
                Series.class, question("series", customer, domain, range, width, percentiles), range.to(), () -> {
                    Instant upTo = dataUpTo(customer);
                    return new Series(
                            width.toString(), upTo, queries.series(customer, domain, range, width, percentiles));
                });
    }

    record Pops(@Nullable Instant dataUpTo, List<TrafficQueries.PopShare> pops) {}

    @Operation(summary = "Sums per POP, the busiest first")
    @GetMapping("/pops")
    Pops pops(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to) {
        TimeRange range = range(customer, from, to);
        return cache.answer(Pops.class, question("pops", customer, domain, range), range.to(), () -> {
            Instant upTo = dataUpTo(customer);
            return new Pops(upTo, queries.pops(customer, domain, range));
        });
    }

    record Top(@Nullable Instant dataUpTo, AudienceQueries.Top top) {}

    @Operation(
            summary = "The most frequent URLs, referring sites, user-agent families or countries, by whole hours",
            description = "An entry's requests are exact while few enough distinct ones come, and never more than"
                    + " errorMax too low; its bytes are at least what is said.")
    @GetMapping("/top")
    Top top(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "urls") String dimension,
            @RequestParam(defaultValue = "20") int limit) {
        TimeRange range = range(customer, from, to);
        if (!AudienceQueries.dimensions().contains(dimension)) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "No such dimension",
                    "dimension '" + dimension + "': must be one of " + AudienceQueries.dimensions() + ".");
        }
        if (limit < 1 || limit > TOP_MAX) {
            throw Problem.of(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "Not allowed",
                    "limit " + limit + ": must be 1 to " + TOP_MAX + ".");
        }
        return cache.answer(Top.class, question("top", customer, domain, range, dimension, limit), range.to(), () -> {
            Instant upTo = dataUpTo(customer);
            return new Top(upTo, audience.top(dimension, customer, domain, range.from(), range.to(), limit));
        });
    }

    record Clients(@Nullable Instant dataUpTo, AudienceQueries.Clients estimate) {}

    @Operation(summary = "How many distinct client addresses, by whole hours: an estimate with its standard error")
    @GetMapping("/clients")
    Clients clients(
            @RequestParam String customer,
            @RequestParam(required = false) @Nullable String domain,
            @RequestParam String from,
            @RequestParam String to) {
        TimeRange range = range(customer, from, to);
        return cache.answer(Clients.class, question("clients", customer, domain, range), range.to(), () -> {
            Instant upTo = dataUpTo(customer);
            return new Clients(upTo, audience.clients(customer, domain, range.from(), range.to()));
        });
    }

    record Second(Instant time, long requests, long bytesOut) {}

    record Current(
            double requestsPerSecond,
            double bitsPerSecond,
            long openConnections,
            @Nullable Instant dataUpTo,
            List<Second> seconds) {}

    @Operation(summary = "The last 1 to 120 seconds, from memory: also while the database is away")
    @GetMapping("/current")
    Current current(@RequestParam String customer, @RequestParam(defaultValue = "60") int last) {
        customers.check(customer);
        if (last < 1 || last > CURRENT_SECONDS_MAX) {
            throw Problem.of(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "Not allowed",
                    "last " + last + ": must be 1 to " + CURRENT_SECONDS_MAX + " seconds; older ones are in"
                            + " /traffic/series by minutes.");
        }
        Instant whole = completeness.dataUpToFromMemory(customer).orElse(null);
        long now = clock.instant().getEpochSecond();
        long to = now - Completeness.lag().toSeconds();
        List<Second> seconds = new ArrayList<>();
        long requests = 0;
        long bytes = 0;
        for (LiveTraffic.Second second : live.seconds(customer, to - last, to)) {
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

    private static List<Object> question(
            String kind, String customer, @Nullable String domain, TimeRange range, Object... more) {
        List<Object> question = new ArrayList<>(List.of(kind, customer, domain == null ? "" : domain, range));
        question.addAll(List.of(more));
        return question;
    }

    /** Asked before the figures, so that they hold at least what it says. */
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
