package org.popnet.dns.steering;

import java.util.Arrays;

/**
 * Finds out how far a client is from every POP: measured → coverage → the operator's database of places → its resolver's
 * measurement → where the asked name server is, as probes measure it or else by the topology. What is not known for some POPs only is taken to be somewhat worse than the worst that is.
 */
public final class ClientLocation {
    private static final float UNMEASURED_FACTOR = 1.5f;
    private static final float UNMEASURED_EXTRA_MS = 20;

    private final int bitsV4;
    private final int bitsV6;
    private final long freshMs;
    private final Geography geography;

    /**
     * @param bitsV4 the longest IPv4 prefix that clients are told apart by, 1 to 32
     * @param bitsV6 the same for IPv6, 1 to 128
     * @param freshMs measurements younger than this are not asked for again
     * @param geography knows where clients are of whom nothing better is known
     */
    public ClientLocation(int bitsV4, int bitsV6, long freshMs, Geography geography) {
        this.geography = geography;
        this.bitsV4 = bitsV4;
        this.bitsV6 = bitsV6;
        this.freshMs = freshMs;
    }

    public int bits(long high, long low) {
        return Address.isV4(high, low) ? bitsV4 : bitsV6;
    }

    /** Locates the resolver that asks. */
    public void locate(long high, long low, Topology topology, Latencies latencies, long nowMs, ClientView out) {
        begin(high, low, bits(high, low), topology, out);
        if (measured(out.prefixHigh, out.prefixLow, topology, latencies, nowMs, out)) {
            out.source = ClientView.Source.MEASURED;
            return;
        }
        int pop = topology.covering(high, low, 128);
        if (pop != PrefixMap.NONE) {
            estimate(topology, pop, ClientView.Source.COVERAGE, out);
            return;
        }
        pop = topology.popOfNode(high, low);
        if (pop != PrefixMap.NONE) {
            estimate(topology, pop, ClientView.Source.NODE, out);
            return;
        }
        if (placed(topology, out)) {
            return;
        }
        here(topology, latencies, out);
    }

    /**
     * Locates the client behind a resolver, by the prefix that the resolver has told (RFC 7871).
     *
     * @param sourceBits the length of that prefix, greater than 0
     */
    public void locateSubnet(
            long subnetHigh,
            long subnetLow,
            int sourceBits,
            long resolverHigh,
            long resolverLow,
            Topology topology,
            Latencies latencies,
            long nowMs,
            ClientView out) {
        int bits = Math.min(sourceBits, bits(subnetHigh, subnetLow));
        begin(subnetHigh, subnetLow, bits, topology, out);
        if (measured(out.prefixHigh, out.prefixLow, topology, latencies, nowMs, out)) {
            out.source = ClientView.Source.MEASURED;
            return;
        }
        int pop = topology.covering(out.prefixHigh, out.prefixLow, bits);
        if (pop != PrefixMap.NONE) {
            estimate(topology, pop, ClientView.Source.COVERAGE, out);
            return;
        }
        if (placed(topology, out)) {
            return;
        }
        int resolverBits = bits(resolverHigh, resolverLow);
        long high = Address.maskHigh(resolverHigh, resolverLow, resolverBits);
        long low = Address.maskLow(resolverHigh, resolverLow, resolverBits);
        if (measured(high, low, topology, latencies, nowMs, out)) {
            out.source = ClientView.Source.MEASURED_RESOLVER;
            return;
        }
        here(topology, latencies, out);
    }

    /** Puts the client into a POP: its own nodes ask. */
    public static void locatePop(int pop, Topology topology, ClientView out) {
        out.reset(topology.pops());
        out.prefixHigh = 0;
        out.prefixLow = pop;
        out.prefixBits = 0;
        out.hash = Hash.of(topology.names().get(pop));
        estimate(topology, pop, ClientView.Source.NODE, out);
    }

    private static void begin(long high, long low, int bits, Topology topology, ClientView out) {
        out.reset(topology.pops());
        out.identify(Address.maskHigh(high, low, bits), Address.maskLow(high, low, bits), bits);
    }

    private static void here(Topology topology, Latencies latencies, ClientView out) {
        float[] measured = latencies.fromHere();
        estimate(
                measured.length == topology.pops() ? measured : topology.estimatesFrom(topology.self()),
                ClientView.Source.TOPOLOGY,
                out);
    }

    private boolean placed(Topology topology, ClientView out) {
        float[] estimates = geography.estimatesFrom(out.prefixHigh, out.prefixLow, topology);
        if (estimates.length == 0) {
            return false;
        }
        estimate(estimates, ClientView.Source.GEOIP, out);
        return true;
    }

    private static void estimate(Topology topology, int pop, ClientView.Source source, ClientView out) {
        estimate(topology.estimatesFrom(pop), source, out);
    }

    private static void estimate(float[] estimatesMs, ClientView.Source source, ClientView out) {
        System.arraycopy(estimatesMs, 0, out.latencyMs, 0, out.latencyMs.length);
        Arrays.fill(out.lossPercent, 0);
        out.source = source;
        out.ageMs = -1;
        out.fresh = false;
        out.partial = false;
    }

    private boolean measured(long high, long low, Topology topology, Latencies latencies, long nowMs, ClientView out) {
        int row = latencies.row(high, low);
        if (row == Latencies.ABSENT) {
            return false;
        }
        float[] rtt = out.latencyMs;
        long age = latencies.read(row, nowMs, rtt, out.lossPercent);
        float worst = -1;
        for (float ms : rtt) {
            worst = ms > worst ? ms : worst;
        }
        if (worst < 0) {
            return false;
        }
        out.partial = false;
        for (int i = 0; i < rtt.length; i++) {
            if (Float.isNaN(rtt[i])) {
                out.partial |= topology.probed(i);
                rtt[i] = worst * UNMEASURED_FACTOR + UNMEASURED_EXTRA_MS;
            }
        }
        out.ageMs = age;
        out.fresh = age < freshMs;
        return true;
    }
}
