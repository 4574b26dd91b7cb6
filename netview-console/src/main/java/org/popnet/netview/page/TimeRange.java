package org.popnet.netview.page;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** How far back a page looks, and the step of its charts: between 60 and 168 points, what a chart can show. */
public enum TimeRange {
    HOUR("1h", "1 hour", Duration.ofHours(1), Duration.ofMinutes(1)),
    SIX_HOURS("6h", "6 hours", Duration.ofHours(6), Duration.ofMinutes(5)),
    DAY("24h", "24 hours", Duration.ofDays(1), Duration.ofMinutes(15)),
    WEEK("7d", "7 days", Duration.ofDays(7), Duration.ofHours(1)),
    MONTH("30d", "30 days", Duration.ofDays(30), Duration.ofHours(6));

    /** What a page shows when its address names no range. */
    public static final TimeRange DEFAULT = DAY;

    private final String key;
    private final String label;
    private final Duration length;
    private final Duration step;

    TimeRange(String key, String label, Duration length, Duration step) {
        this.key = key;
        this.label = label;
        this.length = length;
        this.step = step;
    }

    /** As it stands in addresses: {@code 24h}. */
    public String key() {
        return key;
    }

    /** As people say it: {@code 24 hours}. */
    public String label() {
        return label;
    }

    public Duration length() {
        return length;
    }

    public Duration step() {
        return step;
    }

    /** The beginning of the range that ends now, on a boundary of its step. */
    public Instant from(Instant now) {
        return floor(now.minus(length));
    }

    /** The start of the step that this instant lies in. */
    public Instant floor(Instant instant) {
        long seconds = step.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(instant.getEpochSecond(), seconds) * seconds);
    }

    static Optional<TimeRange> ofKey(String key) {
        return Arrays.stream(values()).filter(r -> r.key.equals(key)).findFirst();
    }
}
