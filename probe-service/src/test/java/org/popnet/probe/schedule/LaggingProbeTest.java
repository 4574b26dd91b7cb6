package org.popnet.probe.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.spool.LogRecord;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.TestTree;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.check.RawServer;
import org.popnet.probe.report.Measurement;
import org.popnet.probe.report.StateChanges;
import org.popnet.probe.timer.TimerWheel;

/** A probe that was stopped for a while does not blame the servers. */
class LaggingProbeTest {
    private final ManualClock clock = new ManualClock();
    private final TimerWheel deadlines = new TimerWheel("test-timers", System::nanoTime);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Measurement> reports = new CopyOnWriteArrayList<>();
    private final List<LogRecord> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void tearDown() {
        deadlines.close();
    }

    @Test
    void checkThatBeganLateIsMarkedCountedAndTellsNoChange() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            start(server.address().getPort());
            clock.advance(Duration.ofMillis(1100));
            await().untilAsserted(() -> assertThat(reports).isNotEmpty());
            assertThat(reports).noneMatch(Measurement::lagged);
            assertThat(lagged()).isZero();
            int before = reports.size();

            server.behave((connection, head) -> {});
            clock.jump(Duration.ofSeconds(10));
            clock.advance(Duration.ofMillis(1));

            await().untilAsserted(() -> assertThat(reports).hasSizeGreaterThan(before));
            assertThat(reports.get(before).lagged()).isTrue();
            assertThat(lagged()).isEqualTo(1);
            assertThat(events).as("the failure may be its own").isEmpty();
        }
    }

    /** An address that is not this machine's stands for all reasons: no ports, no file descriptors. */
    @Test
    void probeThatGetsNoSocketReportsNothingAndSaysSoInItsMetrics() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            start(server.address().getPort(), "192.0.2.1");
            clock.advance(Duration.ofMillis(1100));
            await().untilAsserted(() -> assertThat(registry.find("popnet.probe.checks")
                            .tag("result", "probe")
                            .timer())
                    .isNotNull());
            clock.advance(Duration.ofMillis(1100));

            assertThat(reports).isEmpty();
            assertThat(events).isEmpty();
            assertThat(server.heads()).isEmpty();
        }
    }

    private double lagged() {
        return registry.get("popnet.probe.checks.lagged").counter().count();
    }

    private void start(int port) {
        start(port, "127.250.8.4");
    }

    private void start(int port, String own) {
        TestTree tree = new TestTree("probe.a", """
                network: {zone: pop.example}
                pops:
                  a:
                    nodes:
                      dns.a: {service: dns, address: 127.250.8.1}
                      probe.a: {service: probe, address: 127.250.8.4}
                      log.a: {service: log, address: 127.250.8.5}
                log-servers: {log.a: {manages: [c, _network]}}
                customers:
                  c:
                    servers: {west: {address: 127.0.0.1, port: %d}}
                    domains: {www.c.example: {candidates: [servers], checks: [{http: /health, text: ok}]}}
                """.formatted(port));
        tree.subscribe(new ServiceChecks(
                tree.self(),
                new CheckRunner(InetAddress.ofLiteral(own), deadlines, System::nanoTime, new Logins(Path.of("none"))),
                clock,
                clock::nanoTime,
                InstantSource.system(),
                new SplittableRandom(1),
                new ProbeSettings.Checks(
                        Duration.ofSeconds(1), 0.1, Duration.ofSeconds(20), Duration.ofMillis(100), 100),
                reports::add,
                new StateChanges((customer, event) -> events.add(event), InstantSource.system()),
                new WatchList(tree, clock, clock::nanoTime),
                registry));
    }
}
