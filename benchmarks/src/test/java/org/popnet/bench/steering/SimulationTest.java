package org.popnet.bench.steering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTest {
    /** All else is the default. */
    private static final String RULE = "{ttl: 20s}";

    @Test
    void steeringIsNearTheOracleSpreadsLoadAndSeldomMovesAClient() {
        Simulation.Outcome outcome = new Simulation(20, 2000, RULE, 1).play(10);
        assertThat(outcome.overOracle()).isBetween(-0.10, 0.10);
        assertThat(outcome.busiestShare()).isLessThanOrEqualTo(1.25);
        assertThat(outcome.changesPer10Minutes()).isLessThan(1);
        // A twentieth of the POPs fails for a quarter of the time; clients leave with the next answer.
        assertThat(outcome.lostShare()).isGreaterThan(0).isLessThan(0.01);
    }

    @Test
    void sameSeedIsTheSameWorldAndAnotherIsNot() {
        Simulation.Outcome first = new Simulation(8, 100, RULE, 5).play(8);
        assertThat(new Simulation(8, 100, RULE, 5).play(8)).isEqualTo(first);
        assertThat(new Simulation(8, 100, RULE, 6).play(8)).isNotEqualTo(first);
    }
}
