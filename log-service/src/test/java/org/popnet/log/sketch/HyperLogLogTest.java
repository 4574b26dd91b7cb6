package org.popnet.log.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HyperLogLogTest {
    @Test
    void estimatesAreWithinThreeStandardErrorsInNinetyNineOfAHundred() {
        Random random = new Random(11);
        int outside = 0;
        int runs = 0;
        double sumOfErrors = 0;
        for (int distinct : new int[] {1, 10, 100, 1000, 5000, 12_000, 40_000}) {
            for (int run = 0; run < 15; run++) {
                HyperLogLog sketch = new HyperLogLog();
                String salt = Integer.toHexString(random.nextInt());
                for (int i = 0; i < distinct; i++) {
                    sketch.add(Hash64.of("198.51." + i / 256 + "." + i % 256 + salt));
                }
                double error = sketch.estimate() / (double) distinct - 1;
                sumOfErrors += error;
                runs++;
                outside += Math.abs(error) > 3 * HyperLogLog.STANDARD_ERROR ? 1 : 0;
            }
        }
        assertThat(outside).isLessThanOrEqualTo(runs / 100 + 1);
        assertThat(sumOfErrors / runs).as("bias").isBetween(-0.005, 0.005);
    }

    @Test
    void addressesThatDifferInOneDigitAreToldApart() {
        HyperLogLog sketch = new HyperLogLog();
        for (int i = 0; i < 200; i++) {
            sketch.add(Hash64.of("2001:db8::" + Integer.toHexString(i)));
            sketch.add(Hash64.of("2001:db8::" + Integer.toHexString(i)));
        }
        assertThat(sketch.estimate()).isBetween(195L, 205L);
        assertThat(new HyperLogLog().estimate()).isZero();
    }

    @Test
    void mergingIsAssociativeCommutativeAndIdempotentAndEqualsTheWhole() {
        Random random = new Random(12);
        for (int run = 0; run < 50; run++) {
            HyperLogLog whole = new HyperLogLog();
            HyperLogLog[] part = {new HyperLogLog(), new HyperLogLog(), new HyperLogLog()};
            for (int i = random.nextInt(4000); i > 0; i--) {
                long hash = random.nextLong();
                whole.add(hash);
                part[random.nextInt(3)].add(hash);
            }
            HyperLogLog left = merged(merged(part[0], part[1]), part[2]);
            HyperLogLog right = merged(part[2], merged(part[1], part[0]));
            assertThat(left).isEqualTo(right).isEqualTo(whole);
            assertThat(merged(left, part[1])).isEqualTo(whole);
        }
    }

    @Test
    void bytesBringItBackAndOtherBytesAreRefused() {
        Random random = new Random(13);
        for (int distinct : new int[] {0, 1, 500, 2000, 100_000}) {
            HyperLogLog sketch = new HyperLogLog();
            for (int i = 0; i < distinct; i++) {
                sketch.add(random.nextLong());
            }
            byte[] bytes = sketch.toBytes();
            assertThat(bytes.length).isLessThanOrEqualTo(4097);
            assertThat(HyperLogLog.of(bytes)).isEqualTo(sketch);
        }
        assertThatThrownBy(() -> HyperLogLog.of(new byte[0])).hasMessageContaining("0 bytes");
        assertThatThrownBy(() -> HyperLogLog.of(new byte[] {1, 127, 0, 3})).hasMessageContaining("register 32512");
        assertThatThrownBy(() -> HyperLogLog.of(new byte[] {1, 0, 0, 99})).hasMessageContaining("value 99");
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            try {
                assertThat(HyperLogLog.of(noise).estimate()).isNotNegative();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("not a HyperLogLog sketch");
            }
        }
    }

    private static HyperLogLog merged(HyperLogLog one, HyperLogLog other) {
        HyperLogLog both = HyperLogLog.of(one.toBytes());
        both.merge(other);
        return both;
    }
}
