package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.TargetId;

/**
 * What is known of a target, for operators.
 *
 * @param state UP, DOWN or UNKNOWN
 * @param stateForMs since the verdict; null while there is none
 * @param responseMs as the nearest vantage point sees it; null if unknown
 * @param ageMs since the newest result; null if there is none
 * @param load what the machine said last of the share of its capacity in use; null if it has not told lately
 * @param turnsAway the share of the clients that it turns away because it is overloaded
 * @param loadAgeMs since it said so
 */
public record TargetReport(
        String target,
        String state,
        @Nullable Long stateForMs,
        @Nullable Double responseMs,
        @Nullable Long ageMs,
        @Nullable Double load,
        @Nullable Double turnsAway,
        @Nullable Long loadAgeMs,
        List<VantagePointReport> vantagePoints) {
    /** One probe's opinion; {@code up} is null while it has none. */
    public record VantagePointReport(
            String probe,
            @Nullable Boolean up,
            @Nullable Double responseMs,
            long ageMs,
            @Nullable String reason) {}

    /** @param zone of the tree that the target is in */
    static TargetReport of(TargetId id, TargetHealth health, ZoneSnapshot zone, LoadTable loads, long nowMs) {
        int pop = zone.targets().get(zone.indexOf(id)).pop();
        float responseMs = health.responseMs(pop, zone.topology(), nowMs);
        LoadTable.Told load = loads.told(id.machine(), nowMs);
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
                health.state() == TargetHealth.State.UNKNOWN ? null : nowMs - health.sinceMs(),
                responseMs == 0 ? null : rounded(responseMs),
                points.stream()
                        .map(VantagePointReport::ageMs)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                load == null ? null : Math.round(load.share() * 1000) / 1000.0,
                load == null ? null : Math.round(load.shed() * 1000) / 1000.0,
                load == null ? null : load.ageMs(),
                List.copyOf(points));
    }

    private static double rounded(double ms) {
        return Math.round(ms * 10) / 10.0;
    }
}
