package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.testing.Requires;
import tools.jackson.databind.JsonNode;

/** Every request once, whatever happens to datagrams and log servers on the way. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class AccountingTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String HOST = "download.customer2.example";

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
