package org.popnet.local.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Metrics METRICS = Metrics.parse("""
            # HELP popnet_edge_requests_total requests
            # TYPE popnet_edge_requests_total counter
            popnet_edge_requests_total{outcome="hit",site="a \\"b\\" {c}"} 3.0
            popnet_edge_requests_total{outcome="miss",site="x"} 2.0
            popnet_up 1
            popnet_lag_seconds{quantile="0.99"} NaN
            popnet_most +Inf
            broken line here and there
            """);

    @Test
    void aMetricIsSummedOverItsLabels() {
        assertThat(METRICS.sum("popnet_edge_requests_total")).isEqualTo(5);
        assertThat(METRICS.sum("popnet_edge_requests_total", Map.of("outcome", "hit")))
                .isEqualTo(3);
        assertThat(METRICS.sum("popnet_up")).isEqualTo(1);
        assertThat(METRICS.sum("absent")).isZero();
    }

    @Test
    void labelsMayHoldQuotesAndBraces() {
        assertThat(METRICS.samples().getFirst().labels()).containsEntry("site", "a \"b\" {c}");
    }

    @Test
    void specialValuesAreNumbers() {
        assertThat(METRICS.sum("popnet_lag_seconds")).isNaN();
        assertThat(METRICS.sum("popnet_most")).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
