package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.testing.Requires;
import org.popnet.local.visit.Visit;
import tools.jackson.databind.JsonNode;

/** Every request once, whatever happens to datagrams, log servers and their database on the way. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class AccountingTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String HOST = "download.customer2.example";
    private static final String OBJECT = "http://" + HOST + "/?n=0";

    private LocalNetwork network;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
    }

    @Test
    void theFiguresOfTheLogServerAreTheClientsOwn() throws Exception {
        Sum before = summary();

        long bodyBytes = request(100, "edge1.westusa", "edge1.eastusa", "edge1.europe");

        await().atMost(SOON).untilAsserted(() -> {
            Sum after = summary();
            assertThat(after.requests - before.requests).isEqualTo(100);
            // Heads are billed too; they are between 100 and 1000 bytes each.
            assertThat(after.bytesOut - before.bytesOut).isBetween(bodyBytes + 100 * 100, bodyBytes + 100 * 1000);
        });
        assertThat(committed()).as("in PostgreSQL").isEqualTo(summary().requests);
    }

    @Test
    void aLogServerThatIsKilledInTheMiddleCountsEverythingOnce() throws Exception {
        Sum before = summary();

        request(30, "edge1.europe");
        network.kill("log.hq");
        request(30, "edge1.europe");
        network.start("log.hq");
        request(30, "edge1.europe");

        await().atMost(SOON).ignoreExceptions().untilAsserted(() -> assertThat(summary().requests - before.requests)
                .isEqualTo(90));
    }

    /** Users do not notice, and what they do is kept by the edges until the log server can commit it. */
    @Test
    void everythingIsCountedOnceThoughPostgresqlIsKilledWhileUsersAsk() throws Exception {
        Users users = new Users(network);
        Map<String, String> servers = Map.of("newyork", "edge1.eastusa", "paris", "edge1.europe");
        await().atMost(SOON).until(() -> servers.entrySet().stream().allMatch(at -> users.resolve(at.getKey(), HOST)
                .equals(network.node(at.getValue()).address().getHostAddress())));
        Sum before = summary();
        servers.keySet().forEach(place -> users.get(place, OBJECT)); // kept for a minute from now on
        AtomicLong asked = new AtomicLong(servers.size());
        AtomicLong hits = new AtomicLong();
        double turnedAway = turnedAway();

        network.kill("postgresql");
        try {
            await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(() -> {
                servers.forEach((place, edge) -> {
                    Visit visit = users.get(place, OBJECT);
                    assertThat(visit.status()).isEqualTo(200);
                    assertThat(visit.server()).isEqualTo(edge);
                    hits.addAndGet(visit.outcome().equals("HIT") ? 1 : 0);
                    asked.incrementAndGet();
                });
                return asked.get() > 100 && turnedAway() > turnedAway + 2;
            });
            assertThat(hits).as("all but who came when a minute was over").hasValueGreaterThan(90);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThatThrownBy(this::summary).hasMessageContaining("503"));
            assertThat(servers.values())
                    .allSatisfy(edge -> assertThat(kept(edge)).isPositive());
        } finally {
            network.start("postgresql");
        }
        request(30, "edge1.eastusa", "edge1.europe");

        long all = asked.get() + 30;
        await().during(Duration.ofSeconds(3)).atMost(SOON).ignoreExceptions().untilAsserted(() -> {
            assertThat(summary().requests - before.requests).isEqualTo(all);
            assertThat(servers.values())
                    .allSatisfy(edge -> assertThat(kept(edge)).isZero());
        });
        assertThat(committed()).as("in PostgreSQL").isEqualTo(before.requests + all);
    }

    @Test
    void anEdgeThatIsKilledHasLostNoFinishedRequest() throws Exception {
        Sum before = summary();

        request(40, "edge2.westusa");
        network.kill("edge2.westusa");
        network.start("edge2.westusa");

        await().atMost(SOON).untilAsserted(() -> assertThat(summary().requests - before.requests)
                .isEqualTo(40));
    }

    @Test
    @Requires({"root", "nft"})
    void aFifthOfTheDatagramsLostChangesNoSum() throws Exception {
        Sum before = summary();
        network.lose("edge1.eastusa", "log.hq", 20);
        network.lose("log.hq", "edge1.eastusa", 20);
        try {
            request(200, "edge1.eastusa");
            await().atMost(SOON).untilAsserted(() -> assertThat(summary().requests - before.requests)
                    .isEqualTo(200));
        } finally {
            network.heal("edge1.eastusa");
            network.heal("log.hq");
        }
        await().during(Duration.ofSeconds(3)).atMost(SOON).untilAsserted(() -> assertThat(
                        summary().requests - before.requests)
                .isEqualTo(200));
    }

    /** Asks the edges in turn; returns the bytes of all bodies. */
    private long request(int times, String... edges) throws Exception {
        long bytes = 0;
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < times; i++) {
                var edge = network.node(edges[i % edges.length]);
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://" + edge.address().getHostAddress() + ":"
                                        + edge.ports().http() + "/?n=" + i % 7))
                        .header("Host", HOST)
                        .timeout(Duration.ofSeconds(30))
                        .build();
                var response = client.send(request, BodyHandlers.ofByteArray());
                assertThat(response.statusCode()).isEqualTo(200);
                bytes += response.body().length;
            }
        }
        return bytes;
    }

    /** Batches that the log server could not commit; their senders keep them. */
    private double turnedAway() {
        return network.metrics("log.hq").sum("popnet_log_dropped_total", Map.of("reason", "database"));
    }

    private double kept(String edge) {
        return network.metrics(edge).sum("popnet_spool_unacknowledged_batches");
    }

    private record Sum(long requests, long bytesOut) {}

    private Sum summary() {
        Instant now = Instant.now();
        JsonNode sum = network.operator()
                .get(
                        network.node("log.hq"),
                        "/traffic/summary?customer=customer2&domain=" + HOST + "&from=" + now.minus(Duration.ofHours(2))
                                + "&to=" + now.plus(Duration.ofHours(1)),
                        JsonNode.class);
        return new Sum(sum.path("requests").asLong(), sum.path("bytesOut").asLong());
    }

    private long committed() throws Exception {
        try (Connection connection = network.database();
                PreparedStatement query =
                        connection.prepareStatement("select sum(requests) from log.traffic_minute where domain = ?")) {
            query.setString(1, HOST);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
