package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What name servers answer, and what fails at probes and origin-fetch servers, as the log server knows it. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class QueriesAndEventsTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DOMAIN = "download.customer2.example";
    private static final List<String> NAME_SERVERS = List.of("dns.westusa", "dns.eastusa");

    private final Instant start = Instant.now();
    private LocalNetwork network;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
    }

    @Test
    void everyAnswerOfBothNameServersIsInTheRawLogAndInTheStatistics() throws Exception {
        String text = Files.readString(network.state().tree());
        Generation all = network.putTree(
                text.replace("      " + DOMAIN + ":\n", "      " + DOMAIN + ":\n        query-log: all\n"));
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        network.status().stream().map(ProcessStatus::generation).filter(Objects::nonNull))
                .isNotEmpty()
                .allMatch(number -> number == all.number()));
        String subnet = "203.0.113.0"; // by which our queries are known among those of others
        for (int i = 0; i < 40; i++) {
            ask(NAME_SERVERS.get(i % 2), i % 4 < 2 ? Type.A : Type.AAAA, i % 10 == 9, subnet);
        }
        await().atMost(SOON).untilAsserted(() -> {
            List<JsonNode> ours = rawQueries().stream()
                    .filter(line -> line.path("subnet").asString("").startsWith(subnet))
                    .toList();
            assertThat(ours).hasSize(40);
            assertThat(ours).allSatisfy(line -> {
                assertThat(line.path("domain").asString()).isEqualTo(DOMAIN);
                assertThat(line.path("rcode").asString()).isEqualTo("NOERROR");
                assertThat(line.path("client").asString()).isEqualTo("127.0.0.1");
            });
            assertThat(count(ours, "node", "dns.westusa")).isEqualTo(20);
            assertThat(count(ours, "node", "dns.eastusa")).isEqualTo(20);
            assertThat(count(ours, "type", "A")).isEqualTo(20);
            assertThat(count(ours, "type", "AAAA")).isEqualTo(20);
            assertThat(count(ours, "transport", "TCP")).isEqualTo(4);
            assertThat(ours.stream().filter(line -> line.path("type").asString().equals("A")))
                    .allMatch(line -> network.tree().nodes().keySet().stream()
                            .anyMatch(node -> line.path("answer").asString("").contains(node.toString())));
        });
        // The same from the sums, those of others included: each line is counted once.
        await().atMost(SOON).untilAsserted(() -> {
            List<JsonNode> lines = rawQueries();
            for (String by : List.of("node", "type", "rcode")) {
                JsonNode shares = log("/queries/shares?customer=customer2&domain=" + DOMAIN + range() + "&by=" + by)
                        .path("shares");
                assertThat(sum(shares, "records")).as(by).isEqualTo(lines.size());
                for (JsonNode share : shares) {
                    assertThat(share.path("records").asInt())
                            .as(share.toString())
                            .isEqualTo(count(lines, by, share.path("name").asString()));
                }
            }
            JsonNode nodes = log("/queries/shares?customer=customer2&domain=" + DOMAIN + range() + "&by=node")
                    .path("shares");
            assertThat(sum(nodes, "withSubnet"))
                    .isEqualTo(lines.stream().filter(line -> line.has("subnet")).count());
            assertThat(sum(nodes, "overTcp")).isEqualTo(count(lines, "transport", "TCP"));
            JsonNode points = log("/queries/series?customer=customer2&domain=" + DOMAIN + range() + "&step=PT1M")
                    .path("points");
            assertThat(sum(points, "queries")).isEqualTo(sum(nodes, "queries"));
        });
    }

    @Test
    void whatProbesAndOriginFetchServersMissAtACustomersServersIsListed() throws Exception {
        for (String server : List.of("west.customer2", "europe.customer2")) {
            network.kill(server);
        }
        try {
            request("/missing?" + System.nanoTime());
            await().atMost(SOON).untilAsserted(() -> {
                JsonNode found = log("/events?customer=customer2" + range() + "&limit=1000");
                assertThat(names(found, "fetch-error", "node")).anyMatch(node -> node.startsWith("fetch1.europe"));
                assertThat(names(found, "check-failed", "node"))
                        .contains("probe.westusa", "probe.eastusa", "probe.europe");
                assertThat(names(found, "check-failed", "subject"))
                        .anyMatch(subject -> subject.contains("customer2/west"))
                        .anyMatch(subject -> subject.contains("customer2/europe"));
                for (JsonNode count : found.path("counts")) {
                    assertThat(count.path("events").asLong()).isPositive();
                }
            });
        } finally {
            for (String server : List.of("west.customer2", "europe.customer2")) {
                network.start(server);
            }
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(names(
                        log("/events?customer=customer2" + range() + "&kind=check-passed"), "check-passed", "node"))
                .contains("probe.westusa", "probe.eastusa", "probe.europe"));
        // Another customer's list does not know of it.
        assertThat(log("/events?customer=customer1" + range() + "&limit=1000").toString())
                .doesNotContain("customer2");
    }

    private void ask(String nameServer, int type, boolean tcp, String subnet) throws IOException {
        Node node = network.node(nameServer);
        SimpleResolver resolver = new SimpleResolver(
                new InetSocketAddress(node.address(), node.ports().dns()));
        resolver.setLocalAddress(InetAddress.getLoopbackAddress());
        resolver.setTCP(tcp);
        resolver.setTimeout(Duration.ofSeconds(30));
        resolver.setEDNS(0, 1232, 0, List.of(new ClientSubnetOption(24, InetAddress.ofLiteral(subnet))));
        Message answer =
                resolver.send(Message.newQuery(Record.newRecord(Name.fromString(DOMAIN + "."), type, DClass.IN)));
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
    }

    private void request(String target) throws Exception {
        Node edge = network.node("edge1.europe");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://" + edge.address().getHostAddress() + ":"
                                    + edge.ports().http() + target))
                    .header("Host", DOMAIN)
                    .timeout(Duration.ofMinutes(1))
                    .build();
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isGreaterThanOrEqualTo(500);
        }
    }

    /** Whole minutes: this story's and what others did in its first minute. */
    private String range() {
        return "&from=" + start.truncatedTo(ChronoUnit.MINUTES) + "&to="
                + start.truncatedTo(ChronoUnit.MINUTES).plus(Duration.ofMinutes(20));
    }

    private List<JsonNode> rawQueries() {
        String lines = network.operator()
                .send(HttpRequest.newBuilder(ControlHttp.uri(
                        network.node("log.hq").controlAddress(),
                        "/logs/raw?customer=customer2&kind=queries" + range())))
                .body();
        return lines.lines()
                .map(JSON::readTree)
                .filter(line -> line.path("domain").asString("").equals(DOMAIN))
                .toList();
    }

    private JsonNode log(String pathAndQuery) {
        return network.operator().get(network.node("log.hq"), pathAndQuery, JsonNode.class);
    }

    private static long count(List<JsonNode> lines, String field, String value) {
        return lines.stream()
                .filter(line -> line.path(field).asString("").equals(value))
                .count();
    }

    private static long sum(JsonNode list, String field) {
        return list.valueStream().mapToLong(one -> one.path(field).asLong()).sum();
    }

    private static Set<String> names(JsonNode found, String kind, String field) {
        return found.path("events")
                .valueStream()
                .filter(event -> event.path("kind").asString("").equals(kind))
                .map(event -> event.path(field).asString(""))
                .collect(Collectors.toSet());
    }
}
