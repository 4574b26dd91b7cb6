package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.local.testing.Requires;
import org.popnet.platform.tree.Generation;
import tools.jackson.databind.JsonNode;

/** What users, and the network, notice when something fails. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class FaultTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String SITE = "static.customer1.example";
    private static final String OBJECT = "http://" + SITE + "/site.css";

    private LocalNetwork network;
    private Users users;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
        users = new Users(shared);
    }

    @Test
    void theUsersOfAKilledEdgeAreMovedAndComeBack() throws Exception {
        String edge = network.node("edge1.europe").address().getHostAddress();
        await().atMost(SOON).until(() -> users.resolve("paris", SITE).equals(edge));

        network.kill("edge1.europe");

        await().atMost(SOON).untilAsserted(() -> {
            for (int i = 0; i < 10; i++) { // both name servers are asked in turn
                assertThat(users.resolve("paris", SITE)).isNotEqualTo(edge);
            }
        });
        assertThat(users.get("paris", OBJECT).status()).isEqualTo(200);
        // It stays out, however many checks more it fails.
        double failed = failedChecks();
        await().atMost(SOON).until(() -> {
            assertThat(users.resolve("paris", SITE)).isNotEqualTo(edge);
            return failedChecks() > failed + 20;
        });
        network.start("edge1.europe");
        await().atMost(SOON).until(() -> users.resolve("paris", SITE).equals(edge));
    }

    @Test
    void aPausedEdgeIsLeftLikeADeadOne() throws Exception {
        String edge = network.node("edge1.eastusa").address().getHostAddress();
        await().atMost(SOON).until(() -> users.resolve("newyork", SITE).equals(edge));

        network.pause("edge1.eastusa");
        try {
            await().atMost(SOON).until(() -> !users.resolve("newyork", SITE).equals(edge));
        } finally {
            network.resume("edge1.eastusa");
        }
        await().atMost(SOON).until(() -> users.resolve("newyork", SITE).equals(edge));
    }

    /** Users whom no other story sends to a certain server: they stay with the one that they have to leave for. */
    @Test
    void withOneCustomerServerDownTheOtherServesBothSitesAndTheirMisses() throws Exception {
        await().atMost(SOON).until(() -> users.get("paris", "http://www.customer1.example/")
                .server()
                .equals("east.customer1"));

        network.kill("east.customer1");
        try {
            await().atMost(SOON).ignoreExceptions().until(() -> users.get("paris", "http://www.customer1.example/")
                    .server()
                    .equals("west.customer1"));
            assertThat(users.get("paris", OBJECT + "?miss=" + System.nanoTime()).status())
                    .isEqualTo(200);
        } finally {
            network.start("east.customer1");
        }
    }

    @Test
    void withEveryProbeDeadNobodyIsLeftWithoutAnAnswer() throws Exception {
        String edge = network.node("edge1.europe").address().getHostAddress();
        await().atMost(SOON).until(() -> users.resolve("paris", SITE).equals(edge));
        await().atMost(SOON).until(() -> targets().valueStream().allMatch(t -> isUp(t)));
        List<String> probes = List.of("probe.westusa", "probe.eastusa", "probe.europe");
        for (String probe : probes) {
            network.kill(probe);
        }
        try {
            // Until nothing that they said is believed any more, and then: as long as they are silent, all stays as it
            // was.
            await().atMost(SOON).until(() -> {
                assertThat(users.resolve("paris", SITE)).isEqualTo(edge);
                return probes.stream()
                        .allMatch(
                                probe -> isSilent(probe, "node:edge1.europe") && isSilent(probe, "node:edge1.eastusa"));
            });
            for (int i = 0; i < 20; i++) {
                assertThat(users.resolve("paris", SITE)).isEqualTo(edge);
                assertThat(users.get("paris", OBJECT).status()).isEqualTo(200);
            }
            assertThat(targets().valueStream()).allMatch(t -> isUp(t));
        } finally {
            for (String probe : probes) {
                network.start(probe);
            }
        }
    }

    @Test
    void theDataPlaneRunsOnAndRestartsWithoutTheControlPlane() throws Exception {
        network.kill("admin.hq");
        network.kill("log.hq");
        network.kill("netview.hq");
        try {
            assertThat(users.get("california", OBJECT).status()).isEqualTo(200);
            network.kill("dns.eastusa");
            network.start("dns.eastusa");
            network.kill("fetch1.europe");
            network.start("fetch1.europe");
            for (int i = 0; i < 4; i++) {
                assertThat(users.get("paris", OBJECT + "?n=" + i).status()).isEqualTo(200);
            }
        } finally {
            network.start("admin.hq");
            network.start("log.hq");
            network.start("netview.hq");
        }
        assertThat(network.status()).allMatch(ProcessStatus::isUp);
    }

    @Test
    @Requires({"root", "nft"})
    void aProbeThatIsCutOffMarksNothingDown() throws Exception {
        String edge = network.node("edge1.europe").address().getHostAddress();
        await().atMost(SOON).until(() -> users.resolve("paris", SITE).equals(edge));
        await().atMost(SOON).until(() -> targets().valueStream().allMatch(t -> isUp(t)));

        network.cutOff("probe.europe");
        try {
            await().atMost(SOON).until(() -> isSilent("probe.europe", "node:edge1.europe"));
            for (int i = 0; i < 20; i++) {
                assertThat(users.resolve("paris", SITE)).isEqualTo(edge);
            }
            assertThat(targets().valueStream()).allMatch(t -> isUp(t));
        } finally {
            network.heal("probe.europe");
        }
    }

    private double failedChecks() {
        return network.metrics("probe.westusa").sum("popnet_probe_checks_seconds_count")
                - network.metrics("probe.westusa").sum("popnet_probe_checks_seconds_count", Map.of("result", "up"));
    }

    private JsonNode targets() {
        return network.operator().get(network.node("dns.westusa"), "/targets", JsonNode.class);
    }

    private static boolean isUp(JsonNode target) {
        return target.path("state").asString("").equals("UP");
    }

    /** Whether a name server has heard nothing of a target from this probe for longer than results are believed. */
    private boolean isSilent(String probe, String target) {
        return targets()
                .valueStream()
                .filter(t -> t.path("target").asString("").equals(target))
                .flatMap(t -> t.path("vantagePoints").valueStream())
                .filter(v -> v.path("probe").asString("").equals(probe))
                .allMatch(v -> v.path("ageMs").asLong() > 6_000);
    }

    @Test
    void aNewTreeIsTakenByEveryRunningNodeAndABrokenOneByNone() throws Exception {
        String text = java.nio.file.Files.readString(network.state().tree());

        Generation next = network.putTree(text.replace("persistence: 10m", "persistence: 9m"));

        await().atMost(SOON).untilAsserted(() -> assertThat(
                        network.status().stream().map(ProcessStatus::generation).filter(java.util.Objects::nonNull))
                .isNotEmpty()
                .allMatch(number -> number == next.number()));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> network.putTree(text.replace("candidates: [servers]", "candidates: [servres]")))
                .hasMessageContaining("servres");
        assertThat(network.status().stream().map(ProcessStatus::generation).filter(java.util.Objects::nonNull))
                .allMatch(number -> number == next.number());
    }
}
