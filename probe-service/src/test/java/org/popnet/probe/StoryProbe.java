package org.popnet.probe;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.tree.VantagePoints;
import org.popnet.probe.ProbeSettings.Method;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.latency.LatencyProbe;
import org.popnet.probe.latency.LatencyRequestListener;
import org.popnet.probe.latency.RegularLatency;
import org.popnet.probe.load.LoadPolls;
import org.popnet.probe.report.ReportPublisher;
import org.popnet.probe.report.StateChanges;
import org.popnet.probe.schedule.ServiceChecks;
import org.popnet.probe.schedule.WatchList;
import org.popnet.probe.timer.TimerWheel;

/** A whole probe against real servers, reporting into the test's hands. */
final class StoryProbe implements AutoCloseable {
    static final InetAddress OWN = InetAddress.ofLiteral("127.250.8.4");
    static final Instant WALL = Instant.parse("2026-05-01T00:00:00Z");

    private final TimerWheel clock = new TimerWheel("test-timers", System::nanoTime);
    final List<EventRecord> events = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private final ProbeSettings.Checks checks =
            new ProbeSettings.Checks(Duration.ofMillis(250), 0.1, Duration.ofSeconds(5), Duration.ofMillis(10), 100);
    private final ProbeSettings.Latency latency = new ProbeSettings.Latency(
            3,
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            100,
            100,
            100,
            List.of(Method.DNS, Method.TCP),
            Duration.ofMinutes(5),
            Duration.ofMillis(100));

    @Override
    public void close() {
        clock.close();
    }

    void startChecks(TestTree tree) {
        ReportPublisher reports = publisher(tree);
        tree.subscribe(new ServiceChecks(
                tree.self(),
                runner(),
                clock,
                System::nanoTime,
                InstantSource.fixed(WALL),
                random,
                checks,
                reports::publish,
                new StateChanges((customer, event) -> events.add((EventRecord) event), InstantSource.fixed(WALL)),
                new WatchList(tree, clock, System::nanoTime),
                registry));
    }

    void listen(TestTree tree) {
        new LatencyRequestListener(tree, tree, latencyProbe(tree), System::nanoTime, latency, registry);
    }

    private LatencyProbe latencyProbe(TestTree tree) {
        return new LatencyProbe(
                OWN,
                runner(),
                System::nanoTime,
                InstantSource.fixed(WALL),
                random,
                latency,
                publisher(tree)::publish,
                registry);
    }

    private CheckRunner runner() {
        return new CheckRunner(
                OWN,
                () -> Optional.of(InetAddress.ofLiteral("::1")),
                clock,
                System::nanoTime,
                new Logins(Path.of("no-secrets")));
    }

    private ReportPublisher publisher(TestTree tree) {
        return new ReportPublisher(tree, tree, clock, System::nanoTime, Duration.ofMillis(10), 1000, registry);
    }

    double watched() {
        return registry.get("popnet.probe.schedule.targets").gauge().value();
    }

    double requests(String result) {
        return registry.get("popnet.probe.latency.requests")
                .tag("result", result)
                .counter()
                .count();
    }

    static Stream<ServiceResult> services(TestTree tree) {
        return tree.sent().stream().flatMap(sent -> sent.report().services().stream());
    }

    static Stream<LatencyResult> latencies(TestTree tree) {
        return tree.sent().stream().flatMap(sent -> sent.report().latencies().stream());
    }

    static String tree(InetSocketAddress server, int resolverPort) {
        return """
                network: {zone: pop.example}
                latency-targets: {port: %d, private-resolvers: [127.250.8.0/24]}
                pops:
                  a:
                    nodes:
                      dns.a: {service: dns, address: 127.250.8.1}
                      dns2.a: {service: dns, address: 127.250.8.2}
                      probe.a: {service: probe, address: 127.250.8.4}
                      log.a: {service: log, address: 127.250.8.5}
                log-servers: {log.a: {manages: [c, _network]}}
                customers:
                  c:
                    servers:
                      west: {address: %s, port: %d}
                    domains:
                      www.c.example: {candidates: [servers], checks: [{http: /health, text: ok}]}
                """.formatted(resolverPort, server.getAddress().getHostAddress(), server.getPort());
    }

    private static String crowd(InetSocketAddress server) {
        return "network: {zone: pop.example}\npops:\n"
                + IntStream.range(0, 8)
                        .mapToObj(i -> "  x%d: {nodes: {probe.x%d: {service: probe, address: 127.250.9.%d}}}\n"
                                .formatted(i, i, i + 1))
                        .collect(Collectors.joining())
                + """
                  l: {nodes: {log.l: {service: log, address: 127.250.9.50}, dns.l: {service: dns, address: 127.250.9.51}}}
                log-servers: {log.l: {manages: [c, _network]}}
                customers:
                  c:
                    servers: {west: {address: %s, port: %d}}
                    domains:
                      www.c.example: {candidates: [servers], checks: [{http: /health, text: ok}]}
                """.formatted(server.getAddress().getHostAddress(), server.getPort());
    }

    void startRegularLatency(TestTree tree) {
        tree.subscribe(new RegularLatency(
                tree.self(),
                latencyProbe(tree),
                new WatchList(tree, clock, System::nanoTime),
                clock,
                System::nanoTime,
                random,
                latency,
                registry));
    }

    void startLoadPolls(TestTree tree) {
        tree.subscribe(new LoadPolls(
                tree.self(),
                runner(),
                (node, path) -> {
                    throw new AssertionError("there is no content machine");
                },
                clock,
                System::nanoTime,
                InstantSource.fixed(WALL),
                random,
                new ProbeSettings.Load(Duration.ofSeconds(1), Duration.ofSeconds(5)),
                publisher(tree)::publish,
                registry));
    }

    /** A probe among eight that is no vantage point of the only server. */
    static TestTree noVantagePoint(InetSocketAddress server) {
        return IntStream.range(0, 8)
                .mapToObj(i -> new TestTree("probe.x" + i, crowd(server)))
                .filter(t -> !new VantagePoints(t.get().tree()).isAssigned(t.self(), "c/west", Optional.empty()))
                .findFirst()
                .orElseThrow();
    }
}
