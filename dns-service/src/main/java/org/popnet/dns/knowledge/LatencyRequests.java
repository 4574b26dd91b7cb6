package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Hash;

/**
 * Resolvers whose distance the probes shall measure: offered by the hot path, which never waits for it, taken in batches
 * by the sender. An address is not taken again for a while, and what exceeds the bounds is dropped and counted: it will
 * ask again.
 */
public final class LatencyRequests {
    private static final int RECENT = 1 << 14;

    private final ReentrantLock lock = new ReentrantLock();
    private final long againAfterMs;
    private final long[] recentHigh = new long[RECENT];
    private final long[] recentLow = new long[RECENT];
    private final long[] recentAtMs = new long[RECENT];
    private final long[] queueHigh;
    private final long[] queueLow;
    private int head;
    private int size;
    private final LongAdder dropped = new LongAdder();

    /**
     * @param pendingMax how many may wait
     * @param againAfterMs how long an address that was taken is not taken again
     */
    public LatencyRequests(int pendingMax, long againAfterMs) {
        this.againAfterMs = againAfterMs;
        queueHigh = new long[pendingMax];
        queueLow = new long[pendingMax];
    }

    /** Whether this address was asked for lately; a hint, read without the lock. */
    public boolean recent(long high, long low, long nowMs) {
        int slot = slot(high, low);
        return recentHigh[slot] == high && recentLow[slot] == low && nowMs - recentAtMs[slot] < againAfterMs;
    }

    /** Asks for an address to be measured; never blocks. */
    public void offer(long high, long low, long nowMs) {
        if (!lock.tryLock()) {
            dropped.increment();
            return;
        }
        try {
            if (recent(high, low, nowMs)) {
                return;
            }
            if (size == queueHigh.length) {
                dropped.increment();
                return;
            }
            int slot = slot(high, low);
            recentHigh[slot] = high;
            recentLow[slot] = low;
            recentAtMs[slot] = nowMs;
            int tail = (head + size) % queueHigh.length;
            queueHigh[tail] = high;
            queueLow[tail] = low;
            size++;
        } finally {
            lock.unlock();
        }
    }

    /** Takes up to {@code max} addresses that wait. */
    List<InetAddress> take(int max) {
        lock.lock();
        try {
            List<InetAddress> taken = new ArrayList<>(Math.min(max, size));
            while (taken.size() < max && size > 0) {
                taken.add(Address.of(queueHigh[head], queueLow[head]));
                head = (head + 1) % queueHigh.length;
                size--;
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** How many wait to be sent. */
    public int pending() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    public long dropped() {
        return dropped.sum();
    }

    private static int slot(long high, long low) {
        return (int) Hash.of(high, low) & (RECENT - 1);
    }
}
