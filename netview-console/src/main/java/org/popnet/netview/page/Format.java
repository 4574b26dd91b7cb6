package org.popnet.netview.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Numbers and times as people read them: three significant digits with SI prefixes (never binary ones), times in the
 * viewer's zone with the zone written. What is unknown is a dash, never a zero.
 */
public final class Format {
    /** Stands for a value that is not known. */
    public static final String UNKNOWN = "–";

    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};
    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss zzz", Locale.UK);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss zzz", Locale.UK);
    private static final DateTimeFormatter DAY_AND_CLOCK = DateTimeFormatter.ofPattern("d MMM HH:mm zzz", Locale.UK);
    private static final DateTimeFormatter ROW = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.UK);

    private final ZoneId zone;
    private final Instant now;

    public Format(ZoneId zone, Instant now) {
        this.zone = zone;
        this.now = now;
    }

    /** A number and its unit, which are set in different sizes. */
    public record Quantity(String number, String unit) {
        static final Quantity NONE = new Quantity(UNKNOWN, "");

        @Override
        public String toString() {
            return unit.isEmpty() ? number : number + "\u00a0" + unit;
        }
    }

    /** {@code 12.4 Mbit/s}; a null value is a dash. */
    public static Quantity quantity(@Nullable Double value, String unit) {
        if (value == null || value.isNaN()) {
            return Quantity.NONE;
        }
        double scaled = value;
        int prefix = 0;
        while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) {
            scaled /= 1000;
            prefix++;
        }
        return new Quantity(digits(scaled, prefix == 0 && scaled == Math.rint(scaled)), PREFIXES[prefix] + unit);
    }

    /** {@code 1,234,567}. */
    public static String count(@Nullable Long value) {
        return value == null ? UNKNOWN : String.format(Locale.ROOT, "%,d", value);
    }

    /** {@code 4.21 GB}. */
    public static String bytes(@Nullable Long value) {
        return quantity(value == null ? null : value.doubleValue(), "B").toString();
    }

    /** A share of 0 to 1 as {@code 93.1 %}. */
    public static String percent(@Nullable Double share) {
        return percentage(share).toString();
    }

    public static Quantity percentage(@Nullable Double share) {
        if (share == null || share.isNaN()) {
            return Quantity.NONE;
        }
        double value = share * 100;
        // 99.96 % of requests is not all of them
        String number = value > 99.9 && value < 100 ? "99.9" : digits(value, value == 100 || value == 0);
        return new Quantity(number, "%");
    }

    /** {@code 451 ms}: what is counted in whole milliseconds. */
    public static Quantity wholeMillis(@Nullable Long value) {
        return value == null || value >= 10_000
                ? millis(value == null ? null : value.doubleValue())
                : new Quantity(count(value), "ms");
    }

    /** {@code 8.40 ms}, {@code 12.0 s}: as many digits for a round value as for its neighbours in a column. */
    public static Quantity millis(@Nullable Double value) {
        if (value == null || value.isNaN()) {
            return Quantity.NONE;
        }
        return value >= 10_000
                ? new Quantity(digits(value / 1000, false), "s")
                : new Quantity(digits(value, value == 0), "ms");
    }

    private static String digits(double value, boolean whole) {
        double size = Math.abs(value);
        String pattern = whole || size >= 99.95 ? "%,.0f" : size >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, pattern, value);
    }

    /** {@code 23 Nov 2026, 00:15:02 UTC}. */
    public String exact(@Nullable Instant instant) {
        return instant == null ? UNKNOWN : EXACT.format(at(instant));
    }

    /** {@code 00:15:02 UTC} within the last day, else {@code 22 Nov 14:30 UTC}. */
    public String clock(@Nullable Instant instant) {
        if (instant == null) {
            return UNKNOWN;
        }
        boolean lately = Duration.between(instant, now).abs().compareTo(Duration.ofHours(20)) < 0;
        return (lately ? CLOCK : DAY_AND_CLOCK).format(at(instant));
    }

    /** {@code 23 Nov 00:15}, without the zone, which the table's head names. */
    public String row(Instant instant) {
        return ROW.format(at(instant));
    }

    /** The viewer's zone at present: {@code CET}. */
    public String zone() {
        return DateTimeFormatter.ofPattern("zzz", Locale.UK).format(at(now));
    }

    public String zoneId() {
        return zone.getId().equals("Z") ? "UTC" : zone.getId();
    }

    /** {@code 2 min ago}. */
    public String ago(@Nullable Instant instant) {
        return instant == null ? UNKNOWN : elapsed(Duration.between(instant, now));
    }

    /** How long ago, in the largest unit that fits. */
    public static String elapsed(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 5) {
            return "just now";
        }
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        if (seconds < 48 * 3600) {
            return seconds / 3600 + " h ago";
        }
        return seconds / 86_400 + " days ago";
    }

    private ZonedDateTime at(Instant instant) {
        return instant.atZone(zone.getId().equals("Z") ? ZoneId.of("UTC") : zone);
    }
}
