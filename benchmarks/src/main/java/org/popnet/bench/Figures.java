package org.popnet.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them, and the middle of several. */
public final class Figures {
    private Figures() {}

    /** Three digits that matter. */
    public static String of(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == Math.rint(value)
                ? "%,.0f"
                : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
        return String.format(Locale.ROOT, format, value);
    }

    public static double median(List<Double> values) {
        return percentile(values.stream().mapToDouble(Double::doubleValue).toArray(), 50);
    }

    /**
     * The nearest-rank percentile.
     *
     * @return NaN if there are no values
     */
    public static double percentile(double[] values, double percent) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }
}
