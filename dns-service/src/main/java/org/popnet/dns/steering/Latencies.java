package org.popnet.dns.steering;

import java.util.Arrays;

/** Measured round-trip times by client prefix and POP, as the hot path reads them: without locks or allocation. */
public interface Latencies {
    int ABSENT = -1;

    /** The row of a client prefix, or {@link #ABSENT}. */
    int row(long high, long low);

    /**
     * Reads where the search for a row begins, so that it is in the processor's cache when that comes.
     *
     * @param hash of the prefix ({@link Hash#of(long, long)})
     * @return what was read, which means nothing
     */
    default long touchSlot(long hash) {
        return 0;
    }

    /** Reads the row that a prefix most likely has; as {@link #touchSlot}. */
    default long touchRow(long hash) {
        return 0;
    }

    /**
     * Fills in what is known for a row and has not expired.
     *
     * @param rttMs by POP index of the topology; NaN where unknown or unanswered
     * @param lossPercent by POP index of the topology
     * @return the age of the oldest figure used, in milliseconds; -1 if there is none at all
     */
    long read(int row, long nowMs, float[] rttMs, float[] lossPercent);

    /**
     * How old each figure of a row is, for those who explain.
     *
     * @param ageMs by POP index of the topology, in milliseconds; -1 where nothing is known
     */
    default void ages(int row, long nowMs, long[] ageMs) {
        Arrays.fill(ageMs, -1);
    }

    /**
     * What the round-trip times of users' own connections add to a row's figure for a POP, in milliseconds; it is part of
     * what {@link #read} gives. For those who explain.
     */
    default float correctionMs(int row, int pop) {
        return 0;
    }

    /**
     * Round-trip times between this name server and every POP, by POP index, not to be changed; {@link Topology#NOWHERE}
     * as long as not every POP that could has measured it.
     */
    default float[] fromHere() {
        return Topology.NOWHERE;
    }
}
