package org.popnet.netview.overview;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Traffic;
import org.popnet.netview.chart.ChartDrawing;
import org.popnet.netview.page.Figure;
import org.popnet.netview.page.Format;

/** The four figures at the top of the overview. */
final class Figures {
    private Figures() {}

    static List<Figure> of(
            Traffic.@Nullable Current current,
            Traffic.@Nullable Summary today,
            Traffic.@Nullable Summary yesterday,
            Traffic.@Nullable Series series) {
        return List.of(
                now(
                        "Requests now",
                        "req/s",
                        current,
                        current == null ? null : current.requestsPerSecond(),
                        s -> s.requests()),
                now(
                        "Bandwidth now",
                        "bit/s",
                        current,
                        current == null ? null : current.bitsPerSecond(),
                        s -> s.bytesOut() * 8.0),
                hitRatio(today, yesterday, series),
                firstByte(today, yesterday));
    }

    private static Figure now(
            String title,
            String unit,
            Traffic.@Nullable Current current,
            @Nullable Double value,
            ToDoubleFunction<Traffic.Second> measure) {
        if (current == null || current.seconds() == null || current.seconds().isEmpty()) {
            return new Figure(title, Format.quantity(value, unit), null, 0, "", null, "last minute");
        }
        List<Traffic.Second> seconds = current.seconds();
        int half = seconds.size() / 2;
        Double before = mean(seconds.subList(0, half), measure);
        Double after = mean(seconds.subList(half, seconds.size()), measure);
        return new Figure(
                title,
                Format.quantity(value, unit),
                change(Figure.relative(after, before), "half a minute before"),
                Figure.trend(after, before),
                ChartDrawing.sparkline(seconds.stream()
                        .<@Nullable Double>map(measure::applyAsDouble)
                        .toList()),
                current.dataUpTo() == null ? seconds.getLast().time() : current.dataUpTo(),
                "last minute");
    }

    private static Figure hitRatio(
            Traffic.@Nullable Summary today, Traffic.@Nullable Summary yesterday, Traffic.@Nullable Series series) {
        Double value = today == null ? null : today.hitRatioByBytes();
        Double before = yesterday == null ? null : yesterday.hitRatioByBytes();
        String change = Figure.points(value, before);
        @Nullable Double[] line = series == null
                ? new Double[0]
                : series.points().stream()
                        .map(p -> p.bytesOut() == 0 ? null : (Double) ((double) p.hitBytes() / p.bytesOut()))
                        .toArray(Double[]::new);
        return new Figure(
                "Hit ratio by bytes",
                Format.percentage(value),
                change(change, "the day before"),
                value == null || before == null || Math.abs(value - before) < 0.0005 ? 0 : value > before ? 1 : -1,
                ChartDrawing.sparkline(Arrays.asList(line)),
                today == null ? null : today.dataUpTo(),
                "last 24 hours");
    }

    private static Figure firstByte(Traffic.@Nullable Summary today, Traffic.@Nullable Summary yesterday) {
        Double value = today == null ? null : today.firstByteP95Ms();
        Double before = yesterday == null ? null : yesterday.firstByteP95Ms();
        return new Figure(
                "Time to first byte, p95",
                Format.millis(value),
                change(Figure.relative(value, before), "the day before"),
                Figure.trend(value, before),
                "",
                today == null ? null : today.dataUpTo(),
                "last 24 hours");
    }

    private static @Nullable String change(@Nullable String much, String than) {
        return much == null ? null : much + " than " + than;
    }

    private static @Nullable Double mean(List<Traffic.Second> seconds, ToDoubleFunction<Traffic.Second> measure) {
        return seconds.isEmpty()
                ? null
                : seconds.stream().mapToDouble(measure).average().orElse(0);
    }
}
