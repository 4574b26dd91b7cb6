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
import org.popnet.local.control.Metrics;
import tools.jackson.databind.JsonNode;

/** What probes measure on the real processes, and what name servers make of it. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class ProbesTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final List<String> PROBES = List.of("probe.westusa", "probe.eastusa", "probe.europe");

    private LocalNetwork network;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
    }

    /** By HTTP with a text, a regular expression and a hash, by FTP, by range and by TCP: as the tree has it. */
    @Test
    void checksOfEveryKindInTheTreePass() {
        for (String probe : PROBES) {
            await().atMost(SOON).untilAsserted(() -> {
                Metrics metrics = network.metrics(probe);
                for (String kind : List.of("http", "ftp", "media", "tcp")) {
                    assertThat(metrics.sum("popnet_probe_checks_seconds_count", Map.of("kind", kind, "result", "up")))
                            .as(kind)
                            .isPositive();
                }
            });
        }
        for (String server : List.of(
                "server:customer1/west/static.customer1.example",
                "server:customer1/east/static.customer1.example",
                "server:customer2/west/download.customer2.example",
                "server:customer2/europe/download.customer2.example")) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(target(server).path("state").asString())
                            .as(server)
                            .isEqualTo("UP"));
        }
    }

    @Test
    void machinesTellProbesTheirLoad() {
        for (String probe : PROBES) {
            double before = polls(probe, "answered");
            await().atMost(SOON).untilAsserted(() -> {
                double failedBefore = polls(probe, "failed");
                double answeredBefore = polls(probe, "answered");
                await().atMost(Duration.ofSeconds(30)).until(() -> polls(probe, "answered") >= answeredBefore + 20);
                assertThat(polls(probe, "failed")).isEqualTo(failedBefore);
            });
            assertThat(polls(probe, "answered")).isGreaterThan(before);
        }
    }

    /** The demo's servers answer each POP after the delay of its distance. */
    @Test
    void nameServersKnowTheWayFromEveryPopToACustomersServer() {
        await().atMost(SOON).untilAsserted(() -> {
            for (String nameServer : List.of("dns.westusa", "dns.eastusa")) {
                assertThat(network.metrics(nameServer).sum("popnet_dns_knowledge_distances"))
                        .as("edges, customers' servers and name servers that %s knows the way to", nameServer)
                        .isGreaterThanOrEqualTo(network.tree().customers().values().stream()
                                .mapToInt(customer -> customer.servers().size())
                                .sum());
            }
        });
    }

    private double polls(String probe, String result) {
        return network.metrics(probe).sum("popnet_probe_load_polls_total", Map.of("result", result));
    }

    private JsonNode target(String id) {
        JsonNode all = network.operator().get(network.node("dns.westusa"), "/targets", JsonNode.class);
        for (JsonNode target : all) {
            if (target.path("target").asString().equals(id)) {
                return target;
            }
        }
        throw new AssertionError("dns.westusa knows no " + id);
    }
}
