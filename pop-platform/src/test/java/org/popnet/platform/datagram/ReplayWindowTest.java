package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    /** Compares the ring with a set that remembers everything. */
    @Test
    void acceptsEachNumberOnceAndNothingTooOld() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            ReplayWindow window = new ReplayWindow();
            Set<Long> seen = new HashSet<>();
            long newest = 0;
            long next = 1;
            for (int i = 0; i < 20_000; i++) {
                long sequence =
                        switch (random.nextInt(10)) {
                            case 0 -> Math.max(1, next - random.nextInt(10_000));
                            case 1 -> Math.max(1, next - random.nextInt(64));
                            case 2 -> next += random.nextInt(200);
                            default -> next++;
                        };
                if (random.nextInt(5000) == 0) {
                    next += random.nextInt(50_000);
                }
                boolean expected =
                        sequence > newest || newest - sequence < ReplayWindow.SIZE && !seen.contains(sequence);
                assertThat(window.isNew(sequence))
                        .as("seed %d, step %d, %d of %d", seed, i, sequence, newest)
                        .isEqualTo(expected);
                if (expected) {
                    window.mark(sequence);
                    seen.add(sequence);
                    newest = Math.max(newest, sequence);
                }
            }
        }
    }

    @Test
    void numbersStartAtOneAndMayBeHuge() {
        ReplayWindow window = new ReplayWindow();

        assertThat(window.isNew(0)).isFalse();
        assertThat(window.isNew(-1)).isFalse();
        assertThat(window.isNew(Long.MAX_VALUE)).isTrue();
        window.mark(Long.MAX_VALUE);
        assertThat(window.isNew(Long.MAX_VALUE)).isFalse();
        assertThat(window.isNew(1)).isFalse();
        window.reset();
        assertThat(window.isNew(1)).isTrue();
    }
}
