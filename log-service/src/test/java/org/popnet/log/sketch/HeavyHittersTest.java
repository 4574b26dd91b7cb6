package org.popnet.log.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeavyHittersTest {
    /** However the stream is cut and whatever is merged with what first, the bounds of the paper hold for every key. */
    @Test
    void everyKeyIsWithinTheErrorAfterAnyMerging() {
        Random random = new Random(21);
        for (int run = 0; run < 200; run++) {
            int capacity = 1 + random.nextInt(40);
            Map<String, long[]> exact = new HashMap<>();
            List<HeavyHitters> parts = new ArrayList<>();
            for (int part = 1 + random.nextInt(12); part > 0; part--) {
                HeavyHitters sketch = new HeavyHitters(capacity);
                for (int i = random.nextInt(400); i > 0; i--) {
                    String key = "/" + (int) Math.abs(random.nextGaussian() * 60);
                    long bytes = random.nextInt(1000);
                    sketch.add(key, 1, bytes);
                    long[] sums = exact.computeIfAbsent(key, k -> new long[2]);
                    sums[0]++;
                    sums[1] += bytes;
                }
                sketch.trim();
                parts.add(stored(capacity, sketch));
            }
            while (parts.size() > 1) {
                HeavyHitters one = parts.remove(random.nextInt(parts.size()));
                parts.get(random.nextInt(parts.size())).merge(one);
            }
            bounded(capacity, parts.getFirst(), exact);
        }
    }

    private static void bounded(int capacity, HeavyHitters sketch, Map<String, long[]> exact) {
        long total = exact.values().stream().mapToLong(c -> c[0]).sum();
        assertThat(sketch.total()).isEqualTo(total);
        assertThat(sketch.error()).isLessThanOrEqualTo(total / (capacity + 1));
        assertThat(sketch.counters().size()).isLessThanOrEqualTo(capacity);
        Map<String, HeavyHitters.Counter> found = new HashMap<>();
        sketch.counters().forEach(c -> found.put(c.key(), c));
        exact.forEach((key, sums) -> {
            HeavyHitters.Counter counter = found.getOrDefault(key, new HeavyHitters.Counter(key, 0, 0));
            assertThat(sums[0]).isBetween(counter.count(), counter.count() + sketch.error());
            assertThat(counter.bytes()).isLessThanOrEqualTo(sums[1]);
        });
    }

    @Test
    void fewKeysAreCountedExactlyTheLargestFirst() {
        HeavyHitters sketch = new HeavyHitters(3);
        HeavyHitters other = new HeavyHitters(3);
        for (String key : List.of("b", "a", "b", "c")) {
            sketch.add(key, 1, 10);
            other.add(key, 1, 1);
        }
        sketch.merge(other);
        assertThat(sketch.error()).isZero();
        assertThat(sketch.counters())
                .containsExactly(
                        new HeavyHitters.Counter("b", 4, 22),
                        new HeavyHitters.Counter("a", 2, 11),
                        new HeavyHitters.Counter("c", 2, 11));
    }

    private static HeavyHitters stored(int capacity, HeavyHitters sketch) {
        return new HeavyHitters(capacity, sketch.total(), sketch.error(), sketch.counters());
    }
}
