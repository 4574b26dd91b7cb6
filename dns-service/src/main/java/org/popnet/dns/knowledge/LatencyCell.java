package org.popnet.dns.knowledge;

/**
 * A measured round-trip time as one number, so that it is read and written at once: 16 bits round-trip time in tenths of a
 * millisecond, 8 bits loss in per cent, 40 bits time of measurement in milliseconds. 0 means never measured.
 */
final class LatencyCell {
    /** Of attempts, none was answered; in a checkpoint, too ({@link CheckpointWriter#UNANSWERED}). */
    static final int UNANSWERED = 0xffff;

    private static final int RTT_MAX = 0xfffe;
    private static final int RTT_SHIFT = 48;
    private static final int LOSS_SHIFT = 40;
    private static final long TIME_MASK = (1L << LOSS_SHIFT) - 1;

    private LatencyCell() {}

    /** @param rttMs NaN if no attempt was answered */
    static long of(double rttMs, double lossPercent, long atMs) {
        long rtt = Double.isNaN(rttMs) ? UNANSWERED : Math.clamp(Math.round(rttMs * 10), 0, RTT_MAX);
        return (rtt << RTT_SHIFT) | (Math.round(lossPercent) << LOSS_SHIFT) | (atMs & TIME_MASK);
    }

    /** In tenths of a millisecond, or {@link #UNANSWERED}. */
    static int rtt(long cell) {
        return (int) (cell >>> RTT_SHIFT);
    }

    /** In per cent. */
    static float loss(long cell) {
        return cell >>> LOSS_SHIFT & 0xff;
    }

    /** When it was measured, in milliseconds. */
    static long time(long cell) {
        return cell & TIME_MASK;
    }

    /** Whether it holds a round-trip time that has not expired. */
    static boolean holds(long cell, long nowMs, long expiryMs) {
        return cell != 0 && rtt(cell) != UNANSWERED && nowMs - time(cell) <= expiryMs;
    }
}
