package org.popnet.probe.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.NodeName;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Outcome;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.report.Measurement;

/**
 * Checks every target that the tree assigns to this probe, and says how each check went. A failed one is repeated a
 * moment later, beside the schedule, so that two failures in a row are known soon. What counts as up or down is decided
 * by the name servers, which alone see all vantage points.
 */
public final class ServiceChecks implements TreeSubscriber {
    private final NodeName self;
    private final CheckRunner runner;
    private final ScheduledExecutorService clock;
    private final LongSupplier nanoTime;
    private final InstantSource wallClock;
    private final ProbeSettings.Checks settings;
    private final Consumer<Measurement> reports;
    private final MeterRegistry registry;
    private final Schedule<TargetId, ServiceTarget> schedule;
    private final Set<TargetId> repeating = ConcurrentHashMap.newKeySet();
    private final Counter discarded;
    private volatile Map<TargetId, ServiceTarget> targets = Map.of();

    public ServiceChecks(
            NodeName self,
            CheckRunner runner,
            ScheduledExecutorService clock,
            LongSupplier nanoTime,
            InstantSource wallClock,
            RandomGenerator random,
            ProbeSettings.Checks settings,
            Consumer<Measurement> reports,
            MeterRegistry registry) {
        this.self = self;
        this.runner = runner;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.wallClock = wallClock;
        this.settings = settings;
        this.reports = reports;
        this.registry = registry;
        this.discarded = Counter.builder("popnet.probe.checks.discarded")
                .description("checks during which this process was stopped, so that they say nothing")
                .register(registry);
        this.schedule = new Schedule<>(
                "checks",
                clock,
                nanoTime,
                random,
                settings.interval(),
                settings.jitter(),
                settings.interval(),
                settings.concurrency(),
                this::check,
                registry);
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        Map<TargetId, ServiceTarget> prepared = ServiceTarget.assignedTo(self, next.tree());
        return () -> {
            targets = prepared;
            schedule.replace(prepared);
        };
    }

    private void check(ServiceTarget target) {
        if (!measure(target) && repeating.add(target.id())) {
            Future<?> unused = clock.schedule(
                    () -> Thread.startVirtualThread(() -> repeat(target.id())),
                    settings.repeatAfter().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    private void repeat(TargetId id) {
        try {
            Optional.ofNullable(targets.get(id)).ifPresent(this::measure);
        } finally {
            repeating.remove(id);
        }
    }

    /** @return false if the target failed */
    private boolean measure(ServiceTarget target) {
        Outcome slowest = new Outcome(0, null, null);
        for (Check check : target.checks()) {
            long start = nanoTime.getAsLong();
            Outcome outcome = runner.run(check, target.endpoint(), settings.timeout());
            if (nanoTime.getAsLong() - start > 2 * settings.timeout().toNanos()) {
                // The deadline itself was late, so it was this process that did not run, not the server.
                discarded.increment();
                return true;
            }
            count(check, outcome);
            if (!outcome.up()) {
                slowest = outcome;
                break;
            }
            slowest = outcome.responseMs() > slowest.responseMs() ? outcome : slowest;
        }
        if (targets.containsKey(target.id())) {
            reports.accept(new Measurement.OfService(target.id(), slowest, nanoTime.getAsLong(), wallClock.instant()));
        }
        return slowest.up();
    }

    private void count(Check check, Outcome outcome) {
        Failure failure = outcome.failure();
        String kind =
                switch (check) {
                    case Check.Http http -> "http";
                    case Check.Tcp tcp -> "tcp";
                };
        Timer.builder("popnet.probe.checks")
                .description("checks by kind and result")
                .tag("kind", kind)
                .tag("result", failure == null ? "up" : failure.label())
                .register(registry)
                .record(Duration.ofNanos((long) (outcome.responseMs() * 1e6)));
    }
}
