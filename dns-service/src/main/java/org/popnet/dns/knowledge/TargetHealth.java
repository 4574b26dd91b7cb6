package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popnet.dns.steering.Topology;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.NodeName;

/**
 * The verdict over one target from all its vantage points. It changes only when enough fresh ones say so: a probe that
 * is cut off or lies changes nothing alone, and when all fall silent the last verdict stays. Confined to its table's
 * lock.
 */
final class TargetHealth {
    /** More than are ever asked; bounds memory whatever is sent. */
    private static final int VANTAGE_POINTS_MAX = 16;

    private static final long FALL_REMEMBERED_MS = 600_000;
    private static final long HELD_DOWN_MS = 4_000;
    private static final long HELD_DOWN_MAX_MS = 60_000;

    /** What the quorum holds. */
    enum State {
        UP,
        DOWN,
        UNKNOWN
    }

    private final Map<NodeName, VantagePoint> points = new LinkedHashMap<>();
    private Watch watch;
    private State state = State.UNKNOWN;
    private long sinceMs;
    /** How often in a row it went down, each time within {@link #FALL_REMEMBERED_MS} of the time before. */
    private int falls;

    private long fellMs;

    TargetHealth(Watch watch) {
        this.watch = watch;
    }

    void watch(Watch newWatch) {
        watch = newWatch;
    }

    void restore(State verdict, long at) {
        state = verdict;
        sinceMs = at;
    }

    void take(NodeName probe, ServiceResult result, long measuredAtMs) {
        VantagePoint point = points.get(probe);
        if (point == null) {
            if (points.size() >= VANTAGE_POINTS_MAX && !makeRoom(watch.isAssigned(probe), measuredAtMs)) {
                return;
            }
            point = new VantagePoint(probe);
            points.put(probe, point);
        }
        point.take(result, measuredAtMs, watch.rise(), watch.fall());
    }

    /** Drops the oldest point that is not assigned, for one that is; for others only what is stale: none evicts another. */
    private boolean makeRoom(boolean assigned, long measuredAtMs) {
        VantagePoint oldest = points.values().stream()
                .filter(point -> !watch.isAssigned(point.probe()))
                .min(Comparator.comparingLong(VantagePoint::measuredAtMs))
                .orElse(null);
        if (oldest == null || (!assigned && fresh(oldest, measuredAtMs))) {
            return false;
        }
        points.remove(oldest.probe());
        return true;
    }

    /** Whether more probes shall watch it: it is down, or a vantage point has just seen it fail. */
    boolean suspect(long nowMs) {
        return state == State.DOWN
                || points.values().stream()
                        .anyMatch(point -> watch.isAssigned(point.probe()) && point.failing() && fresh(point, nowMs));
    }

    Watch watch() {
        return watch;
    }

    /**
     * Judges anew.
     *
     * @param pop where the target stands; -1 if it is a customer's server. Where assigned vantage points are stale, the
     *     nearest others stand in
     * @return whether the verdict changed
     */
    boolean judge(long nowMs, int pop, Topology topology) {
        int up = 0;
        int down = 0;
        for (VantagePoint point : counted(nowMs, pop, topology)) {
            switch (point.opinion()) {
                case UP -> up++;
                case DOWN -> down++;
                case UNDECIDED -> {}
            }
        }
        int needed = watch.needed();
        State next = state;
        if (down >= needed) {
            next = State.DOWN;
        } else if (up > watch.assigned() - needed || (up > 0 && (down == 0 || state == State.UNKNOWN))) {
            next = State.UP;
        }
        if (next == state || (next == State.UP && state == State.DOWN && nowMs - fellMs < heldDownMs())) {
            return false;
        }
        if (next == State.DOWN) {
            falls = falls > 0 && nowMs - fellMs < FALL_REMEMBERED_MS ? falls + 1 : 1;
            fellMs = nowMs;
        }
        state = next;
        sinceMs = nowMs;
        return true;
    }

    /** What fails once comes back at once; what fails again and again stays away longer each time. */
    private long heldDownMs() {
        return falls < 2 ? 0 : Math.min(HELD_DOWN_MAX_MS, HELD_DOWN_MS << Math.min(falls - 2, Integer.SIZE));
    }

    private List<VantagePoint> counted(long nowMs, int pop, Topology topology) {
        List<VantagePoint> fresh = new ArrayList<>(points.size());
        for (VantagePoint point : points.values()) {
            if (fresh(point, nowMs)) {
                fresh.add(point);
            }
        }
        if (fresh.size() <= watch.assigned()) {
            return fresh;
        }
        fresh.sort(Comparator.comparing((VantagePoint point) -> !watch.isAssigned(point.probe()))
                .thenComparingDouble(point -> point.distanceMs(pop, topology))
                .thenComparing(VantagePoint::probe));
        return fresh.subList(0, watch.assigned());
    }

    /** Whether what a vantage point says is recent enough to count. */
    boolean fresh(VantagePoint point, long nowMs) {
        return point.fresh(nowMs, watch.staleMs());
    }

    /** Whether a vantage point knows, and has seen recently enough, how long the target takes. */
    boolean measured(VantagePoint point, long nowMs) {
        return !Double.isNaN(point.responseMs()) && fresh(point, nowMs);
    }

    /** Whether any vantage point does. */
    boolean isMeasured(long nowMs) {
        for (VantagePoint point : points.values()) {
            if (measured(point, nowMs)) {
                return true;
            }
        }
        return false;
    }

    /** Whether all that are to watch it have measured it well. */
    boolean settled(long nowMs) {
        int known = 0;
        for (VantagePoint point : points.values()) {
            known += point.settled() && fresh(point, nowMs) ? 1 : 0;
        }
        return known >= watch.assigned();
    }

    long staleMs() {
        return watch.staleMs();
    }

    State state() {
        return state;
    }

    long sinceMs() {
        return sinceMs;
    }

    /** When the first of what is fresh now becomes stale, in ms on the same clock; the greatest number if nothing is fresh. */
    long freshUntilMs(long nowMs) {
        long until = Long.MAX_VALUE;
        for (VantagePoint point : points.values()) {
            if (fresh(point, nowMs)) {
                until = Math.min(until, point.measuredAtMs() + watch.staleMs());
            }
        }
        return until;
    }

    /** The response time, as the probe nearest to this POP sees it: of a node one of its own POP as a rule; 0 if unknown. */
    float responseMs(int pop, Topology topology, long nowMs) {
        double nearest = Double.POSITIVE_INFINITY;
        float response = 0;
        for (VantagePoint point : points.values()) {
            double away = point.distanceMs(pop, topology);
            if (measured(point, nowMs) && away < nearest) {
                nearest = away;
                response = (float) point.responseMs();
            }
        }
        return response;
    }

    Iterable<VantagePoint> points() {
        return points.values();
    }
}
