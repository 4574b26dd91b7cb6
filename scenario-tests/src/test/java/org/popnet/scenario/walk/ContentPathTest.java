package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.local.visit.Visit;
import org.popnet.local.visit.VisitException;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** From the question to the content, on the real processes. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class ContentPathTest {
    private LocalNetwork network;
    private Users users;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
        users = new Users(shared);
    }

    @Test
    void everyProcessIsUpAndOnOneGeneration() {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            List<ProcessStatus> status = network.status();
            assertThat(status).allMatch(ProcessStatus::isUp);
            assertThat(status.stream()
                            .map(ProcessStatus::generation)
                            .filter(java.util.Objects::nonNull)
                            .distinct())
                    .as("generations of the nodes")
                    .hasSize(1);
        });
        assertThat(network.status().stream().map(ProcessStatus::service).distinct())
                .contains("dns", "probe", "edge-cache", "origin-fetch", "log", "netview", "admin");
    }

    @Test
    void theFirstRequestIsAMissAndTheSecondAHit() {
        String url = "http://static.customer1.example/img/alr.svg?walk=" + System.nanoTime();

        Visit first = users.get("california", url);
        Visit second = users.get("california", url);

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.outcome()).as(first.cacheStatus()).isEqualTo("MISS");
        assertThat(new String(first.body(), StandardCharsets.UTF_8)).startsWith("<svg");
        assertThat(second.body()).isEqualTo(first.body());
        if (second.address().equals(first.address())) {
            assertThat(second.outcome()).as(second.cacheStatus()).isEqualTo("HIT");
        }
    }

    @Test
    void everyPlaceIsServedByItsOwnPop() {
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            assertThat(users.get("california", "http://static.customer1.example/site.css")
                            .server())
                    .endsWith(".westusa");
            assertThat(users.get("newyork", "http://static.customer1.example/site.css")
                            .server())
                    .endsWith(".eastusa");
            assertThat(users.get("paris", "http://static.customer1.example/site.css")
                            .server())
                    .endsWith(".europe");
        });
    }

    @Test
    void aDynamicDomainIsAnsweredByTheBetterOfTheCustomersOwnServers() {
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            assertThat(users.get("california", "http://www.customer1.example/").server())
                    .isEqualTo("west.customer1");
            assertThat(users.get("newyork", "http://www.customer1.example/").server())
                    .isEqualTo("east.customer1");
        });
        Visit page = users.get("california", "http://www.customer1.example/search?q=metals");
        assertThat(new String(page.body(), StandardCharsets.UTF_8))
                .contains("Cobalt Foundry", "http://static.customer1.example/img/cbf.svg");
    }

    @Test
    void underOneNamePagesPassThroughAndFilesAreCached() {
        Visit front = users.get("paris", "http://www.customer2.example/");
        Visit again = users.get("paris", "http://www.customer2.example/");

        assertThat(front.headers().firstValue("Set-Cookie")).isPresent();
        assertThat(again.headers().firstValue("Set-Cookie"))
                .as("each visitor's page is made anew")
                .isPresent()
                .isNotEqualTo(front.headers().firstValue("Set-Cookie"));
        Visit file = users.get("paris", "http://www.customer2.example/api/index.html");
        assertThat(file.status()).isEqualTo(200);
        await().atMost(Duration.ofMinutes(2)) // on a busy machine the next request may meet another edge
                .until(() -> users.get("paris", "http://www.customer2.example/api/index.html")
                        .outcome()
                        .equals("HIT"));
    }

    @Test
    void aThousandFilesOfARealSiteArriveAsTheyAre() throws Exception {
        Path documentation = network.state().content().resolve("documentation");
        List<Path> files;
        try (Stream<Path> all = Files.walk(documentation)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(1000);
        String edge = users.resolve("paris", "www.customer2.example");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < files.size(); i += 17) {
                String path = documentation.relativize(files.get(i)).toString();
                HttpResponse<byte[]> response =
                        client.send(request(edge, "www.customer2.example", "/api/" + path), BodyHandlers.ofByteArray());
                assertThat(response.statusCode()).as(path).isEqualTo(200);
                assertThat(response.body()).as(path).isEqualTo(Files.readAllBytes(files.get(i)));
            }
        }
    }

    @Test
    void aLargeDownloadArrivesWholeAndInParts() throws Exception {
        Path file = network.state().content().resolve("downloads/icu4j-78.1.jar");
        byte[] original = Files.readAllBytes(file);

        Visit whole = users.get("newyork", "http://download.customer2.example/icu4j-78.1.jar");

        assertThat(original).hasSizeGreaterThan(10_000_000);
        assertThat(Arrays.equals(whole.body(), original))
                .as("bytes are the origin's")
                .isTrue();
        String edge = users.resolve("newyork", "download.customer2.example");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> part = client.send(
                    HttpRequest.newBuilder(
                                    request(edge, "download.customer2.example", "/icu4j-78.1.jar"), (n, v) -> true)
                            .header("Range", "bytes=5000000-5999999")
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(Arrays.equals(part.body(), Arrays.copyOfRange(original, 5_000_000, 6_000_000)))
                    .isTrue();
        }
    }

    @Test
    void aFilmIsFetchedAndKeptBySegmentsInBothTiers() throws Exception {
        byte[] film = new byte[40 << 20];
        new Random(7).nextBytes(film);
        Files.write(network.state().content().resolve("downloads/film.bin"), film);
        String edge = users.resolve("newyork", "download.customer2.example");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> first = range(client, edge, 20_000_000, 24_999_999);
            assertThat(first.statusCode()).isEqualTo(206);
            assertThat(Arrays.equals(first.body(), Arrays.copyOfRange(film, 20_000_000, 25_000_000)))
                    .isTrue();
            assertThat(String.join(", ", first.headers().allValues("Cache-Status")))
                    .as("both tiers went forward, for a part")
                    .contains("fetch1")
                    .contains("fwd-status=206; stored")
                    .doesNotContain("; hit");
            await().untilAsserted(() -> assertThat(String.join(
                            ", ",
                            range(client, edge, 21_000_000, 21_999_999)
                                    .headers()
                                    .allValues("Cache-Status")))
                    .contains("; hit"));
            HttpResponse<byte[]> whole = client.send(
                    HttpRequest.newBuilder(request(edge, "download.customer2.example", "/film.bin"), (n, v) -> true)
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(Arrays.equals(whole.body(), film)).isTrue();
        }
    }

    private HttpResponse<byte[]> range(HttpClient client, String edge, int first, int last) throws Exception {
        return client.send(
                HttpRequest.newBuilder(request(edge, "download.customer2.example", "/film.bin"), (n, v) -> true)
                        .header("Range", "bytes=" + first + "-" + last)
                        .build(),
                BodyHandlers.ofByteArray());
    }

    @Test
    void bothNameServersAnswerOverUdpAndTcp() throws IOException {
        for (String nameServer : List.of("dns.westusa", "dns.eastusa")) {
            for (boolean tcp : new boolean[] {false, true}) {
                Message answer = ask(nameServer, "StAtIc.customer1.example", tcp);
                assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
                assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
                assertThat(answer.getQuestion().getName()).hasToString("StAtIc.customer1.example.");
                Record record = answer.getSection(Section.ANSWER).getFirst();
                assertThat(network.tree().nodes().values().stream()
                                .filter(n -> n.name().node().startsWith("edge"))
                                .map(n -> n.address().getHostAddress())
                                .collect(Collectors.toSet()))
                        .contains(((ARecord) record).getAddress().getHostAddress());
                assertThat(ask(nameServer, "elsewhere.example", tcp).getRcode()).isEqualTo(Rcode.REFUSED);
                assertThat(ask(nameServer, "nothing.www.customer1.example", tcp).getRcode())
                        .isEqualTo(Rcode.NXDOMAIN);
            }
        }
    }

    @Test
    void anUnknownHostIsRefusedInWords() {
        assertThatThrownBy(() -> users.get("california", "http://www.nowhere.example/"))
                .isInstanceOf(VisitException.class)
                .hasMessageContaining("www.nowhere.example")
                .hasMessageContaining("www.customer1.example");
        String edge = users.resolve("paris", "www.customer2.example");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    client.send(request(edge, "www.nowhere.example", "/"), BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(421);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAmbiguousRequestIsRefusedAndGoesNoFurther() throws Exception {
        String edge = users.resolve("paris", "www.customer2.example");
        int port = network.node("edge1.europe").ports().http();
        try (Socket socket = new Socket(edge, port)) {
            socket.getOutputStream()
                    .write(("POST / HTTP/1.1\r\nHost: www.customer2.example\r\nContent-Length: 4\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(answer.split("HTTP/1\\.1 "))
                    .as("one response, then closed")
                    .hasSize(2);
        }
    }

    private HttpRequest request(String edge, String host, String path) {
        int port = network.node("edge1.westusa").ports().http();
        return HttpRequest.newBuilder(URI.create("http://" + edge + ":" + port + path))
                .header("Host", host)
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    private Message ask(String nameServer, String name, boolean tcp) throws IOException {
        var node = network.node(nameServer);
        SimpleResolver resolver = new SimpleResolver(
                new java.net.InetSocketAddress(node.address(), node.ports().dns()));
        resolver.setTCP(tcp);
        return resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN)));
    }
}
