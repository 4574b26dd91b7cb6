package org.popnet.bench.steering;

import java.util.Arrays;

/**
 * Who knows everything at once: real distances, this second's demand, which POPs live, and sends every client to the
 * nearest that has room.
 */
final class Oracle {
    private static final double FULL = 0.95;

    private final World world;
    private final double[] capacity;

    Oracle(World world, double[] capacity) {
        this.world = world;
        this.capacity = capacity.clone();
    }

    /**
     * What it would come to.
     *
     * @param meanMs over all requests
     * @param busiest the highest share of its capacity that a POP has in use
     */
    record Outcome(double meanMs, double busiest) {}

    Outcome ask(long nowMs, boolean[] down) {
        double[] load = new double[world.pops];
        double latency = 0;
        double total = 0;
        for (int resolver = 0; resolver < world.resolvers; resolver++) {
            double demand = world.demand(resolver, nowMs);
            int nearest = nearest(resolver, demand, load, down);
            load[nearest] += demand;
            latency += demand * world.rttMs(resolver, nearest);
            total += demand;
        }
        return new Outcome(latency / total, busiest(load, capacity, down));
    }

    private int nearest(int resolver, double demand, double[] load, boolean[] down) {
        int best = -1;
        int anyway = 0;
        for (int pop = 0; pop < world.pops; pop++) {
            if (!down[pop]) {
                float rtt = world.rttMs(resolver, pop);
                if (down[anyway] || rtt < world.rttMs(resolver, anyway)) {
                    anyway = pop;
                }
                if (load[pop] + demand <= FULL * capacity[pop] && (best < 0 || rtt < world.rttMs(resolver, best))) {
                    best = pop;
                }
            }
        }
        return best < 0 ? anyway : best;
    }

    static double busiest(double[] load, double[] capacity, boolean[] down) {
        double[] share = new double[load.length];
        Arrays.setAll(share, pop -> down[pop] ? 0 : load[pop] / capacity[pop]);
        return Arrays.stream(share).max().orElse(0);
    }
}
