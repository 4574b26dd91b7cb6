package org.popnet.dns.steering;

/**
 * What is known of one client for one decision: its prefix and its distance to every POP, all from one source, so that
 * like is compared with like. Filled again for each query by {@link ClientLocation}.
 */
public final class ClientView {
    /** Where the distances come from, best first. */
    public enum Source {
        /** probes measured this client's prefix */
        MEASURED,
        /** the tree says which POP this prefix belongs to */
        COVERAGE,
        /** the operator's database says where this address is */
        GEOIP,
        /** probes measured the resolver that asked on behalf of this prefix */
        MEASURED_RESOLVER,
        /** the client is a node of this POP */
        NODE,
        /** nothing is known: taken to be where the asked name server is */
        TOPOLOGY
    }

    float[] latencyMs = new float[0];
    float[] lossPercent = new float[0];
    Source source = Source.TOPOLOGY;
    long ageMs;
    long prefixHigh;
    long prefixLow;
    int prefixBits;
    boolean fresh;
    boolean partial;
    long hash;

    void reset(int pops) {
        if (latencyMs.length != pops) {
            latencyMs = new float[pops];
            lossPercent = new float[pops];
        }
    }

    /** Sets who it is, before anything else is known of it. */
    void identify(long high, long low, int bits) {
        prefixHigh = high;
        prefixLow = low;
        prefixBits = bits;
        hash = Hash.of(high, low);
    }

    public Source source() {
        return source;
    }

    /**
     * Whether better knowledge is not on its way: the client was measured, by every POP that has probes, or the tree
     * says where it is.
     */
    public boolean settled() {
        return source != Source.TOPOLOGY && source != Source.GEOIP && !partial;
    }

    /** The age of the oldest measurement used, or -1 if nothing was measured. */
    public long ageMs() {
        return ageMs;
    }

    /** Whether measuring now would tell nothing new. */
    public boolean fresh() {
        return fresh;
    }

    /** The length of the prefix that the client is known by. */
    public int prefixBits() {
        return prefixBits;
    }

    public long prefixHigh() {
        return prefixHigh;
    }

    public long prefixLow() {
        return prefixLow;
    }

    /** A hash of the client's prefix that every name server computes alike. */
    public long hash() {
        return hash;
    }

    /** Round-trip time to a POP. */
    public float latencyMs(int pop) {
        return latencyMs[pop];
    }

    public float lossPercent(int pop) {
        return lossPercent[pop];
    }
}
