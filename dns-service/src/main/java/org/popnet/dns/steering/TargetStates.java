package org.popnet.dns.steering;

import java.util.Arrays;

/**
 * What is known of every target of one tree, by the target's index: immutable, compiled off the hot path.
 *
 * @param down whether the quorum holds that it is down; a target nobody has judged is not
 * @param downSinceMs when it went down, on the node's own clock; meaningful where {@code down}
 * @param responseMs the service's own share of its response time, without the way there; 0 if unknown
 * @param utilisation share of capacity in use, damped so that steering by it does not swing; 0 if unknown
 * @param shed share of the clients that an overloaded server turns away, 0 to 1
 * @param distanceFromMs for customers' servers, the distance from each POP; NaN where unknown; empty if nobody knows,
 *     and for nodes
 * @param lossFromPercent packets lost on that way; empty if nobody knows
 * @param settled for customers' servers, whether every probe that watches it has measured it often enough
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record TargetStates(
        boolean[] down,
        long[] downSinceMs,
        float[] responseMs,
        float[] utilisation,
        float[] shed,
        float[][] distanceFromMs,
        float[][] lossFromPercent,
        boolean[] settled) {
    /**
     * From this utilisation on, a server that does not say which share of its clients is too much gets clients only when
     * nobody else is left.
     */
    public static final double OVERLOADED = 0.95;

    static final float[] NOBODY_KNOWS = {};

    /** Of this moment; what is known of a single server is shared, and not to be changed in place. */
    public TargetStates copy() {
        return new TargetStates(
                down.clone(),
                downSinceMs.clone(),
                responseMs.clone(),
                utilisation.clone(),
                shed.clone(),
                distanceFromMs.clone(),
                lossFromPercent.clone(),
                settled.clone());
    }

    /** Nothing is known: everybody may answer. */
    public static TargetStates unknown(int targets) {
        float[][] distances = new float[targets][];
        float[][] losses = new float[targets][];
        Arrays.fill(distances, NOBODY_KNOWS);
        Arrays.fill(losses, NOBODY_KNOWS);
        return new TargetStates(
                new boolean[targets],
                new long[targets],
                new float[targets],
                new float[targets],
                new float[targets],
                distances,
                losses,
                new boolean[targets]);
    }
}
