package org.popnet.probe.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.probe.timer.Timers;

/**
 * The targets that name servers have this probe watch for a while although it is none of their vantage points, because
 * one that is says that they fail. Bounded: requests beyond {@value #TARGETS_MAX} targets are left out.
 */
public final class WatchList {
    static final int TARGETS_MAX = 2000;
    private static final long LEAST_MS = 1_000;
    private static final long MOST_MS = 600_000;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Map<TargetId, Long> until = new HashMap<>();
    private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
    private boolean looking;

    /** Begins to listen. */
    public WatchList(DatagramPort datagrams, Timers timers, LongSupplier nanoTime) {
        this.timers = timers;
        this.nanoTime = nanoTime;
        datagrams.onReceive(WatchRequest.class, request -> add(request.message()));
    }

    /** Has this called whenever the list changes. */
    public void subscribe(Runnable changed) {
        subscribers.add(changed);
    }

    /** What is to be watched beside what is assigned. */
    public synchronized Set<TargetId> targets() {
        return Set.copyOf(until.keySet());
    }

    private void add(WatchRequest request) {
        long end = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(Math.clamp(request.forMs(), LEAST_MS, MOST_MS));
        boolean changed = false;
        synchronized (this) {
            for (TargetId target : request.targets()) {
                if (until.containsKey(target) || until.size() < TARGETS_MAX) {
                    changed |= until.put(target, end) == null;
                }
            }
            look();
        }
        if (changed) {
            subscribers.forEach(Runnable::run);
        }
    }

    private synchronized void look() {
        if (!looking && !until.isEmpty()) {
            looking = true;
            timers.after(LOOK_NANOS, () -> Thread.startVirtualThread(this::expire));
        }
    }

    private void expire() {
        boolean changed;
        synchronized (this) {
            looking = false;
            long now = nanoTime.getAsLong();
            changed = until.values().removeIf(end -> end - now <= 0);
            look();
        }
        if (changed) {
            subscribers.forEach(Runnable::run);
        }
    }
}
