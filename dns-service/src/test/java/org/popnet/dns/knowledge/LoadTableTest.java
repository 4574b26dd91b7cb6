package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.dns.steering.TargetStates;

/** What choices are told of a server whose load has fallen. */
class LoadTableTest {
    private static final String SERVER = "edge1.europe";

    /** What choices see of a load follows within minutes; whom it turns away may be back before that. */
    @ParameterizedTest
    @CsvSource({"1.14, 0.69", "1.10, 0.60", "1.10, 0.80", "1.00, 0.10", "4.00, 0.20"})
    void serverThatTurnsNobodyAwayAnyMoreIsNotKeptEmpty(double before, double after) {
        LoadTable table = new LoadTable(10_000);
        boolean turnedAway = false;
        for (int second = 0; second < 1500; second++) {
            long nowMs = 1_000_000 + 1000L * second;
            table.take(SERVER, second < 5 ? before : after, nowMs);
            if (table.shed(SERVER, nowMs) > 0) {
                turnedAway = true;
            } else {
                assertThat(table.utilisation(SERVER, nowMs))
                        .as("second %d", second)
                        .isLessThan((float) TargetStates.OVERLOADED);
            }
        }
        assertThat(turnedAway).isTrue();
        assertThat(table.shed(SERVER, 1_000_000 + 1000L * 1500)).isZero();
    }
}
