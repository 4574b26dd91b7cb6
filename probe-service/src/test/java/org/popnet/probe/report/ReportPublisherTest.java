package org.popnet.probe.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.TargetId;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.TestTree;
import org.popnet.probe.check.Outcome;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.schedule.ManualClock;
import org.popnet.probe.timer.TimerWheel;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ReportPublisherTest {
    private static final String TREE = """
            network: {zone: pop.example}
            pops:
              a:
                nodes:
                  dns.a: {service: dns, address: 127.250.8.1}
                  probe.a: {service: probe, address: 127.250.8.4}
            """;

    private final TimerWheel clock = new TimerWheel("test-timers", System::nanoTime);
    private static final Outcome.Phases NOTHING = new Outcome.Phases(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TestTree tree = new TestTree("probe.a", TREE);

    @AfterEach
    void tearDown() {
        clock.close();
    }

    @Test
    void manyMeasurementsShareFewDatagramsThatAllFit() {
        ReportPublisher publisher = publisher(10_000);
        for (int i = 0; i < 1000; i++) {
            publisher.publish(failed("server:customer" + i + "/west/www.customer" + i + ".example", "timeout"));
        }

        Awaitility.await().untilAsserted(() -> assertThat(received()).isEqualTo(1000));
        assertThat(tree.sent()).hasSizeLessThan(130);
        assertThat(tree.sent()).allSatisfy(sent -> assertThat(MessageSize.of(sent.report()))
                .isLessThanOrEqualTo(MessageSize.BYTES_MAX));
    }

    /** With the delay of the settings; a tick of the wheel (4 ms) comes to it. */
    @Test
    void reportLeavesWithinATenthOfASecondOfItsOldestMeasurement() {
        ManualClock manual = new ManualClock();
        Duration delay = new Binder(new MapConfigurationPropertySource())
                .bindOrCreate("popnet.probe", ProbeSettings.class)
                .reportDelay();
        ReportPublisher publisher = new ReportPublisher(tree, tree, manual, manual::nanoTime, delay, 1000, registry);
        publisher.publish(latency(1, manual));
        manual.advance(Duration.ofMillis(50));
        publisher.publish(latency(2, manual));
        manual.advance(Duration.ofMillis(96 - 50));

        Awaitility.await().untilAsserted(() -> assertThat(tree.sent()).hasSize(1));
        List<LatencyResult> told = tree.sent().getFirst().report().latencies();
        assertThat(told).hasSize(2);
        assertThat(told.getFirst().ageMs()).isLessThanOrEqualTo(96);
        assertThat(told.getLast().ageMs()).isEqualTo(told.getFirst().ageMs() - 50);
    }

    private static Measurement latency(int last, ManualClock clock) {
        return new Measurement.OfLatency(
                InetAddress.ofLiteral("192.0.2." + last), 1, 1, 0, clock.nanoTime(), Instant.EPOCH, false);
    }

    @Test
    void longestMeasurementStillFits() {
        ReportPublisher publisher = publisher(10);
        publisher.publish(failed("x".repeat(512), "r".repeat(120)));
        publisher.publish(failed("y".repeat(512), "r".repeat(120)));

        Awaitility.await().untilAsserted(() -> assertThat(received()).isEqualTo(2));
        assertThat(tree.sent()).allSatisfy(sent -> assertThat(MessageSize.of(sent.report()))
                .isLessThanOrEqualTo(MessageSize.BYTES_MAX));
    }

    @Test
    void oldestAreDroppedAndCountedWhenTooManyWait() {
        ReportPublisher publisher = publisher(10);
        for (int i = 0; i < 15; i++) {
            publisher.publish(new Measurement.OfLatency(
                    InetAddress.ofLiteral("192.0.2." + i), 1, 1, 0, System.nanoTime(), Instant.EPOCH, false));
        }

        Awaitility.await().untilAsserted(() -> assertThat(tree.sent()).isNotEmpty());
        assertThat(tree.sent().getFirst().report().latencies().getFirst().address())
                .isEqualTo(InetAddress.ofLiteral("192.0.2.5"));
        assertThat(registry.get("popnet.probe.reports.dropped").counter().count())
                .isEqualTo(5);
    }

    private ReportPublisher publisher(int waitingMax) {
        return new ReportPublisher(tree, tree, clock, System::nanoTime, Duration.ofMillis(200), waitingMax, registry);
    }

    private static Measurement failed(String target, String reason) {
        return new Measurement.OfService(
                new TargetId(target),
                new Outcome(600, Failure.TIMEOUT, reason, NOTHING),
                System.nanoTime(),
                Instant.EPOCH,
                false);
    }

    private long received() {
        return tree.sent().stream()
                .mapToLong(sent -> sent.report().services().size())
                .sum();
    }
}
