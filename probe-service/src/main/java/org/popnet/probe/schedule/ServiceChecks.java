package org.popnet.probe.schedule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
import org.popnet.probe.report.Measurement;
import org.popnet.probe.report.StateChanges;
import org.popnet.probe.timer.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every target that the tree assigns to this probe or a name server has it watch, and says how each check went. A
 * failed one is repeated a moment later, beside the schedule, so that two failures in a row are known soon. What counts
 * as up or down is decided by the name servers, which alone see all vantage points.
 */
public final class ServiceChecks implements TreeSubscriber {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceChecks.class);
    /** Beyond this a check's beginning or end was late by as much as servers take to answer. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SAY_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final NodeName self;
    private final CheckRunner runner;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final InstantSource wallClock;
    private final ProbeSettings.Checks settings;
    private final Consumer<Measurement> reports;
    private final StateChanges changes;
    private final WatchList watchList;
    private final CheckMetrics metrics;
    private final Schedule<TargetId, ServiceTarget> schedule;
    private final Set<TargetId> repeating = ConcurrentHashMap.newKeySet();
    private final Map<TargetId, LastOutcomes> outcomes = new ConcurrentHashMap<>();
    private Map<TargetId, ServiceTarget> all = Map.of();
    private Map<TargetId, ServiceTarget> assigned = Map.of();
    private volatile Map<TargetId, ServiceTarget> targets = Map.of();
    private volatile long saidBehindNanos;

    public ServiceChecks(
            NodeName self,
            CheckRunner runner,
            Timers timers,
            LongSupplier nanoTime,
            InstantSource wallClock,
            RandomGenerator random,
            ProbeSettings.Checks settings,
            Consumer<Measurement> reports,
            StateChanges changes,
            WatchList watchList,
            MeterRegistry registry) {
        this.self = self;
        this.runner = runner;
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.wallClock = wallClock;
        this.settings = settings;
        this.reports = reports;
        this.changes = changes;
        this.watchList = watchList;
        this.metrics = new CheckMetrics(registry);
        this.saidBehindNanos = nanoTime.getAsLong() - SAY_AGAIN_NANOS;
        this.schedule = new Schedule<>(
                "checks",
                timers,
                nanoTime,
                random,
                target -> target.interval(settings.interval()),
                settings.jitter(),
                settings.interval(),
                settings.concurrency(),
                this::check,
                registry);
        watchList.subscribe(this::follow);
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        Map<TargetId, ServiceTarget> everything = ServiceTarget.of(next.tree());
        Map<TargetId, ServiceTarget> mine = ServiceTarget.assignedTo(self, next.tree());
        return () -> {
            synchronized (this) {
                all = everything;
                assigned = mine;
            }
            follow();
        };
    }

    private synchronized void follow() {
        Map<TargetId, ServiceTarget> watched = new HashMap<>(assigned);
        for (TargetId id : watchList.targets()) {
            ServiceTarget target = all.get(id);
            if (target != null) {
                watched.put(id, target);
            }
        }
        targets = Map.copyOf(watched);
        outcomes.keySet().retainAll(watched.keySet());
        schedule.replace(watched);
    }

    private void check(ServiceTarget target, long lateNanos) {
        if (!measure(target, lateNanos > LATE_NANOS) && repeating.add(target.id())) {
            timers.after(settings.repeatAfter().toNanos(), () -> Thread.startVirtualThread(() -> repeat(target.id())));
        }
    }

    private void repeat(TargetId id) {
        try {
            Optional.ofNullable(targets.get(id)).ifPresent(target -> measure(target, false));
        } finally {
            repeating.remove(id);
        }
    }

    /** @return false if the target failed */
    private boolean measure(ServiceTarget target, boolean beganLate) {
        LastOutcomes seen = outcomes.computeIfAbsent(target.id(), id -> new LastOutcomes());
        Duration turn = target.interval(settings.interval());
        boolean lagged = beganLate;
        for (Check check : target.checks()) {
            Duration interval = check.pace().interval().orElse(settings.interval());
            Duration timeout = check.pace().timeout().orElse(settings.timeout());
            long start = nanoTime.getAsLong();
            if (!seen.isDue(check, interval, turn, start)) {
                continue;
            }
            Outcome outcome = runner.run(check, target.endpoint(), timeout);
            long end = nanoTime.getAsLong();
            if (end - start > 2 * timeout.toNanos()) {
                // The deadline itself was late, so it was this process that did not run, not the server.
                metrics.discarded();
                return true;
            }
            lagged |= end - start > timeout.toNanos() + LATE_NANOS;
            metrics.count(check.kind(), outcome);
            if (outcome.failure() == Outcome.Failure.PROBE) {
                unable(outcome);
                return true;
            }
            seen.put(check, outcome, end);
            if (!outcome.up()) {
                break;
            }
        }
        if (lagged) {
            behind();
        }
        Outcome together = seen.together(target.checks());
        if (targets.containsKey(target.id())) {
            reports.accept(new Measurement.OfService(
                    target.id(), together, nanoTime.getAsLong(), wallClock.instant(), lagged));
            if (!lagged && seen.changes(together)) {
                changes.tell(target.customer(), target.id(), together);
            }
        }
        return together.up();
    }

    private void unable(Outcome outcome) {
        if (isTimeToSay()) {
            LOG.warn("This probe cannot check: {}. It reports nothing instead", outcome.reason());
        }
    }

    private boolean isTimeToSay() {
        long now = nanoTime.getAsLong();
        boolean again = now - saidBehindNanos >= SAY_AGAIN_NANOS;
        saidBehindNanos = again ? now : saidBehindNanos;
        return again;
    }

    private void behind() {
        metrics.lagged();
        if (isTimeToSay()) {
            LOG.warn(
                    "This probe falls behind: checks begin or end more than {} ms late; they are reported as such."
                            + " It needs more processor time, or fewer targets",
                    LATE_NANOS / 1_000_000);
        }
    }
}
