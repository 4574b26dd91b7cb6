package org.popnet.log.traffic;

import java.time.Duration;

/** What figures are summed over; intervals begin at multiples of their length since the epoch, UTC. */
enum Interval {
    MINUTE(Duration.ofMinutes(1)),
    FIVE_MINUTES(Duration.ofMinutes(5)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1));

    private final long ms;

    Interval(Duration length) {
        this.ms = length.toMillis();
    }

    /** The beginning of the interval that a moment is in, milliseconds since the epoch. */
    long start(long timeMs) {
        return timeMs - Math.floorMod(timeMs, ms);
    }

    long seconds() {
        return ms / 1000;
    }
}
