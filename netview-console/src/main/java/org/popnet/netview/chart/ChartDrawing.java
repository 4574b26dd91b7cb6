package org.popnet.netview.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.page.Format;

/**
 * A panel of a chart in SVG terms, in a box of {@value #WIDTH} by {@value #HEIGHT}.
 *
 * @param strokes lines, each a path
 * @param bars rectangles
 * @param ticks horizontal grid lines with their labels
 */
public record ChartDrawing(List<Stroke> strokes, List<Bar> bars, List<Tick> ticks) {
    public static final int WIDTH = 760;
    public static final int HEIGHT = 150;
    private static final int LEFT = 64;
    private static final int TOP = 10;
    private static final int BOTTOM = 6;

    public record Stroke(String path, int color, boolean provisional) {}

    public record Bar(String x, String y, String width, String height, int color) {}

    public record Tick(String y, String textY, String label) {}

    static ChartDrawing of(Chart chart, Chart.Panel panel) {
        double max = niceMax(max(chart, panel));
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i <= 2; i++) {
            double value = max * i / 2;
            double y = y(value, max);
            ticks.add(new Tick(number(y), number(y + 4), Format.quantity(value, panel.unit()).toString()));
        }
        return chart.bars()
                ? new ChartDrawing(List.of(), bars(chart, panel, max), ticks)
                : new ChartDrawing(strokes(chart, panel, max), List.of(), ticks);
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

    /** The least of 1, 2, 4, 5, 8 times a power of ten that is not below the value, so that its half is round too. */
    static double niceMax(double max) {
        if (max <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(max)));
        for (double factor : new double[] {1, 2, 4, 5, 8}) {
            if (max <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static List<Stroke> strokes(Chart chart, Chart.Panel panel, double max) {
        List<Stroke> strokes = new ArrayList<>();
        for (Chart.Line line : panel.lines()) {
            strokes.add(new Stroke(path(chart, line, max, false), line.color(), false));
            strokes.add(new Stroke(path(chart, line, max, true), line.color(), true));
        }
        return strokes;
    }

    /** The settled or the provisional part; the latter begins where the former ends. */
    private static String path(Chart chart, Chart.Line line, double max, boolean provisional) {
        List<Chart.Row> rows = chart.rows();
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < rows.size(); i++) {
            boolean mine = rows.get(i).provisional() == provisional
                    || (provisional && i + 1 < rows.size() && rows.get(i + 1).provisional());
            Double value = rows.get(i).values().get(line.column());
            if (!mine || value == null) {
                drawing = false;
                continue;
            }
            path.append(drawing ? 'L' : 'M')
                    .append(number(x(i, rows.size())))
                    .append(' ')
                    .append(number(y(value, max)));
            drawing = true;
        }
        return path.toString();
    }

    private static List<Bar> bars(Chart chart, Chart.Panel panel, double max) {
        List<Bar> bars = new ArrayList<>();
        double slot = (double) (WIDTH - LEFT) / Math.max(1, chart.rows().size());
        for (int i = 0; i < chart.rows().size(); i++) {
            double below = 0;
            for (Chart.Line line : panel.lines()) {
                Double value = chart.rows().get(i).values().get(line.column());
                if (value != null && value > 0) {
                    double top = y(below + value, max);
                    bars.add(new Bar(
                            number(LEFT + i * slot + slot * 0.1),
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

    private static double x(int index, int count) {
        return LEFT + (double) (WIDTH - LEFT) * index / Math.max(1, count - 1);
    }

    private static double y(double value, double max) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / max);
    }

    /** A small line without axes, in a box of 100 by 24; gaps stay gaps. */
    public static String sparkline(List<@Nullable Double> values) {
        double max = values.stream().filter(v -> v != null).mapToDouble(v -> v).max().orElse(0);
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < values.size(); i++) {
            Double value = values.get(i);
            if (value == null) {
                drawing = false;
                continue;
            }
            double y = max == 0 ? 23 : 23 - 22 * value / max;
            path.append(drawing ? 'L' : 'M')
                    .append(number(100.0 * i / Math.max(1, values.size() - 1)))
                    .append(' ')
                    .append(number(y));
            drawing = true;
        }
        return path.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
