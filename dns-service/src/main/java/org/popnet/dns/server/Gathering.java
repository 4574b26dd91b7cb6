package org.popnet.dns.server;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides how long a thread lets queries gather before it takes them. The larger the bursts, the less often either side
 * falls asleep and has to be woken by the other, which costs about as much as three answers; but whoever asks a thread
 * that has time to spare must not be kept waiting. So only a busy thread waits: one that has used its processor nearly all
 * the time. How many queries it finds at once says little: a thread that was not given its processor for a moment finds
 * many, too.
 *
 * <p>Used by one thread only, the one whose processor time it reads.
 */
final class Gathering {
    /** How long a thread is watched each time. */
    static final long WINDOW_NANOS = 50_000_000;
    /** A thread becomes busy with this share of its processor's time, and ceases to be below that one: waiting saves. */
    static final double BUSY_FROM = 0.9;

    static final double BUSY_UNTIL = 0.7;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final long longestNanos;
    private final int room;
    private final LongSupplier nanoTime;
    private final LongSupplier processorNanos;
    private long windowStart;
    private long processorAtStart;
    private boolean busy;

    /**
     * @param longest the time for which a busy thread waits that took all it has room for; 0 for never
     * @param room how many queries are taken at once, at most
     * @param nanoTime in ns, from any start
     * @param processorNanos processor time that the calling thread has used, in ns
     */
    Gathering(Duration longest, int room, LongSupplier nanoTime, LongSupplier processorNanos) {
        longestNanos = longest.toNanos();
        this.room = room;
        this.nanoTime = nanoTime;
        this.processorNanos = processorNanos;
        windowStart = nanoTime.getAsLong();
    }

    /** By the system's clocks. */
    static Gathering ofThisMachine(Duration longest, int room) {
        return new Gathering(longest, room, System::nanoTime, THREADS::getCurrentThreadCpuTime);
    }

    /**
     * Call it after each batch.
     *
     * @param taken queries that were just taken at once
     * @return ns to wait before the next are taken: in proportion to what was taken, and none after a full batch, as more
     *     are there already; 0 if the thread is not busy
     */
    long pauseNanos(int taken) {
        if (longestNanos == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        if (now - windowStart >= WINDOW_NANOS) {
            judge(now);
        }
        return busy && taken < room ? longestNanos * taken / room : 0;
    }

    private void judge(long now) {
        long processor = processorNanos.getAsLong();
        double share = (processor - processorAtStart) / (double) (now - windowStart);
        busy = share >= (busy ? BUSY_UNTIL : BUSY_FROM);
        windowStart = now;
        processorAtStart = processor;
    }
}
