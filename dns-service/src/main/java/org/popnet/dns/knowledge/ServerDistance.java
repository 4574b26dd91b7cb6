package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.Topology;

/**
 * How far a customer's server is from each POP, and what it takes of its own to answer.
 *
 * <p>A probe's response time is the way and the server's own time together; where the way was measured besides, the rest
 * is the server's own, of several POPs the least. It is taken off the response times of POPs that have not measured the
 * way, so that all POPs and servers compare whatever of them has been measured yet: a server's sum changes only with what
 * it takes, not with what is known. No way is longer than a whole response.
 *
 * @param ms by POP; NaN where unknown; empty if nobody knows
 * @param lossPercent by POP; empty if nobody knows
 * @param ownMs 0 if no way was measured
 * @param oldestMs age of the oldest measured way that this was made from; -1 if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on to the hot path, never changed, never compared
record ServerDistance(float[] ms, float[] lossPercent, float ownMs, long oldestMs) {
    private static final ServerDistance UNKNOWN = new ServerDistance(new float[0], new float[0], 0, -1);

    /** @param address of the server; null if it is gone from the tree */
    static ServerDistance of(
            @Nullable InetAddress address, Topology topology, TargetHealth health, Latencies distances, long nowMs) {
        int row = address == null ? Latencies.ABSENT : distances.row(Address.high(address), Address.low(address));
        if (row == Latencies.ABSENT && !health.isMeasured(nowMs)) {
            return UNKNOWN;
        }
        float[] ms = new float[topology.pops()];
        float[] loss = new float[ms.length];
        long oldestMs = row == Latencies.ABSENT ? -1 : distances.read(row, nowMs, ms, loss);
        boolean known = oldestMs >= 0;
        if (!known) {
            Arrays.fill(ms, Float.NaN);
        }
        double own = known ? Double.POSITIVE_INFINITY : 0;
        for (VantagePoint point : health.points()) {
            int pop = topology.indexOf(point.probe().pop());
            if (pop >= 0 && health.measured(point, nowMs) && !Float.isNaN(ms[pop])) {
                ms[pop] = Math.min(ms[pop], (float) point.responseMs());
                own = Math.min(own, Math.max(0, point.responseMs() - ms[pop]));
            }
        }
        double taken = Double.isInfinite(own) ? 0 : own;
        float[] ways = ms.clone();
        for (VantagePoint point : health.points()) {
            int pop = topology.indexOf(point.probe().pop());
            if (pop >= 0 && health.measured(point, nowMs) && Float.isNaN(ways[pop])) {
                float way = (float) Math.max(0, point.responseMs() - taken);
                ms[pop] = Float.isNaN(ms[pop]) ? way : Math.min(ms[pop], way);
                known = true;
            }
        }
        return known ? new ServerDistance(ms, loss, (float) taken, oldestMs) : UNKNOWN;
    }
}
