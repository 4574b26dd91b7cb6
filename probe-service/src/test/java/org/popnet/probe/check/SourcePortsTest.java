package org.popnet.probe.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourcePortsTest {
    @Test
    void everyPortOfTheRangeHasItsTurn() {
        SourcePorts ports = new SourcePorts(50_000, 50_009, 7);
        assertThat(IntStream.range(0, 10).map(i -> ports.next()).sorted().toArray())
                .isEqualTo(IntStream.rangeClosed(50_000, 50_009).toArray());
    }

    @Test
    void theCounterMayOverflow() {
        SourcePorts ports = new SourcePorts(50_000, 50_009, Integer.MAX_VALUE - 3);
        assertThat(IntStream.range(0, 100).map(i -> ports.next())).allMatch(port -> port >= 50_000 && port <= 50_009);
    }

    @Test
    void thisMachinesPortsAreNoneThatServersUse() {
        SourcePorts ports = SourcePorts.ofThisMachine();
        assertThat(IntStream.range(0, 1000).map(i -> ports.next())).allMatch(port -> port >= 1024 && port <= 65_535);
    }
}
