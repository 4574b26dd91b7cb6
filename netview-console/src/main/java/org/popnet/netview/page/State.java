package org.popnet.netview.page;

import java.util.Collection;

/** How something is, with the shape and the word that always stand together. */
public enum State {
    HEALTHY("●", "healthy", "good"),
    DEGRADED("▲", "degraded", "warn"),
    DOWN("■", "down", "bad"),
    UNKNOWN("○", "unknown", "none"),
    PENDING("○", "under way", "none");

    private final String shape;
    private final String word;
    private final String tone;

    State(String shape, String word, String tone) {
        this.shape = shape;
        this.word = word;
        this.tone = tone;
    }

    public String shape() {
        return shape;
    }

    public String word() {
        return word;
    }

    /** The name of its colour. */
    public String tone() {
        return tone;
    }

    /** Of what name servers ({@code UP}, {@code DOWN}), nodes ({@code OUT_OF_SERVICE}) and receipts say. */
    public static State of(String said) {
        return switch (said) {
            case "UP", "DONE" -> HEALTHY;
            case "DOWN", "FAILED" -> DOWN;
            case "OUT_OF_SERVICE" -> DEGRADED;
            case "PENDING" -> PENDING;
            default -> UNKNOWN;
        };
    }

    /** Of a group: down only if all of it that is known is. */
    public static State together(Collection<State> states) {
        boolean healthy = states.contains(HEALTHY);
        boolean unwell = states.contains(DOWN) || states.contains(DEGRADED);
        if (healthy || states.contains(DEGRADED)) {
            return unwell ? DEGRADED : HEALTHY;
        }
        return unwell ? DOWN : UNKNOWN;
    }
}
