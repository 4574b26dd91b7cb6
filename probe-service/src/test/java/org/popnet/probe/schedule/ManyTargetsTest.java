package org.popnet.probe.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.TestTree;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.check.RawServer;
import org.popnet.probe.report.Measurement;
import org.popnet.probe.report.StateChanges;
import org.popnet.probe.timer.TimerWheel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two thousand targets, each checked by HTTP once a second; the server runs in the same process. */
@Tag("slow")
class ManyTargetsTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("127.250.8.4");
    private static final Logger LOG = LoggerFactory.getLogger(ManyTargetsTest.class);
    private static final int TARGETS = 2000;
    private static final int SECONDS = 20;

    @Test
    void twoThousandTargetsKeepTheirRateAndTheScheduleDoesNotLag() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicInteger up = new AtomicInteger();
        AtomicInteger down = new AtomicInteger();
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                TimerWheel timers = new TimerWheel("test-timers", System::nanoTime)) {
            TestTree tree = new TestTree("probe.a", tree(server.address().getPort()));
            ServiceChecks checks = checks(tree, tree, timers, registry, measurement -> {
                if (measurement instanceof Measurement.OfService service) {
                    (service.outcome().up() ? up : down).incrementAndGet();
                }
            });
            tree.subscribe(checks);

            await().atMost(Duration.ofMinutes(3)).until(() -> up.get() + down.get() >= TARGETS * SECONDS);

            Timer lag = registry.get("popnet.probe.schedule.lag").timer();
            double p99 = Arrays.stream(lag.takeSnapshot().percentileValues())
                    .filter(v -> v.percentile() == 0.99)
                    .findFirst()
                    .orElseThrow()
                    .value(TimeUnit.MILLISECONDS);
            LOG.info("schedule lag p99 {} ms, {} up, {} down", p99, up, down);
            assertThat(down.get()).isLessThan(TARGETS * SECONDS / 100);
            assertThat(p99).as("ten times what is expected, in ms").isLessThan(500);
        }
    }

    private static ServiceChecks checks(
            CurrentTree tree,
            TestTree datagrams,
            TimerWheel timers,
            SimpleMeterRegistry registry,
            Consumer<Measurement> reports) {
        return new ServiceChecks(
                tree.self(),
                new CheckRunner(OWN, timers, System::nanoTime, new Logins(Path.of("no-secrets"))),
                timers,
                System::nanoTime,
                InstantSource.system(),
                () -> ThreadLocalRandom.current().nextLong(),
                new ProbeSettings.Checks(
                        Duration.ofSeconds(1), 0.1, Duration.ofMillis(600), Duration.ofMillis(100), 2000),
                reports,
                new StateChanges((customer, event) -> {}, InstantSource.system()),
                new WatchList(datagrams, timers, System::nanoTime),
                registry);
    }

    private static String tree(int port) {
        String domains = IntStream.range(0, TARGETS)
                .mapToObj(i ->
                        "      w" + i + ".c.example: {candidates: [servers], checks: [{http: /health, text: ok}]}\n")
                .collect(Collectors.joining());
        return """
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
                    domains:
                """.formatted(port) + domains;
    }
}
