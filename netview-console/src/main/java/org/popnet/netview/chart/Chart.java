package org.popnet.netview.chart;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.page.Format;

/**
 * A chart as its table of numbers, from which it is drawn: here as SVG, in browsers that run scripts as a canvas with a
 * cursor. One idea per chart; what has another unit gets another panel, never another axis.
 *
 * @param id unique on the page
 * @param bars stacked bars rather than lines
 * @param csv the address of the same numbers as CSV
 */
public record Chart(
        String id,
        String title,
        boolean bars,
        List<Panel> panels,
        List<Row> rows,
        @Nullable Instant dataUpTo,
        String csv) {
    public Chart {
        panels = List.copyOf(panels);
        rows = List.copyOf(rows);
    }

    /** One axis with everything that is measured in its unit. */
    public record Panel(String title, String unit, List<Line> lines) {}

    /**
     * One series.
     *
     * @param column the index of its value in each row
     * @param color index of its colour among the series colours, from 1
     */
    public record Line(String name, int column, int color) {}

    /**
     * What is known of one step.
     *
     * @param provisional not everything of it has arrived yet
     * @param values null where nothing is known: a gap
     */
    public record Row(Instant time, boolean provisional, List<@Nullable Double> values) {}

    /** Whether there is anything but gaps and zeros. */
    public boolean hasData() {
        return rows.stream().anyMatch(row -> row.values().stream().anyMatch(v -> v != null && v > 0));
    }

    /** The value for the table, with its unit's prefix. */
    public static String cell(@Nullable Double value, String unit) {
        return Format.quantity(value, unit).toString();
    }

    /** At most five times along the axis, evenly spread. */
    public List<Instant> times() {
        int last = rows.size() - 1;
        return last < 4
                ? rows.stream().map(Row::time).toList()
                : List.of(
                        rows.get(0).time(),
                        rows.get(last / 4).time(),
                        rows.get(last / 2).time(),
                        rows.get(last * 3 / 4).time(),
                        rows.get(last).time());
    }

    /** The value with the fewest digits that give it back, for scripts. */
    public static String raw(@Nullable Double value) {
        return value == null ? "" : String.valueOf(Math.round(value * 1000) / 1000.0);
    }

    /** The panel as it is drawn on the server. */
    public ChartDrawing drawing(Panel panel) {
        return ChartDrawing.of(this, panel);
    }

    /** The latest value of a line, for its legend. */
    public String latest(Line line, String unit) {
        for (Row row : rows.reversed()) {
            Double value = row.values().get(line.column());
            if (value != null) {
                return cell(value, unit);
            }
        }
        return Format.UNKNOWN;
    }
}
