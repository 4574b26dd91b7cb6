package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;

/** An edge that stops and goes on every few seconds, for five minutes. */
@Tag("process")
@Tag("slow")
@ExtendWith(WholeNetwork.class)
class FlappingTest {
    private static final String EDGE = "edge1.europe";
    private static final String SITE = "static.customer1.example";
    private static final Duration FLAPPING = Duration.ofMinutes(5);
    private static final long HALF_A_PERIOD_MS = 4_000;

    @Test
    void usersAreServedAndTheVerdictChangesSeldom(LocalNetwork network) throws Exception {
        Users users = new Users(network);
        String edge = network.node(EDGE).address().getHostAddress();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> users.resolve("paris", SITE).equals(edge));
        NameServers nameServers = new NameServers(network);
        double before = nameServers.transitions();

        long end = System.nanoTime() + FLAPPING.toNanos();
        int periods = 0;
        while (System.nanoTime() - end < 0) {
            network.pause(EDGE);
            try {
                Thread.sleep(HALF_A_PERIOD_MS); // the fault itself is made of time
            } finally {
                network.resume(EDGE);
            }
            Thread.sleep(HALF_A_PERIOD_MS);
            assertThat(users.get("newyork", "http://" + SITE + "/site.css").status())
                    .isEqualTo(200);
            periods++;
        }

        assertThat(periods).isGreaterThan(20);
        assertThat(nameServers.transitions() - before)
                .as("of %d periods, at both name servers", periods)
                .isBetween(2.0, 2.0 * 20);
        await("it is taken back in the end").atMost(Duration.ofMinutes(3)).until(() -> users.resolve("paris", SITE)
                .equals(edge));
    }
}
