package org.popnet.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A target and what was measured.
 *
 * @param target what was wanted: {@code T1 CPU per answer ≤ the best peer's}
 * @param measured what came out, with its unit
 * @param met null if it could not be judged
 */
public record Verdict(
        String target, String measured, @Nullable Boolean met) {
    /** Ratios this close to each other are the same, given the noise of shared machines. */
    private static final double NOISE = 0.03;

    /** A figure that shall be at most so much. */
    public static Verdict atMost(String target, double measured, double bound, String unit) {
        return new Verdict(target, Figures.of(measured) + " " + unit, measured <= bound);
    }

    /** A figure that shall be at least so much. */
    public static Verdict atLeast(String target, double measured, double bound, String unit) {
        return new Verdict(target, Figures.of(measured) + " " + unit, measured >= bound);
    }

    /**
     * Our cost compared with a peer's; less is better.
     *
     * @param bound of ours divided by the peer's
     */
    public static Verdict ratio(String target, double ours, String peer, double peers, double bound) {
        double ratio = ours / peers;
        String than = ratio < 1 - NOISE ? "ahead of " : ratio > 1 + NOISE ? "behind " : "level with ";
        return new Verdict(
                target, String.format(Locale.ROOT, "%.2f × %s: %s", ratio, peer, than + peer), ratio <= bound);
    }

    /** What it could not be compared with is not here. */
    public static Verdict open(String target, String why) {
        return new Verdict(target, why, null);
    }

    String words() {
        return met == null ? "not judged" : met ? "met" : "**missed**";
    }
}
