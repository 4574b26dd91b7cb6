package org.popnet.dns.steering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashTest {
    @Test
    void aUnitIsNeverItsOwnBounds() {
        for (long hash : new long[] {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1L << 11, -1L << 12}) {
            assertThat(Hash.unit(hash)).isGreaterThan(0).isLessThan(1);
        }
    }
}
