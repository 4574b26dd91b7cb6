package org.popnet.probe.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.popnet.probe.check.Outcome;

/** What checks did, by kind and result, and where their time went. */
final class CheckMetrics {
    private final MeterRegistry registry;
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();
    private final Map<String, DistributionSummary> throughputs = new ConcurrentHashMap<>();
    private final Counter discarded;
    private final Counter lagged;

    CheckMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.discarded = Counter.builder("popnet.probe.checks.discarded")
                .description("checks during which this process was stopped, so that they say nothing")
                .register(registry);
        this.lagged = Counter.builder("popnet.probe.checks.lagged")
                .description("checks that this probe began or ended too late, reported as such")
                .register(registry);
    }

    void discarded() {
        discarded.increment();
    }

    void lagged() {
        lagged.increment();
    }

    void count(String kind, Outcome outcome) {
        Outcome.Failure failure = outcome.failure();
        String result = failure == null ? "up" : failure.label();
        timer("popnet.probe.checks", "checks by kind and result", kind, "result", result, outcome.responseMs());
        Outcome.Phases phases = outcome.phases();
        phase(kind, "connect", phases.connectMs());
        phase(kind, "tls", phases.tlsMs());
        phase(kind, "first-byte", phases.firstByteMs());
        if (!Double.isNaN(phases.mbit())) {
            throughputs
                    .computeIfAbsent(kind, k -> DistributionSummary.builder("popnet.probe.check.throughput")
                            .description("of the last transfer of a check")
                            .baseUnit("Mbit/s")
                            .tag("kind", k)
                            .register(registry))
                    .record(phases.mbit());
        }
    }

    private void phase(String kind, String phase, double ms) {
        if (!Double.isNaN(ms)) {
            timer("popnet.probe.check.phase", "where a check's time went", kind, "phase", phase, ms);
        }
    }

    private void timer(String name, String description, String kind, String tag, String value, double ms) {
        timers.computeIfAbsent(name + ' ' + kind + ' ' + value, k -> Timer.builder(name)
                        .description(description)
                        .tag("kind", kind)
                        .tag(tag, value)
                        .register(registry))
                .record(Duration.ofNanos((long) (ms * 1e6)));
    }
}
