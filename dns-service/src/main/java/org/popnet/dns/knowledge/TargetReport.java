package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.TargetId;

/**
 * What is known of a target, for operators.
 *
 * @param state UP, DOWN or UNKNOWN
 * @param responseMs as the nearest vantage point sees it; null if unknown
 * @param ageMs since the newest result; null if there is none
 */
public record TargetReport(
        String target,
        String state,
        @Nullable Double responseMs,
        @Nullable Long ageMs,
        List<VantagePointReport> vantagePoints) {
    /** One probe's opinion; {@code up} is null while it has none. */
    public record VantagePointReport(
            String probe,
            @Nullable Boolean up,
            @Nullable Double responseMs,
            long ageMs,
            @Nullable String reason) {}

    static TargetReport of(TargetId id, TargetHealth health, float responseMs, long nowMs) {
        List<VantagePointReport> points = new ArrayList<>();
        for (VantagePoint point : health.points()) {
            points.add(new VantagePointReport(
                    point.probe().toString(),
                    switch (point.opinion()) {
                        case UP -> true;
                        case DOWN -> false;
                        case UNDECIDED -> null;
                    },
                    Double.isNaN(point.responseMs()) ? null : rounded(point.responseMs()),
                    nowMs - point.measuredAtMs(),
                    point.reason()));
        }
        points.sort(Comparator.comparing(VantagePointReport::probe));
        return new TargetReport(
                id.text(),
                health.state().name(),
                responseMs == 0 ? null : rounded(responseMs),
                points.stream()
                        .map(VantagePointReport::ageMs)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                List.copyOf(points));
    }

    private static double rounded(double ms) {
        return Math.round(ms * 10) / 10.0;
    }
}
