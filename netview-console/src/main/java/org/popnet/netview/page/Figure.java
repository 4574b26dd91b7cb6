package org.popnet.netview.page;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A big number.
 *
 * @param change against the time before, in words; null if not known
 * @param trend -1 down, 0 level, 1 up
 * @param spark the path of its sparkline; empty for none
 * @param dataUpTo until when everything that belongs to it has arrived; null if not known
 */
public record Figure(
        String title,
        Format.Quantity value,
        @Nullable String change,
        int trend,
        String spark,
        @Nullable Instant dataUpTo,
        String help) {

    /** By how much a value differs from an earlier one, in per cent: {@code 12 %}; null where that says nothing. */
    public static @Nullable String relative(@Nullable Double value, @Nullable Double before) {
        if (value == null || before == null || before == 0 || value.isNaN() || before.isNaN()) {
            return null;
        }
        double change = (value - before) / before * 100;
        return Math.abs(change) >= 1000
                ? "over ten times"
                : String.format(Locale.ROOT, "%.0f\u00a0%%", Math.abs(change));
    }

    /** By how much a share differs from an earlier one: {@code 1.2 points}; null where that says nothing. */
    public static @Nullable String points(@Nullable Double share, @Nullable Double before) {
        return share == null || before == null
                ? null
                : String.format(Locale.ROOT, "%.1f\u00a0points", Math.abs(share - before) * 100);
    }

    /** The direction of a change; less than half a per cent is none. */
    public static int trend(@Nullable Double value, @Nullable Double before) {
        if (value == null || before == null || before == 0 || Math.abs(value - before) < Math.abs(before) * 0.005) {
            return 0;
        }
        return value > before ? 1 : -1;
    }
}
