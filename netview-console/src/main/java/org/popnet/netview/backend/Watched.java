package org.popnet.netview.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something the probes watch, as a name server judges it.
 *
 * @param target {@code node:edge1.westusa} or {@code server:customer1/west/www.customer1.example}
 * @param state {@code UP}, {@code DOWN} or {@code UNKNOWN}
 */
public record Watched(
        String target,
        String state,
        @Nullable Double responseMs,
        @Nullable Long ageMs,
        @Nullable List<VantagePoint> vantagePoints) {

    public record VantagePoint(
            String probe,
            boolean up,
            @Nullable Double responseMs,
            @Nullable Long ageMs,
            @Nullable String reason) {}

    public List<VantagePoint> points() {
        return vantagePoints == null ? List.of() : vantagePoints;
    }

    /** Why a vantage point holds it to be down; null if none says so. */
    public @Nullable String reason() {
        return points().stream()
                .filter(p -> !p.up() && p.reason() != null)
                .map(VantagePoint::reason)
                .findFirst()
                .orElse(null);
    }
}
