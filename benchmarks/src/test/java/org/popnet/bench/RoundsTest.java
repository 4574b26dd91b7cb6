package org.popnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void contendersTakeTurnsAndTheMedianIsUntouchedByOneBadRound() throws Exception {
        List<String> order = new ArrayList<>();
        List<Double> noisy = new ArrayList<>(List.of(5.0, 900.0, 6.0));
        Rounds<Double> rounds = new Rounds<Double>(order::add)
                .contender("ours", noisy::removeFirst)
                .contender("peer", () -> 7.0)
                .play(3);
        assertThat(order)
                .containsExactly(
                        "round 1 of 3: ours",
                        "round 1 of 3: peer",
                        "round 2 of 3: ours",
                        "round 2 of 3: peer",
                        "round 3 of 3: ours",
                        "round 3 of 3: peer");
        assertThat(rounds.median("ours", d -> d)).isEqualTo(6.0);
        assertThat(rounds.least(rounds.contenders(), d -> d)).isEqualTo("ours");
    }

    @Test
    void percentilesAreOfTheNearestRank() {
        double[] values = {4, 1, 3, 2};
        assertThat(Figures.percentile(values, 50)).isEqualTo(2);
        assertThat(Figures.percentile(values, 99)).isEqualTo(4);
        assertThat(Figures.percentile(values, 0)).isEqualTo(1);
        assertThat(Figures.percentile(new double[0], 50)).isNaN();
    }
}
