package org.popnet.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.tree.VantagePoints;
import org.popnet.probe.ProbeSettings.Method;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.check.RawServer;
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
class ProbeStoryTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("127.250.8.4");
    private static final Instant WALL = Instant.parse("2026-05-01T00:00:00Z");

    private final TimerWheel clock = new TimerWheel("test-timers", System::nanoTime);
    private final List<EventRecord> events = new CopyOnWriteArrayList<>();
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

    @AfterEach
    void tearDown() {
        clock.close();
    }

    @Test
    void serverThatFailsIsReportedTwiceAtOnceAndToEveryNameServer() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", tree(server.address(), 9));
            startChecks(tree);
            await().untilAsserted(() -> assertThat(services(tree)).anyMatch(ServiceResult::up));
            assertThat(tree.sent())
                    .extracting(sent -> sent.receiver().toString())
                    .contains("dns.a", "dns2.a");

            server.behave((connection, head) -> connection
                    .getOutputStream()
                    .write("HTTP/1.1 500 Broken\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

            await().untilAsserted(() ->
                    assertThat(services(tree).filter(r -> !r.up())).hasSizeGreaterThan(2));
            ServiceResult failed =
                    services(tree).filter(r -> !r.up()).findFirst().orElseThrow();
            assertThat(failed.target().text()).isEqualTo("server:c/west/www.c.example");
            assertThat(failed.reason()).isEqualTo("status 500 instead of 200");
            assertThat(failed.wallClockMs()).isEqualTo(WALL.toEpochMilli());
            assertThat(failed.ageMs()).isBetween(0L, 5000L);
            assertThat(events).singleElement().satisfies(event -> {
                assertThat(event.kind()).isEqualTo("check-failed");
                assertThat(event.subject()).isEqualTo("server:c/west/www.c.example");
                assertThat(event.reason()).isEqualTo("status 500 instead of 200");
            });
        }
    }

    @Test
    void serverIsCheckedAtBothOfItsAddressesAndEachIsReportedByItself() {
        assumeTrue(hasIpv6(), "this machine has no IPv6");
        String good = "HTTP/1.1 200 OK\r\n\r\nok";
        try (RawServer second = RawServer.answeringAt(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0), good);
                RawServer first = RawServer.answeringAt(
                        new InetSocketAddress(OWN, second.address().getPort()), good)) {
            String text = tree(first.address(), 9);
            TestTree tree = new TestTree("probe.a", text);
            startChecks(tree);
            await().untilAsserted(() -> assertThat(services(tree)).hasSizeGreaterThan(3));
            assertThat(services(tree)).as("it has one address").noneMatch(result -> result.target()
                    .isOverIpv6());

            tree.activate(
                    text.replace("west: {address: 127.250.8.4,", "west: {address: 127.250.8.4, address6: \"::1\",")
                            .replace("127.250.8.4}", "127.250.8.4, address6: \"::1\"}"));
            await().untilAsserted(() -> assertThat(services(tree))
                    .anyMatch(result -> result.target().isOverIpv6() && result.up()));
            second.close();
            await().untilAsserted(() -> assertThat(
                            services(tree).filter(result -> !result.up()).count())
                    .isGreaterThan(2));
            assertThat(services(tree).filter(result -> !result.up())).allSatisfy(result -> {
                assertThat(result.target().text()).isEqualTo("server:c/west/www.c.example+ipv6");
                assertThat(result.reason()).contains("refused");
            });
            int before = tree.sent().size();
            await().untilAsserted(() -> assertThat(
                            tree.sent().stream().skip(before).flatMap(sent -> sent.report().services().stream()))
                    .anyMatch(result -> result.up() && !result.target().isOverIpv6()));
            assertThat(events).singleElement().satisfies(event -> {
                assertThat(event.kind()).isEqualTo("check-failed");
                assertThat(event.subject()).isEqualTo("server:c/west/www.c.example+ipv6");
            });
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void logServersHearOfEveryChangeOfATargetsStateOnce() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", tree(server.address(), 9));
            startChecks(tree);
            await().untilAsserted(() -> assertThat(services(tree)).anyMatch(ServiceResult::up));
            assertThat(events).as("up from the beginning is no change").isEmpty();

            seen(tree, server, "HTTP/1.1 500 Broken\r\n\r\n", "status 500");
            seen(tree, server, "HTTP/1.1 200 OK\r\n\r\nno", "contain");
            server.behave(answer("HTTP/1.1 200 OK\r\n\r\nok"));

            await().untilAsserted(() -> assertThat(events)
                    .extracting(EventRecord::kind, EventRecord::detail)
                    .containsExactly(
                            tuple("check-failed", "status"),
                            tuple("check-failed", "text"),
                            tuple("check-passed", null)));
            assertThat(events.getLast().reason()).isEqualTo("all checks pass");
            int told = tree.sent().size();
            await().untilAsserted(() -> assertThat(tree.sent()).hasSizeGreaterThan(told + 6));
            assertThat(events).as("nothing changes, nothing is told").hasSize(3);
        }
    }

    /** Waits until the server's new behaviour was reported twice. */
    private static void seen(TestTree tree, RawServer server, String response, String reason) {
        server.behave(answer(response));
        await().untilAsserted(() -> assertThat(services(tree)
                        .filter(r -> r.reason() != null && r.reason().contains(reason)))
                .hasSizeGreaterThan(2));
    }

    private static RawServer.Script answer(String response) {
        return (connection, head) -> connection.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void distanceToATargetOfOthersIsMeasuredWhileANameServerHasItWatched() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = IntStream.range(0, 8)
                    .mapToObj(i -> new TestTree("probe.x" + i, crowd(server.address())))
                    .filter(t -> !new VantagePoints(t.get().tree()).isAssigned(t.self(), "c/west", Optional.empty()))
                    .findFirst()
                    .orElseThrow();
            tree.subscribe(new RegularLatency(
                    tree.self(),
                    latencyProbe(tree),
                    new WatchList(tree, clock, System::nanoTime),
                    clock,
                    System::nanoTime,
                    random,
                    latency,
                    registry));
            assertThat(watched()).as("the name server only").isEqualTo(1);

            tree.request(new WatchRequest(List.of(new TargetId("server:c/west/www.c.example")), 1));

            await().untilAsserted(() -> assertThat(latencies(tree))
                    .anyMatch(r -> r.address().equals(server.address().getAddress()) && r.rttMs() > 0));
            await().untilAsserted(() -> assertThat(watched()).isEqualTo(1));
        }
    }

    @Test
    void newTreeIsFollowedWithoutRestart() {
        try (RawServer first = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok");
                RawServer second = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", tree(first.address(), 9));
            startChecks(tree);
            await().untilAsserted(() -> assertThat(first.heads()).isNotEmpty());

            tree.activate(tree(second.address(), 9));

            await().untilAsserted(() -> assertThat(second.heads()).hasSizeGreaterThan(1));
            int before = first.heads().size();
            await().untilAsserted(() -> assertThat(second.heads()).hasSizeGreaterThan(4));
            assertThat(first.heads().size()).isLessThanOrEqualTo(before + 1);
        }
    }

    @Test
    void resolverIsMeasuredOnDemandAndLossIsSeen() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.53", 0))) {
            Thread.ofVirtual().start(() -> answerButTheSecond(resolver, asked));
            TestTree tree = new TestTree("probe.a", tree(new InetSocketAddress(OWN, 9), resolver.getLocalPort()));
            listen(tree);

            tree.request(new LatencyRequest(List.of(
                    resolver.getLocalAddress(),
                    InetAddress.ofLiteral("127.0.0.1"),
                    InetAddress.ofLiteral("10.0.0.1"),
                    InetAddress.ofLiteral("169.254.169.254"),
                    InetAddress.ofLiteral("64:ff9b::7f00:1"))));

            await().untilAsserted(() -> assertThat(latencies(tree)).isNotEmpty());
            LatencyResult result = latencies(tree).findFirst().orElseThrow();
            assertThat(result.address()).isEqualTo(resolver.getLocalAddress());
            assertThat(result.lossPercent()).isBetween(33.0, 34.0);
            assertThat(result.rttMs()).isPositive();
            assertThat(asked).hasValue(3);
            assertThat(requests("refused-address")).isEqualTo(4);
            assertThat(requests("begun")).isEqualTo(1);
        }
    }

    @Test
    void resolverOfTheOtherFamilyIsMeasuredByDatagramAndByTcp() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        assumeTrue(NetworkInterface.getByInetAddress(loopback) != null, "this machine has no ::1");
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress(loopback, 0));
                ServerSocket other = new ServerSocket(0, 5, loopback)) {
            Thread.ofVirtual().start(() -> answerButTheSecond(resolver, new AtomicInteger(1_000)));
            for (int port : List.of(resolver.getLocalPort(), other.getLocalPort())) {
                TestTree tree = new TestTree(
                        "probe.a",
                        tree(new InetSocketAddress(OWN, 9), port).replace("127.250.8.0/24]", "\"::1/128\"]"));
                listen(tree);

                tree.request(new LatencyRequest(List.of(loopback)));

                await().untilAsserted(() -> assertThat(latencies(tree)).isNotEmpty());
                LatencyResult result = latencies(tree).findFirst().orElseThrow();
                assertThat(result.address()).isEqualTo(loopback);
                assertThat(result.rttMs()).isPositive();
                assertThat(result.lossPercent()).isZero();
            }
        }
    }

    @Test
    void silentResolverIsLostAndOneIsNotAskedTooOften() throws IOException {
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.54", 0))) {
            TestTree tree = new TestTree("probe.a", tree(new InetSocketAddress(OWN, 9), resolver.getLocalPort()));
            listen(tree);
            LatencyRequest request = new LatencyRequest(List.of(resolver.getLocalAddress()));

            tree.request(request);
            tree.request(request);

            await().untilAsserted(() -> assertThat(latencies(tree)).isNotEmpty());
            LatencyResult result = latencies(tree).findFirst().orElseThrow();
            assertThat(result.lossPercent()).isEqualTo(100);
            assertThat(result.rttMs()).isNaN();
            assertThat(requests("rate-limited")).isEqualTo(1);
        }
    }

    @Test
    void resolverThatAnsweredNothingIsLeftAloneForAWhile() throws IOException {
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.55", 0))) {
            TestTree tree = new TestTree("probe.a", tree(new InetSocketAddress(OWN, 9), resolver.getLocalPort()));
            listen(tree);
            LatencyRequest request = new LatencyRequest(List.of(resolver.getLocalAddress()));
            tree.request(request);
            await().untilAsserted(() -> assertThat(latencies(tree)).isNotEmpty());

            await().untilAsserted(() -> {
                tree.request(request);
                assertThat(requests("known-silent")).isPositive();
            });

            assertThat(requests("begun")).isEqualTo(1);
        }
    }

    @Test
    void resolverThatAnswersOnlyByTcpIsMeasuredAllTheSame() throws IOException {
        try (ServerSocket resolver = new ServerSocket(0, 5, InetAddress.ofLiteral("127.250.8.56"))) {
            TestTree tree = new TestTree("probe.a", tree(new InetSocketAddress(OWN, 9), resolver.getLocalPort()));
            listen(tree);

            tree.request(new LatencyRequest(List.of(resolver.getInetAddress())));

            await().untilAsserted(() -> assertThat(latencies(tree)).isNotEmpty());
            LatencyResult result = latencies(tree).findFirst().orElseThrow();
            assertThat(result.rttMs()).isPositive();
            assertThat(result.lossPercent()).isZero();
        }
    }

    @Test
    void targetOfOthersIsWatchedForAWhileWhenANameServerAsks() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            // With seven more probes this one is no vantage point of the only server.
            TestTree tree = IntStream.range(0, 8)
                    .mapToObj(i -> new TestTree("probe.x" + i, crowd(server.address())))
                    .filter(t -> !new VantagePoints(t.get().tree()).isAssigned(t.self(), "c/west", Optional.empty()))
                    .findFirst()
                    .orElseThrow();
            startChecks(tree);
            assertThat(watched()).isZero();

            tree.request(new WatchRequest(List.of(new TargetId("server:c/west/www.c.example")), 1));

            await().untilAsserted(() -> assertThat(services(tree)).anyMatch(ServiceResult::up));
            await().untilAsserted(() -> assertThat(watched()).isZero());
        }
    }

    private double watched() {
        return registry.get("popnet.probe.schedule.targets").gauge().value();
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

    @Test
    void customersServerTellsItsLoad() {
        try (RawServer server =
                RawServer.answering("HTTP/1.1 200 OK\r\n\r\n{\"cpu\": 0.25, \"requests-per-second\": 40}")) {
            TestTree tree = new TestTree(
                    "probe.a",
                    tree(server.address(), 9)
                            .replace(
                                    "port: " + server.address().getPort() + "}",
                                    "port: " + server.address().getPort() + ", load-url: /load.json}"));
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

            await().untilAsserted(() -> assertThat(tree.sent()).anySatisfy(sent -> {
                ServerLoad load = sent.report().loads().getFirst();
                assertThat(load.server()).isEqualTo("c/west");
                assertThat(load.share()).isEqualTo(0.25);
                assertThat(load.requestsPerSecond()).isEqualTo(40);
            }));
            assertThat(server.heads().getFirst()).startsWith("GET /load.json HTTP/1.1");
        }
    }

    @Test
    void customerServersAreMeasuredRegularly() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", tree(server.address(), 9));
            tree.subscribe(new RegularLatency(
                    tree.self(),
                    latencyProbe(tree),
                    new WatchList(tree, clock, System::nanoTime),
                    clock,
                    System::nanoTime,
                    random,
                    latency,
                    registry));

            await().untilAsserted(() -> assertThat(latencies(tree))
                    .anyMatch(r -> r.address().equals(server.address().getAddress()) && r.rttMs() > 0));
            assertThat(server.heads().getFirst()).startsWith("HEAD /health HTTP/1.1\r\nHost: www.c.example\r\n");
        }
    }

    private void answerButTheSecond(DatagramSocket resolver, AtomicInteger asked) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                resolver.receive(packet);
                if (asked.incrementAndGet() != 2) {
                    packet.getData()[2] |= (byte) 0x80;
                    resolver.send(packet);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void startChecks(TestTree tree) {
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

    private void listen(TestTree tree) {
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

    private double requests(String result) {
        return registry.get("popnet.probe.latency.requests")
                .tag("result", result)
                .counter()
                .count();
    }

    private static Stream<ServiceResult> services(TestTree tree) {
        return tree.sent().stream().flatMap(sent -> sent.report().services().stream());
    }

    private static Stream<LatencyResult> latencies(TestTree tree) {
        return tree.sent().stream().flatMap(sent -> sent.report().latencies().stream());
    }

    private static String tree(InetSocketAddress server, int resolverPort) {
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
}
