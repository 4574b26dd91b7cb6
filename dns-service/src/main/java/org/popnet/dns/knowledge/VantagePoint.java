package org.popnet.dns.knowledge;

import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.NodeName;

/** One probe's opinion of one target: it changes after so many equal results in a row. Confined to its table's lock. */
final class VantagePoint {
    private static final double SMOOTHING = 0.2;
    /** Reports that overtake each other on the network differ by less than this. */
    private static final long REORDERED_MS = 250;

    /** What a probe holds. */
    enum Opinion {
        UNDECIDED,
        UP,
        DOWN
    }

    private final NodeName probe;
    private Opinion opinion = Opinion.UNDECIDED;
    private int good;
    private int bad;
    private long measuredAtMs = Long.MIN_VALUE;
    private double responseMs = Double.NaN;
    private @Nullable String reason;

    VantagePoint(NodeName probe) {
        this.probe = probe;
    }

    void take(ServiceResult result, long atMs, int rise, int fall) {
        if (measuredAtMs != Long.MIN_VALUE && atMs + REORDERED_MS < measuredAtMs) {
            return;
        }
        measuredAtMs = Math.max(measuredAtMs, atMs);
        if (result.up()) {
            good++;
            bad = 0;
            responseMs = Double.isNaN(responseMs)
                    ? result.responseMs()
                    : responseMs + SMOOTHING * (result.responseMs() - responseMs);
            // The first result of all needs no confirmation when it is good.
            if (good >= rise || opinion == Opinion.UNDECIDED) {
                opinion = Opinion.UP;
                reason = null;
            }
        } else {
            bad++;
            good = 0;
            reason = result.reason();
            if (bad >= fall) {
                opinion = Opinion.DOWN;
            }
        }
    }

    boolean fresh(long nowMs, long staleMs) {
        return measuredAtMs != Long.MIN_VALUE && nowMs - measuredAtMs <= staleMs;
    }

    NodeName probe() {
        return probe;
    }

    Opinion opinion() {
        return opinion;
    }

    /** Smoothed, in milliseconds; NaN before the first good result. */
    double responseMs() {
        return responseMs;
    }

    long measuredAtMs() {
        return measuredAtMs;
    }

    @Nullable String reason() {
        return reason;
    }
}
