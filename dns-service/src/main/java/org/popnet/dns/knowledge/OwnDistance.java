package org.popnet.dns.knowledge;

import java.net.InetAddress;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.Topology;

/** How far this name server is from every POP: who asks it and was never measured is likely to be near it. */
final class OwnDistance {
    private static final float UNMEASURED_FACTOR = 1.5f;
    private static final float UNMEASURED_EXTRA_MS = 20;

    private OwnDistance() {}

    /**
     * As probes measure it regularly; POPs without a probe are taken to be somewhat further than the furthest.
     *
     * @return milliseconds by POP; {@link Topology#NOWHERE} as long as not all probes have measured it
     */
    static float[] of(Topology topology, Latencies distances, long nowMs) {
        if (topology.selfAddress().isEmpty()) {
            return Topology.NOWHERE;
        }
        InetAddress address = topology.selfAddress().get();
        int row = distances.row(Address.high(address), Address.low(address));
        float[] ms = new float[topology.pops()];
        if (row == Latencies.ABSENT || distances.read(row, nowMs, ms, new float[ms.length]) < 0) {
            return Topology.NOWHERE;
        }
        float worst = 0;
        for (int pop = 0; pop < ms.length; pop++) {
            if (Float.isNaN(ms[pop]) && topology.probed(pop)) {
                return Topology.NOWHERE;
            }
            worst = ms[pop] > worst ? ms[pop] : worst;
        }
        for (int pop = 0; pop < ms.length; pop++) {
            ms[pop] = Float.isNaN(ms[pop]) ? worst * UNMEASURED_FACTOR + UNMEASURED_EXTRA_MS : ms[pop];
        }
        return ms;
    }
}
