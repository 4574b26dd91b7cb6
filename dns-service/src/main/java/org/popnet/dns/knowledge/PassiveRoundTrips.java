package org.popnet.dns.knowledge;

import org.jspecify.annotations.Nullable;

/**
 * How far users are from POPs by the round-trip times of their own connections, as edges tell them, and what that says of
 * the distances that probes measured.
 *
 * <p>A user's round trip has a last mile in it that a resolver's has not, so the one must not stand beside the other. What
 * users of a prefix see beyond the probes' figure for that prefix is compared between POPs instead: the least excess of
 * any POP is taken for the last mile, and what another POP has beyond that is added to its figure. So a POP's own figure is
 * corrected, upwards, by what its own users see; a prefix whose users one POP alone knows is left as it was measured. The
 * correction halves with every half-life since users were heard, goes with the expiry, and is bounded
 * ({@value #CORRECTION_MAX_MS} ms). Guarded by its owner's lock.
 */
final class PassiveRoundTrips {
    static final int CORRECTION_MAX_MS = 250;
    /** What the connections of so many prefixes say is kept; the others are left as they were measured. */
    private static final int PREFIXES_MAX = 1 << 15;

    private static final int COLUMNS_MIN = 8;
    private static final double RTT_MAX_MS = 6000;

    private static final long AGAIN_MS = 5000;
    /** From this long after the last time on, the next is made ready. */
    private static final long PREPARE_MS = 3000;
    /** Prefixes looked at in one step: less than a millisecond of work. */
    private static final int STEP = 2000;

    private final long halfLifeMs;
    private final long expiryMs;
    private long correctedAtMs;
    private @Nullable LatencyRows correctedTable;
    private @Nullable Correction underWay;
    private LatencyRows users = new LatencyRows(PREFIXES_MAX, COLUMNS_MIN);

    PassiveRoundTrips(long halfLifeMs, long expiryMs) {
        this.halfLifeMs = halfLifeMs;
        this.expiryMs = expiryMs;
    }

    /** @param column the POP's, as in the table of what probes measured */
    void take(long high, long low, int column, double rttMs, long nowMs) {
        if (rttMs > 0 && rttMs <= RTT_MAX_MS) {
            users.add(high, low, column, rttMs, 0, nowMs, halfLifeMs, nowMs - expiryMs);
        }
    }

    /** Corrects what probes measured by what is known of users now; every few seconds, or at once if the table is new. */
    @SuppressWarnings("ReferenceEquality") // the same table, not an equal one
    void correct(LatencyRows probes, long nowMs) {
        if (probes == correctedTable && nowMs - correctedAtMs < AGAIN_MS) {
            return;
        }
        while (!step(probes, nowMs)) {
            // there are more
        }
    }

    /** Does a part of what {@link #correct} would soon have to do at once. */
    @SuppressWarnings("ReferenceEquality")
    void prepare(LatencyRows probes, long nowMs) {
        if (probes == correctedTable && nowMs - correctedAtMs >= PREPARE_MS) {
            step(probes, nowMs);
        }
    }

    private boolean step(LatencyRows probes, long nowMs) {
        Correction current = underWay;
        if (current == null || !current.isOf(probes, users)) {
            current = new Correction(probes, users);
            underWay = current;
        }
        if (!current.step(nowMs)) {
            return false;
        }
        underWay = null;
        correctedTable = probes;
        correctedAtMs = nowMs;
        return true;
    }

    /** On the way from one set of corrections to the next. */
    private final class Correction {
        private final LatencyRows probes;
        private final LatencyRows seen;
        private byte @Nullable [] next;
        private boolean any;
        private int row;

        Correction(LatencyRows probes, LatencyRows seen) {
            this.probes = probes;
            this.seen = seen;
        }

        @SuppressWarnings("ReferenceEquality")
        boolean isOf(LatencyRows currentProbes, LatencyRows currentUsers) {
            return probes == currentProbes && seen == currentUsers;
        }

        /** @return whether it is over */
        boolean step(long nowMs) {
            if (row < seen.rows()) {
                byte[] into = next == null ? probes.noCorrections() : next;
                next = into;
                int to = Math.min(seen.rows(), row + STEP);
                any |= probes.correct(seen, row, to, into, nowMs, expiryMs, halfLifeMs, CORRECTION_MAX_MS);
                row = to;
            }
            if (row < seen.rows()) {
                return false;
            }
            probes.take(any ? next : null);
            return true;
        }
    }

    void compact(long sinceMs) {
        if (users.isWorthCompacting(sinceMs)) {
            users = users.compact(sinceMs, PREFIXES_MAX, users.columns());
        }
    }

    void widen(int columns) {
        users = users.compact(0, PREFIXES_MAX, columns);
    }

    void clear() {
        users = new LatencyRows(PREFIXES_MAX, users.columns());
    }

    int prefixes() {
        return users.rows();
    }
}
