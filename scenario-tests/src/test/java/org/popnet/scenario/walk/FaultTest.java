package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.local.control.Metrics;
import org.popnet.local.testing.Requires;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import tools.jackson.databind.JsonNode;

/** What users, and the network, notice when something fails. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class FaultTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(31);
    /** Longer than results are believed, and than a verdict takes. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(10);

    private static final String SITE = "static.customer1.example";
    private static final String EUROPE = "2001:db8:3::";
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
        Node node = network.node("edge1.europe");
        String edge = node.address().getHostAddress();
        await().atMost(SOON).until(() -> users.resolve("paris", SITE).equals(edge));

        try (Rush load = new Rush(edge, node.ports().http(), SITE)) {
            await().atMost(SOON).until(() -> load.answered() > 100);
            network.kill("edge1.europe");

            await().atMost(SOON).untilAsserted(() -> {
                for (int i = 0; i < 10; i++) { // both name servers are asked in turn
                    assertThat(users.resolve("paris", SITE)).isNotEqualTo(edge);
                }
            });
        }
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

    /** Nor is there anybody who could put it right: no admin service, and no PostgreSQL. */
    @Test
    void withEveryProbeAndTheControlPlaneDeadNobodyIsLeftWithoutAnAnswer() throws Exception {
        String edge = network.node("edge1.europe").address().getHostAddress();
        awaitSettled(edge);
        awaitAllUp();
        List<String> probes = List.of("probe.westusa", "probe.eastusa", "probe.europe");
        List<String> controlPlane = List.of("postgresql", "admin.hq");
        for (String probe : probes) {
            network.kill(probe);
        }
        for (String process : controlPlane) {
            network.kill(process);
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
            assertThat(whatIsNotUp()).isEmpty();
        } finally {
            for (String process : controlPlane) {
                network.start(process);
            }
            for (String probe : probes) {
                network.start(probe);
            }
        }
        await().atMost(SOON).until(() -> network.status().stream().allMatch(ProcessStatus::isUp));
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
        awaitSettled(edge);
        awaitAllUp();

        network.cutOff("probe.europe");
        try {
            await().atMost(SOON).until(() -> isSilent("probe.europe", "node:edge1.europe"));
            for (int i = 0; i < 20; i++) {
                assertThat(users.resolve("paris", SITE)).isEqualTo(edge);
            }
            assertThat(whatIsNotUp()).isEmpty();
        } finally {
            network.heal("probe.europe");
        }
    }

    /** What it measured before, or while it woke up, is no news: nobody hears that anything is down, or is up again. */
    @Test
    @Tag("slow")
    void aProbeThatWasPausedChangesNothingWhenItGoesOn() throws Exception {
        Steady steady = steady();
        double saidNothing = checksThatSayNothing("probe.europe");

        network.pause("probe.europe");
        try {
            steady.holdsFor(PAUSE);
            assertThat(isSilent("probe.europe", "node:edge1.europe"))
                    .as("what it said counts as stale")
                    .isTrue();
        } finally {
            network.resume("probe.europe");
        }

        await().atMost(SOON).until(() -> {
            steady.holds();
            return isHeard("probe.europe", "node:edge1.europe");
        });
        steady.holdsFor(AFTERWARDS);
        assertThat(checksThatSayNothing("probe.europe")).isGreaterThan(saidNothing);
    }

    /** What probes sent it meanwhile, and waits in its socket, is as old as the pause: it answers by what it knew before. */
    @Test
    @Tag("slow")
    void aNameServerThatWasPausedChangesNothingWhenItGoesOn() throws Exception {
        Steady steady = steady();
        double thrownAway = thrownAwayAfterAPause("dns.westusa");

        network.pause("dns.westusa");
        try {
            long end = System.nanoTime() + PAUSE.toNanos();
            await().atMost(PAUSE.plus(SOON)).pollInterval(POLL).until(() -> {
                assertThat(users.resolve("paris", SITE))
                        .as("resolvers ask the other one")
                        .isEqualTo(steady.edge);
                return System.nanoTime() - end >= 0;
            });
        } finally {
            network.resume("dns.westusa");
        }

        await().atMost(SOON).until(() -> {
            steady.holds();
            return isHeard("probe.europe", "node:edge1.europe");
        });
        steady.holdsFor(AFTERWARDS);
        assertThat(thrownAwayAfterAPause("dns.westusa")).isGreaterThan(thrownAway);
    }

    private Steady steady() {
        String edge = network.node("edge1.europe").address().getHostAddress();
        awaitSettled(edge);
        awaitAllUp();
        return new Steady(edge, new NameServers(network).transitions());
    }

    /** A network in which nothing is on the move: both name servers send Europe's users here, and hold everything for up. */
    private final class Steady {
        private final String edge;
        private final double transitions;

        Steady(String edge, double transitions) {
            this.edge = edge;
            this.transitions = transitions;
        }

        void holds() throws IOException {
            NameServers nameServers = new NameServers(network);
            for (String nameServer : NameServers.BOTH) {
                assertThat(nameServers.addresses(nameServer, SITE, EUROPE)).containsExactly(edge);
            }
            assertThat(whatIsNotUp()).isEmpty();
            assertThat(nameServers.transitions()).isEqualTo(transitions);
        }

        void holdsFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            await().atMost(time.plus(SOON)).pollInterval(POLL).until(() -> {
                holds();
                return System.nanoTime() - end >= 0;
            });
        }
    }

    /** Until both name servers, asked in turn, have measured the way to Paris: until then one may guess another edge. */
    private void awaitSettled(String edge) {
        await().during(Duration.ofSeconds(5)).atMost(SOON).until(() -> users.resolve("paris", SITE)
                .equals(edge));
    }

    private void awaitAllUp() {
        await().atMost(SOON).until(() -> whatIsNotUp().isEmpty());
    }

    private List<String> whatIsNotUp() {
        return NameServers.BOTH.stream()
                .flatMap(nameServer -> targets(nameServer).valueStream().filter(t -> !isUp(t)))
                .map(JsonNode::toString)
                .toList();
    }

    private static boolean isUp(JsonNode target) {
        return target.path("state").asString("").equals("UP");
    }

    /** Checks that this probe discarded, or reported as late, because it had been stopped meanwhile. */
    private double checksThatSayNothing(String probe) {
        Metrics metrics = network.metrics(probe);
        return metrics.sum("popnet_probe_checks_discarded_total") + metrics.sum("popnet_probe_checks_lagged_total");
    }

    private double thrownAwayAfterAPause(String node) {
        return network.metrics(node).sum("popnet_datagrams_dropped_total", Map.of("reason", "after-pause"));
    }

    private double failedChecks() {
        return network.metrics("probe.westusa").sum("popnet_probe_checks_seconds_count")
                - network.metrics("probe.westusa").sum("popnet_probe_checks_seconds_count", Map.of("result", "up"));
    }

    private JsonNode targets(String nameServer) {
        return network.operator().get(network.node(nameServer), "/targets", JsonNode.class);
    }

    /** Whether both name servers have heard nothing of a target from this probe for longer than results are believed. */
    private boolean isSilent(String probe, String target) {
        return agesMs(probe, target).allMatch(age -> age > 6_000);
    }

    private boolean isHeard(String probe, String target) {
        return agesMs(probe, target).allMatch(age -> age < 3_000);
    }

    private LongStream agesMs(String probe, String target) {
        return NameServers.BOTH.stream()
                .flatMap(nameServer -> targets(nameServer).valueStream())
                .filter(t -> t.path("target").asString("").equals(target))
                .flatMap(t -> t.path("vantagePoints").valueStream())
                .filter(v -> v.path("probe").asString("").equals(probe))
                .mapToLong(v -> v.path("ageMs").asLong());
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
