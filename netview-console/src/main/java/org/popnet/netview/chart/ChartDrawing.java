package org.popnet.netview.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.page.Format;

/**
 * A panel of a chart in SVG terms, in a box of 100 by 100 that is stretched to the panel's size.
 *
 * @param strokes lines, each a path
 * @param bars rectangles
 * @param labels of the horizontal lines at the top, in the middle and at the bottom
 */
public record ChartDrawing(List<Stroke> strokes, List<Bar> bars, List<String> labels) {
    private static final int SIZE = 100;

    /** How a stroke is drawn. */
    public enum Kind {
        /** everything has arrived */
        SETTLED,
        /** more may arrive */
        PROVISIONAL,
        /** a point that no line reaches, because it stands between gaps */
        DOT;

        /** The name of its style. */
        public String style() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public record Stroke(String path, int color, Kind kind) {}

    public record Bar(String x, String y, String width, String height, int color) {}

    static ChartDrawing of(Chart chart, Chart.Panel panel) {
        double max = niceMax(max(chart, panel));
        List<String> labels = new ArrayList<>();
        for (double share : new double[] {1, 0.5, 0}) {
            labels.add(Format.quantity(max * share, panel.unit()).toString());
        }
        return chart.bars()
                ? new ChartDrawing(List.of(), bars(chart, panel, max), labels)
                : new ChartDrawing(strokes(chart, panel, max), List.of(), labels);
    }

    private static double max(Chart chart, Chart.Panel panel) {
        double max = 0;
        for (Chart.Row row : chart.rows()) {
            double sum = 0;
            for (Chart.Line line : panel.lines()) {
                Double value = row.values().get(line.column());
                double known = value == null ? 0 : value;
                sum = chart.bars() ? sum + known : Math.max(sum, known);
            }
            max = Math.max(max, sum);
        }
        return max;
    }

    /** The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below the value, so that its half is round too. */
    static double niceMax(double max) {
        if (max <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(max)));
        for (double factor : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
            if (max <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static List<Stroke> strokes(Chart chart, Chart.Panel panel, double max) {
        List<Stroke> strokes = new ArrayList<>();
        for (Chart.Line line : panel.lines()) {
            List<@Nullable Double> values = new ArrayList<>();
            chart.rows().forEach(row -> values.add(row.values().get(line.column())));
            int settled = (int)
                    chart.rows().stream().filter(row -> !row.provisional()).count();
            strokes.add(new Stroke(path(values, 0, settled, max), line.color(), Kind.SETTLED));
            strokes.add(new Stroke(
                    path(values, Math.max(0, settled - 1), values.size(), max), line.color(), Kind.PROVISIONAL));
            strokes.add(new Stroke(dots(values, max), line.color(), Kind.DOT));
        }
        return strokes.stream().filter(stroke -> !stroke.path().isEmpty()).toList();
    }

    private static String path(List<@Nullable Double> values, int from, int to, double max) {
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = from; i < to; i++) {
            Double value = values.get(i);
            if (value == null) {
                drawing = false;
                continue;
            }
            path.append(drawing ? 'L' : 'M').append(point(i, values.size(), value, max));
            drawing = true;
        }
        return path.toString();
    }

    private static String dots(List<@Nullable Double> values, double max) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            Double value = values.get(i);
            boolean alone =
                    (i == 0 || values.get(i - 1) == null) && (i == values.size() - 1 || values.get(i + 1) == null);
            if (value != null && alone) {
                path.append('M').append(point(i, values.size(), value, max)).append("h0");
            }
        }
        return path.toString();
    }

    private static List<Bar> bars(Chart chart, Chart.Panel panel, double max) {
        List<Bar> bars = new ArrayList<>();
        double slot = (double) SIZE / Math.max(1, chart.rows().size());
        for (int i = 0; i < chart.rows().size(); i++) {
            double below = 0;
            for (Chart.Line line : panel.lines()) {
                Double value = chart.rows().get(i).values().get(line.column());
                if (value != null && value > 0) {
                    double top = y(below + value, max);
                    bars.add(new Bar(
                            number(i * slot + slot * 0.1),
                            number(top),
                            number(slot * 0.8),
                            number(y(below, max) - top),
                            line.color()));
                    below += value;
                }
            }
        }
        return bars;
    }

    private static String point(int index, int count, double value, double max) {
        return number((double) SIZE * index / Math.max(1, count - 1)) + " " + number(y(value, max));
    }

    private static double y(double value, double max) {
        return SIZE * (1 - value / max);
    }

    /**
     * A small line without axes, from its least value to its greatest, in a box of 100 by 24; gaps stay gaps. Empty if
     * there is nothing to draw.
     */
    public static String sparkline(List<? extends @Nullable Double> values) {
        double max = values.stream()
                .filter(Objects::nonNull)
                .mapToDouble(v -> Objects.requireNonNull(v))
                .max()
                .orElse(0);
        double min = values.stream()
                .filter(Objects::nonNull)
                .mapToDouble(v -> Objects.requireNonNull(v))
                .min()
                .orElse(0);
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < values.size(); i++) {
            Double value = values.get(i);
            if (value == null) {
                drawing = false;
                continue;
            }
            double y = max == min ? 22 : 22 - 20 * (value - min) / (max - min);
            path.append(drawing ? 'L' : 'M')
                    .append(number(100.0 * i / Math.max(1, values.size() - 1)))
                    .append(' ')
                    .append(number(y));
            drawing = true;
        }
        return path.indexOf("L") < 0 ? "" : path.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
