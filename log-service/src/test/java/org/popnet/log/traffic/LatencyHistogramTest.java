package org.popnet.log.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    @Test
    void bucketsGrowWithTheDurationAndHoldIt() {
        int before = 0;
        for (long micros = 0; micros < 20_000_000_000L; micros += 1 + micros / 50) {
            int bucket = LatencyHistogram.bucket(micros);
            assertThat(bucket).isBetween(before, before + 1).isLessThan(LatencyHistogram.BUCKETS);
            before = bucket;
        }
        assertThat(before).isEqualTo(LatencyHistogram.BUCKETS - 1);
        assertThat(LatencyHistogram.bucket(Long.MAX_VALUE)).isEqualTo(LatencyHistogram.BUCKETS - 1);
    }

    @Test
    void quantilesAreWithinTheStatedError() {
        Random random = new Random(8);
        long[] micros = random.longs(50_000, 0, 1)
                .map(i -> (long) Math.exp(5 + 12 * random.nextDouble()))
                .sorted()
                .toArray();
        long[] counts = new long[LatencyHistogram.BUCKETS];
        Arrays.stream(micros).forEach(m -> counts[LatencyHistogram.bucket(m)]++);
        for (double share : new double[] {0.1, 0.5, 0.95, 0.99}) {
            double exact = micros[(int) (micros.length * share)] / 1000.0;
            assertThat(LatencyHistogram.quantileMs(counts, share)).isCloseTo(exact, Percentage.withPercentage(12.5));
        }
        assertThat(LatencyHistogram.quantileMs(new long[LatencyHistogram.BUCKETS], 0.5))
                .isNaN();
    }
}
