package org.popnet.probe.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import java.util.random.RandomGenerator;
import org.popnet.probe.timer.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something for each target again and again, each at its interval with jitter, each on a virtual thread of its own. A
 * target keeps its phase when the set changes, so that a new tree starts no storm; a new one begins at a random moment.
 *
 * @param <K> what a target is known by across trees
 * @param <T> the target as the present tree has it
 */
public final class Schedule<K, T> {
    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);

    private final Timers timers;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Function<T, Duration> interval;
    private final double jitter;
    private final long firstWithinNanos;
    private final Semaphore free;
    private final ObjLongConsumer<T> job;
    private final Map<K, Entry> entries = new HashMap<>();
    private final Timer lag;
    private final Counter behind;
    private final Counter crowded;

    /**
     * @param name of this schedule in metrics
     * @param interval between two turns of a target
     * @param firstWithin a new target's first turn comes at a random moment within this, or its interval if that is less
     * @param jitter the share by which each interval is longer or shorter at random
     * @param concurrency how many jobs run at a time; beyond it they are left out and counted
     * @param job what is done, and how much later than planned it began, in nanoseconds; must end by itself
     */
    public Schedule(
            String name,
            Timers timers,
            LongSupplier nanoTime,
            RandomGenerator random,
            Function<T, Duration> interval,
            double jitter,
            Duration firstWithin,
            int concurrency,
            ObjLongConsumer<T> job,
            MeterRegistry registry) {
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.random = random;
        this.interval = interval;
        this.jitter = jitter;
        this.firstWithinNanos = firstWithin.toNanos();
        this.free = new Semaphore(concurrency);
        this.job = job;
        this.lag = Timer.builder("popnet.probe.schedule.lag")
                .description("how much later than planned a measurement begins")
                .tag("schedule", name)
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        this.behind = skipped(registry, name, "still-running");
        this.crowded = skipped(registry, name, "concurrency");
        Gauge.builder("popnet.probe.schedule.targets", this, Schedule::size)
                .tag("schedule", name)
                .register(registry);
    }

    private static Counter skipped(MeterRegistry registry, String name, String reason) {
        return Counter.builder("popnet.probe.schedule.skipped")
                .description("measurements left out because this probe does not keep up")
                .tag("schedule", name)
                .tag("reason", reason)
                .register(registry);
    }

    /** Watches exactly these from now on: what is gone falls silent at once. */
    public synchronized void replace(Map<K, T> targets) {
        entries.entrySet().removeIf(entry -> {
            boolean gone = !targets.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().gone = true;
            }
            return gone;
        });
        targets.forEach((key, target) -> {
            Entry known = entries.get(key);
            if (known != null && interval.apply(known.target).equals(interval.apply(target))) {
                known.target = target;
            } else {
                if (known != null) {
                    known.gone = true; // another pace: its next turn may be too far away
                }
                Entry entry = new Entry(target);
                entries.put(key, entry);
                long within = Math.min(firstWithinNanos, interval.apply(target).toNanos());
                entry.dueNanos = nanoTime.getAsLong() + (long) (random.nextDouble() * within);
                plan(entry);
            }
        });
    }

    private void plan(Entry entry) {
        timers.after(entry.dueNanos - nanoTime.getAsLong(), () -> begin(entry));
    }

    private synchronized void begin(Entry entry) {
        if (entry.gone) {
            return;
        }
        long now = nanoTime.getAsLong();
        long late = Math.max(0, now - entry.dueNanos);
        lag.record(late, TimeUnit.NANOSECONDS);
        if (!entry.running.compareAndSet(false, true)) {
            behind.increment();
        } else if (!free.tryAcquire()) {
            entry.running.set(false);
            crowded.increment();
        } else {
            Thread.startVirtualThread(() -> run(entry, late));
        }
        long intervalNanos = interval.apply(entry.target).toNanos();
        entry.dueNanos += (long) (intervalNanos * (1 + jitter * (2 * random.nextDouble() - 1)));
        if (entry.dueNanos <= now) {
            // This process was stopped for longer than an interval: no burst, but a new phase for everyone.
            entry.dueNanos = now + (long) (random.nextDouble() * intervalNanos);
        }
        plan(entry);
    }

    private void run(Entry entry, long late) {
        try {
            job.accept(entry.target, late);
        } catch (RuntimeException e) {
            LOG.error("a measurement failed unexpectedly: {}", entry.target, e);
        } finally {
            entry.running.set(false);
            free.release();
        }
    }

    private synchronized int size() {
        return entries.size();
    }

    private final class Entry {
        private final AtomicBoolean running = new AtomicBoolean();
        private volatile T target;
        private volatile boolean gone;
        private long dueNanos;

        Entry(T target) {
            this.target = target;
        }
    }
}
