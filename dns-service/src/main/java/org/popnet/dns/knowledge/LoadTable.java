package org.popnet.dns.knowledge;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How busy servers say they are, damped: what a choice does to a load is seen only when resolvers have asked again and
 * reports have come, so a choice that believes every report at once chases its own tail.
 *
 * <p>Three figures of each server: what it says (smoothed over seconds, for people); what choices see (smoothed over
 * three minutes, and changed only when it is off by more than a dead band); and the share of clients that it turns away while
 * it is overloaded, which is corrected only after the last correction can have had its effect. Guarded by its owner's
 * lock.
 *
 * <p>A server that is a little over its capacity is corrected a little: whom it turns away goes to its neighbours, and
 * where all of them are nearly full, corrections by the whole excess would travel round and come back.
 */
final class LoadTable {
    private static final double SMOOTHING_MS = 3000;
    private static final double DAMPING_MS = 180_000;
    /** Damped figures that differ by less than this from what choices see leave it as it is. */
    private static final double DEAD_BAND = 0.005;

    /** Above this, clients are turned away; below {@link #CALM} they may come back; between, nothing changes. */
    private static final double FULL = 0.95;

    /** What choices see at most of a server that turns nobody away: from {@link #FULL} on it would get nobody at all. */
    private static final double ROOM = 0.94;

    private static final double CALM = 0.85;
    private static final double TARGET = 0.90;
    /** Above this the whole excess is turned away at once, below it a part: the exponent of what would be kept. */
    private static final double SEVERE = 1.15;

    private static final double GENTLY = 0.3;
    /** What a correction does is seen by then: answers were asked for again, and reports have followed. */
    private static final long SHED_INTERVAL_MS = 30_000;

    /** Turning clients away must have failed for so long before nobody is sent to a server. */
    private static final long PATIENCE_MS = 10 * SHED_INTERVAL_MS;

    private static final double SHED_MAX = 0.95;
    /** Clients come back more slowly than they were turned away, so that it does not fill up at once. */
    private static final double RETURN_SLOW = 1.03;

    private static final double RETURN_QUICK = 1.07;
    private static final double IDLE = 0.70;
    private static final double SHED_MIN = 0.01;
    private static final double USED_MAX = 10;

    private final Map<String, Entry> entries = new HashMap<>();
    private final long staleMs;

    private static final class Entry {
        private double said;
        private double damped;
        private double seen;
        private double shed;
        private long atMs;
        private long shedAtMs;
        private long severeSinceMs = Long.MAX_VALUE;

        Entry(double used, long nowMs) {
            said = used;
            damped = used;
            seen = used;
            atMs = nowMs;
            shedAtMs = nowMs - SHED_INTERVAL_MS;
        }

        void take(double used, long nowMs) {
            double elapsed = Math.max(0, nowMs - atMs);
            said += (used - said) * (1 - Math.exp(-elapsed / SMOOTHING_MS));
            damped += (said - damped) * (1 - Math.exp(-elapsed / DAMPING_MS));
            if (Math.abs(damped - seen) >= DEAD_BAND) {
                seen = damped;
            }
            atMs = nowMs;
        }

        float shedNow(long nowMs) {
            boolean hopeless = severeSinceMs != Long.MAX_VALUE && nowMs - severeSinceMs >= PATIENCE_MS;
            return hopeless ? 1 : (float) shed;
        }

        void shed(long nowMs) {
            if (said <= SEVERE) {
                severeSinceMs = Long.MAX_VALUE;
            } else if (severeSinceMs == Long.MAX_VALUE) {
                severeSinceMs = nowMs;
            }
            if (nowMs - shedAtMs < SHED_INTERVAL_MS) {
                return;
            }
            double kept = 1 - shed;
            if (said > FULL) {
                kept *= Math.pow(TARGET / said, said > SEVERE ? 1 : GENTLY);
            } else if (said < CALM && shed > 0) {
                kept *= said < IDLE ? RETURN_QUICK : RETURN_SLOW;
            } else {
                return;
            }
            shed = Math.clamp(1 - kept, 0, SHED_MAX);
            shed = shed < SHED_MIN ? 0 : shed;
            shedAtMs = nowMs;
        }
    }

    LoadTable(long staleMs) {
        this.staleMs = staleMs;
    }

    /** @param server a node's name, or {@code customer/server} */
    void take(String server, double used, long nowMs) {
        if (!Double.isFinite(used)) {
            return;
        }
        double bounded = Math.clamp(used, 0, USED_MAX);
        Entry entry = entries.get(server);
        if (entry == null || nowMs - entry.atMs > staleMs) {
            entry = new Entry(bounded, nowMs);
            entries.put(server, entry);
        } else {
            entry.take(bounded, nowMs);
        }
        entry.shed(nowMs);
    }

    /** The share of its capacity that choices shall take it to use; 0 if it has not told lately. */
    float utilisation(String server, long nowMs) {
        Entry entry = fresh(server, nowMs);
        if (entry == null) {
            return 0;
        }
        return (float) (entry.shedNow(nowMs) > 0 ? entry.seen : Math.min(entry.seen, ROOM));
    }

    /** The share of its clients that it turns away; all of them once turning away a part has failed for long. */
    float shed(String server, long nowMs) {
        Entry entry = fresh(server, nowMs);
        return entry == null ? 0 : entry.shedNow(nowMs);
    }

    /** What it said last, and how long ago; null if it has not told lately. */
    @Nullable Told told(String server, long nowMs) {
        Entry entry = fresh(server, nowMs);
        return entry == null ? null : new Told(entry.said, entry.shedNow(nowMs), nowMs - entry.atMs);
    }

    /**
     * A server's load for people.
     *
     * @param share of its capacity, smoothed over seconds
     * @param shed share of clients turned away; 1 once turning away a part has failed for long
     */
    record Told(double share, double shed, long ageMs) {}

    private @Nullable Entry fresh(String server, long nowMs) {
        Entry entry = entries.get(server);
        return entry == null || nowMs - entry.atMs > staleMs ? null : entry;
    }

    void retain(Set<String> servers) {
        entries.keySet().retainAll(servers);
    }

    int size() {
        return entries.size();
    }
}
