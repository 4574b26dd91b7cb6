package org.popnet.netview.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartDrawingTest {
    private static Chart chart(boolean bars, int provisional, Double... values) {
        List<Chart.Row> rows = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            rows.add(new Chart.Row(
                    Instant.ofEpochSecond(60L * i), i >= values.length - provisional, Arrays.asList(values[i])));
        }
        return new Chart(
                "c",
                "C",
                bars,
                List.of(new Chart.Panel("C", "req/s", List.of(new Chart.Line("C", 0, 1)))),
                rows,
                null,
                "/");
    }

    private static List<ChartDrawing.Stroke> strokes(Chart chart) {
        return chart.drawing(chart.panels().getFirst()).strokes();
    }

    @Test
    void gapBreaksTheLineAndALonePointIsADot() {
        assertThat(strokes(chart(false, 0, 1.0, 1.0, null, 2.0, null)))
                .extracting(ChartDrawing.Stroke::kind, ChartDrawing.Stroke::path)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                ChartDrawing.Kind.SETTLED, "M0.00 50.00L25.00 50.00M75.00 0.00"),
                        org.assertj.core.groups.Tuple.tuple(ChartDrawing.Kind.DOT, "M75.00 0.00h0"));
    }

    @Test
    void provisionalPartBeginsWhereTheSettledOneEnds() {
        assertThat(strokes(chart(false, 1, 1.0, 1.0, 2.0)))
                .extracting(ChartDrawing.Stroke::path)
                .containsExactly("M0.00 50.00L50.00 50.00", "M50.00 50.00L100.00 0.00");
    }

    @ParameterizedTest
    @CsvSource({"0,1", "0.3,0.3", "1,1", "1.01,1.5", "37,40", "41,50", "81,100", "9e9,1e10"})
    void scaleEndsAtARoundNumber(double max, double nice) {
        assertThat(ChartDrawing.niceMax(max)).isCloseTo(nice, org.assertj.core.data.Percentage.withPercentage(0.001));
    }

    @Test
    void sparklineOfNothingIsNothing() {
        assertThat(ChartDrawing.sparkline(List.of())).isEmpty();
        assertThat(ChartDrawing.sparkline(Arrays.asList(null, null, 3.0))).isEmpty();
    }
}
