package org.popnet.dns.steering;

import java.util.Arrays;

/**
 * What is known of every target of one tree, by the target's index: immutable, compiled off the hot path.
 *
 * @param down whether the quorum holds that it is down; a target nobody has judged is not
 * @param downSinceMs when it went down, on the node's own clock; meaningful where {@code down}
 * @param responseMs service response time as the nearest vantage point sees it; 0 if unknown
 * @param utilisation share of capacity in use; 0 if unknown
 * @param responseFromMs for customers' servers, response time by the POP that measured, NaN where unknown; empty if
 *     nobody knows, and for nodes
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record TargetStates(
        boolean[] down, long[] downSinceMs, float[] responseMs, float[] utilisation, float[][] responseFromMs) {
    /** From this utilisation on, a server gets clients only when nobody else is left. */
    public static final double OVERLOADED = 0.95;

    private static final float[] NOBODY_KNOWS = {};

    /** Nothing is known: everybody may answer. */
    public static TargetStates unknown(int targets) {
        float[][] responseFromMs = new float[targets][];
        Arrays.fill(responseFromMs, NOBODY_KNOWS);
        return new TargetStates(
                new boolean[targets], new long[targets], new float[targets], new float[targets], responseFromMs);
    }
}
