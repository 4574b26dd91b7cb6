package org.popnet.netview.chart;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Traffic;
import org.popnet.netview.page.Viewing;

/** Makes charts of a log server's series. */
public final class TrafficCharts {
    /** A step of which less than this share has passed is not shown: its rate would be noise. */
    private static final double SHARE_MIN = 0.1;

    private TrafficCharts() {}

    /** Requests and bandwidth, one panel each. */
    public static Chart requestsAndBandwidth(Viewing viewing, Traffic.Series series) {
        return new Chart(
                "rates",
                "Requests and bandwidth",
                false,
                List.of(
                        new Chart.Panel("Requests", "req/s", List.of(new Chart.Line("Requests", 0, 1))),
                        new Chart.Panel("Bandwidth", "bit/s", List.of(new Chart.Line("Bandwidth", 1, 2)))),
                rows(viewing, series, Traffic.Point::requests, point -> point.bytesOut() * 8.0),
                series.dataUpTo(),
                viewing.link("/traffic/export/series"));
    }

    /** The share of bytes that came from caches. */
    public static Chart hitRatio(Viewing viewing, Traffic.Series series) {
        List<Chart.Row> rows = rows(viewing, series, p -> p.bytesOut(), p -> p.hitBytes()).stream()
                .map(row -> {
                    Double all = row.values().get(0);
                    Double hits = row.values().get(1);
                    Double ratio = all == null || hits == null || all == 0 ? null : hits / all * 100;
                    return new Chart.Row(row.time(), row.provisional(), Arrays.asList(ratio));
                })
                .toList();
        return new Chart(
                "hits",
                "Hit ratio by bytes",
                false,
                List.of(new Chart.Panel("Hit ratio by bytes", "%", List.of(new Chart.Line("Hit ratio", 0, 3)))),
                rows,
                series.dataUpTo(),
                viewing.link("/traffic/export/series"));
    }

    /** Requests by status class, stacked. */
    public static Chart statusClasses(Viewing viewing, Traffic.Series series) {
        return new Chart(
                "status",
                "Status classes",
                true,
                List.of(new Chart.Panel(
                        "Requests by status",
                        "req/s",
                        List.of(
                                new Chart.Line("2xx", 0, 1),
                                new Chart.Line("3xx", 1, 4),
                                new Chart.Line("4xx", 2, 2),
                                new Chart.Line("5xx", 3, 5)))),
                rows(
                        viewing,
                        series,
                        Traffic.Point::status2xx,
                        Traffic.Point::status3xx,
                        Traffic.Point::status4xx,
                        Traffic.Point::status5xx),
                series.dataUpTo(),
                viewing.link("/traffic/export/series"));
    }

    /** How long until the first byte of a response: of half the requests at most, and of nineteen in twenty. */
    public static Chart firstByte(Viewing viewing, Traffic.Series series) {
        Map<Instant, Traffic.Point> byTime = byTime(series);
        List<Chart.Row> rows = new ArrayList<>();
        for (Instant time = viewing.from();
                time.isBefore(viewing.now());
                time = time.plus(viewing.range().step())) {
            Traffic.Point point = byTime.get(time);
            Traffic.Percentiles ms = point == null ? null : point.firstByteMs();
            boolean whole = series.dataUpTo() != null
                    && !time.plus(viewing.range().step()).isAfter(series.dataUpTo());
            rows.add(new Chart.Row(
                    time, !whole, Arrays.asList(ms == null ? null : ms.p50(), ms == null ? null : ms.p95())));
        }
        return new Chart(
                "first-byte",
                "Time to first byte",
                false,
                List.of(new Chart.Panel(
                        "Time to first byte",
                        "ms",
                        List.of(new Chart.Line("half of the requests", 0, 1), new Chart.Line("95 %", 1, 2)))),
                rows,
                series.dataUpTo(),
                viewing.link("/traffic/export/series"));
    }

    private static Map<Instant, Traffic.Point> byTime(Traffic.Series series) {
        Map<Instant, Traffic.Point> byTime = new HashMap<>();
        series.points().forEach(point -> byTime.put(point.time(), point));
        return byTime;
    }

    /** Per second, a row for each step of the range, gaps included. */
    @SafeVarargs
    private static List<Chart.Row> rows(
            Viewing viewing, Traffic.Series series, ToDoubleFunction<Traffic.Point>... measures) {
        Map<Instant, Traffic.Point> byTime = byTime(series);
        Duration step = viewing.range().step();
        Instant upTo = series.dataUpTo() == null ? viewing.now() : series.dataUpTo();
        // A log server leaves out steps without requests. Between the first request and the time up to which
        // everything has arrived such a step is a true zero; before and after, nothing is known.
        Instant first = series.points().stream()
                .map(Traffic.Point::time)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        List<Chart.Row> rows = new ArrayList<>();
        for (Instant time = viewing.from(); time.isBefore(viewing.now()); time = time.plus(step)) {
            boolean whole = series.dataUpTo() != null && !time.plus(step).isAfter(series.dataUpTo());
            Traffic.Point point = byTime.get(time);
            if (point == null && whole && time.isAfter(first)) {
                point = new Traffic.Point(time, 0, 0, 0, 0, 0, 0, 0, 0, null);
            }
            rows.add(row(time, step, upTo, point, measures));
        }
        return rows;
    }

    @SafeVarargs
    private static Chart.Row row(
            Instant time,
            Duration step,
            Instant upTo,
            Traffic.@Nullable Point point,
            ToDoubleFunction<Traffic.Point>... measures) {
        double known = Math.min(1, (double) Duration.between(time, upTo).toMillis() / Math.max(1, step.toMillis()));
        List<@Nullable Double> values = new ArrayList<>();
        for (ToDoubleFunction<Traffic.Point> measure : measures) {
            values.add(
                    point == null || known < SHARE_MIN
                            ? null
                            : measure.applyAsDouble(point) / (known * step.toSeconds()));
        }
        return new Chart.Row(time, known < 1, values);
    }
}
