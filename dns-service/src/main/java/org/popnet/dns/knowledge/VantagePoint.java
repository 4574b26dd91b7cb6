package org.popnet.dns.knowledge;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Topology;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.NodeName;

/** One probe's opinion of one target: it changes after so many equal results in a row. Confined to its table's lock. */
final class VantagePoint {
    private static final double SMOOTHING = 0.2;
    /** Results until it is known how long a target takes: the first ones pay for cold starts on either side. */
    private static final int FIRST_RESULTS = 3;
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
    private int measured;
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
            measure(result.responseMs());
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

    /** A time that cannot be says nothing, and must not spoil those that follow. */
    private void measure(double ms) {
        if (!Double.isFinite(ms) || ms < 0) {
            return;
        }
        if (measured < FIRST_RESULTS) {
            measured++;
            responseMs = measured == 1 ? ms : Math.min(responseMs, ms);
        } else {
            responseMs += SMOOTHING * (ms - responseMs);
        }
    }

    /** Whether it was measured often enough that the first results, which tell too much, no longer count. */
    boolean settled() {
        return measured == FIRST_RESULTS;
    }

    boolean fresh(long nowMs, long staleMs) {
        return measuredAtMs != Long.MIN_VALUE && nowMs - measuredAtMs <= staleMs;
    }

    /** Whether the last result was bad. */
    boolean failing() {
        return bad > 0;
    }

    /**
     * How far it is from a target, for comparison with others of the same.
     *
     * @param pop where the target stands; -1 if it is a customer's server: then it is as near as it answers quickly
     */
    double distanceMs(int pop, Topology topology) {
        int here = topology.indexOf(probe.pop());
        if (here < 0) {
            return Double.MAX_VALUE;
        }
        return pop >= 0 ? topology.estimateMs(here, pop) : Double.isNaN(responseMs) ? Double.MAX_VALUE / 2 : responseMs;
    }

    NodeName probe() {
        return probe;
    }

    Opinion opinion() {
        return opinion;
    }

    /** Smoothed, of the first few the least, in milliseconds; NaN before the first good result. */
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
