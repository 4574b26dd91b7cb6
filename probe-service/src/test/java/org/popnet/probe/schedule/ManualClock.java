package org.popnet.probe.schedule;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock that stands still until a test advances it; what is due then runs on the test's thread, in order. */
public final class ManualClock extends ScheduledThreadPoolExecutor {
    private static final ScheduledThreadPoolExecutor IDLE =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());

    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
    private long nowNanos;

    private record Due(long atNanos, Runnable task) {}

    public ManualClock() {
        super(0);
    }

    public synchronized long nanoTime() {
        return nowNanos;
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        due.add(new Due(nowNanos + unit.toNanos(delay), task));
        return IDLE.schedule(() -> {}, 1, TimeUnit.DAYS);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    /** Lets time pass, stopping at every moment when something is due. */
    public synchronized void advance(Duration duration) {
        long end = nowNanos + duration.toNanos();
        while (!due.isEmpty() && due.peek().atNanos() <= end) {
            Due next = due.poll();
            nowNanos = Math.max(nowNanos, next.atNanos());
            next.task().run();
        }
        nowNanos = end;
    }

    /** Time passes, but this process was stopped: everything is late. */
    public synchronized void jump(Duration duration) {
        nowNanos += duration.toNanos();
    }
}
