package org.popnet.dns.knowledge;

import java.util.List;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.VantagePoints;

/**
 * How a target is judged.
 *
 * @param rise good results in a row that turn a vantage point to up
 * @param fall bad results in a row that turn it to down
 * @param quorum share of the assigned vantage points that must hold that it is down
 * @param points the vantage points that watch it, nearest first
 * @param standIns the next probes, which are asked to watch while it fails
 * @param staleMs results older than this count no more
 */
record Watch(int rise, int fall, double quorum, List<NodeName> points, List<NodeName> standIns, long staleMs) {
    /** As many stand in at most: one for each vantage point. */
    static final int STAND_INS = VantagePoints.ASSIGNED;

    /** @param nearest probes, nearest first */
    static Watch of(int rise, int fall, double quorum, List<NodeName> nearest, long staleMs) {
        int assigned = Math.min(VantagePoints.ASSIGNED, nearest.size());
        return new Watch(
                rise, fall, quorum, nearest.subList(0, assigned), nearest.subList(assigned, nearest.size()), staleMs);
    }

    int assigned() {
        return points.size();
    }

    boolean isAssigned(NodeName probe) {
        return points.contains(probe);
    }

    /** How many must hold that it is down: more than the quorum, and two at least where there are two. */
    int needed() {
        int more = (int) Math.floor(quorum * assigned()) + 1;
        return Math.max(Math.min(2, assigned()), Math.min(more, Math.max(1, assigned())));
    }
}
