package org.popnet.probe.schedule;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.popnet.probe.timer.Timers;

/** A clock that stands still until a test advances it; what is due then runs on the test's thread, in order. */
public final class ManualClock implements Timers {
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
    private long nowNanos;

    private record Due(long atNanos, Runnable task) {}

    public synchronized long nanoTime() {
        return nowNanos;
    }

    @Override
    public synchronized Cancellable after(long delayNanos, Runnable task) {
        Due entry = new Due(nowNanos + Math.max(0, delayNanos), task);
        due.add(entry);
        return () -> due.remove(entry);
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
