package org.popnet.probe.timer;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hashed timer wheel (Varghese and Lauck, 1987): beginning and cancelling a timer take constant time, whatever the
 * number of timers.
 *
 * <p>Time is cut into ticks of {@value #TICK_MILLIS} ms; a timer lies in the slot of its tick modulo {@value #SLOTS}, and
 * is left there for another round if its tick is a later one. The wheel's thread alone touches slots: new timers reach it
 * through a queue, cancelled ones are forgotten when their slot comes round. A task runs at most a tick late, never early.
 */
public final class TimerWheel implements Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerWheel.class);
    private static final int SLOTS = 1024;
    private static final long TICK_MILLIS = 4;
    private static final long TICK_NANOS = TICK_MILLIS * 1_000_000;

    private final LongSupplier nanoTime;
    private final long startNanos;
    private final List<List<Entry>> slots = new ArrayList<>(SLOTS);
    private final Queue<Entry> arriving = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    /** The last tick whose slot was emptied. */
    private long tick;

    public TimerWheel(String name, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new ArrayList<>());
        }
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::turn);
    }

    private static final class Entry implements Cancellable {
        private final long dueTick;
        private volatile @Nullable Runnable task;

        Entry(long dueTick, Runnable task) {
            this.dueTick = dueTick;
            this.task = task;
        }

        @Override
        public void cancel() {
            task = null;
        }

        void run() {
            Runnable due = task;
            if (due == null) {
                return;
            }
            task = null;
            try {
                due.run();
            } catch (RuntimeException e) {
                LOG.error("a timer's task failed unexpectedly", e);
            }
        }
    }

    @Override
    public Cancellable after(long delayNanos, Runnable task) {
        long due = nanoTime.getAsLong() - startNanos + Math.max(0, delayNanos);
        Entry entry = new Entry(Math.ceilDiv(due, TICK_NANOS), task);
        if (!closed) {
            arriving.add(entry);
        }
        return entry;
    }

    private void turn() {
        while (!closed) {
            long now = (nanoTime.getAsLong() - startNanos) / TICK_NANOS;
            arrive();
            // After a pause of this process one round is enough: each slot holds all its rounds.
            tick = Math.max(tick, now - SLOTS);
            while (tick < now) {
                tick++;
                empty(slots.get((int) (tick % SLOTS)), now);
                arrive();
            }
            LockSupport.parkNanos(this, startNanos + (tick + 1) * TICK_NANOS - nanoTime.getAsLong());
        }
    }

    private void arrive() {
        for (Entry entry = arriving.poll(); entry != null; entry = arriving.poll()) {
            if (entry.dueTick <= tick) {
                entry.run();
            } else {
                slots.get((int) (entry.dueTick % SLOTS)).add(entry);
            }
        }
    }

    private static void empty(List<Entry> slot, long now) {
        if (slot.isEmpty()) {
            return;
        }
        List<Entry> here = List.copyOf(slot);
        slot.clear();
        for (Entry entry : here) {
            if (entry.task == null) {
                continue;
            }
            if (entry.dueTick <= now) {
                entry.run();
            } else {
                slot.add(entry);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
