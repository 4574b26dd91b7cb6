package org.popnet.dns;

import java.time.Duration;

/**
 * Checks settings against what they may be; the message names the setting, what came, and what is allowed.
 *
 * @param prefix of the settings' names, with its last dot
 */
public record SettingBounds(String prefix) {
    /** Units that settings are written in, longest first, and how many nanoseconds each has. */
    private static final String[] UNITS = {"d", "h", "m", "s", "ms", "us"};

    private static final long[] UNIT_NANOS = {
        86_400_000_000_000L, 3_600_000_000_000L, 60_000_000_000L, 1_000_000_000, 1_000_000, 1000
    };

    /** @throws IllegalArgumentException if the value is less than the least or more than the most */
    public void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw refused(name, value, least, most);
        }
    }

    /** @throws IllegalArgumentException if the value is shorter than the least or longer than the most */
    public void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw refused(name, text(value), text(least), text(most));
        }
    }

    /** As settings are written: {@code 10m}, {@code 1500ms}, {@code 10us}; centuries as Java writes them. */
    private static String text(Duration value) {
        if (value.isZero()) {
            return "0s";
        }
        long nanos;
        try {
            nanos = value.toNanos();
        } catch (ArithmeticException e) {
            return value.toString();
        }
        for (int i = 0; i < UNITS.length; i++) {
            if (nanos % UNIT_NANOS[i] == 0) {
                return nanos / UNIT_NANOS[i] + UNITS[i];
            }
        }
        return nanos + "ns";
    }

    private IllegalArgumentException refused(String name, Object value, Object least, Object most) {
        return new IllegalArgumentException(prefix + name + " is " + value + ": must be " + least + " to " + most);
    }
}
