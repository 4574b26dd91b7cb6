package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.intake.Network;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Two log servers with one PostgreSQL, each with its own raw logs and its control port: what either says is the whole. */
class TwoLogServersTest {
    private static final NodeName PRIMARY = NodeName.of("log.hq");
    private static final NodeName DEPUTY = NodeName.of("log2.hq");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Network network = new Network(8, 10);
    /** The last day of a month that is over and young enough that its records are accounted in it. */
    private final YearMonth month = YearMonth.now(ZoneOffset.UTC).minusMonths(1);

    private final long lastDayMs =
            month.atEndOfMonth().atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    private final Accesses accesses = new Accesses(lastDayMs);
    private final List<AutoCloseable> running = new ArrayList<>();
    private CertificateAuthority authority;
    private String url;
    private String tree;
    private InetSocketAddress primary;
    private InetSocketAddress deputy;

    @BeforeEach
    void start() throws Exception {
        authority = CertificateAuthority.loadOrCreate(directory.resolve("ca"), "pop.example", InstantSource.system());
        url = TestDatabase.create();
        primary = free("127.131.6.1");
        deputy = free("127.131.6.2");
        tree = """
                network: {zone: pop.example}
                pops:
                  hq:
                    location: [40.0, -100.0]
                    nodes:
                      log.hq: {service: log, address: 127.131.6.1, ports: {control: %d}}
                      log2.hq: {service: log, address: 127.131.6.2, ports: {control: %d}}
                      edge1.hq: {service: edge-cache, address: 127.131.6.3}
                      edge2.hq: {service: edge-cache, address: 127.131.6.4}
                log-servers: {log.hq: {manages: [customer1], deputies: [log2.hq]}}
                customers:
                  customer1:
                    servers: {west: {address: 127.0.11.1, port: 8080}}
                    domains:
                      www.customer1.example: {candidates: [pops]}
                """.formatted(primary.getPort(), deputy.getPort());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : running.reversed()) {
            one.close();
        }
        network.close();
    }

    @Test
    void eitherProvesAStatementOfWhatBothTookAndSaysWhatItCannotKnow() throws Exception {
        server(PRIMARY);
        RunningLogService second = server(DEPUTY);
        ControlHttp operator = client("operator", Role.OPERATOR);
        accesses.append(List.of(sender("edge1.hq", PRIMARY)), 700);
        accesses.append(List.of(sender("edge2.hq", DEPUTY)), 300);
        for (InetSocketAddress server : List.of(primary, deputy)) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode sums = ask(
                        operator,
                        server,
                        "/traffic/summary?customer=customer1&from=" + month.atDay(1) + "T00:00:00Z&to="
                                + month.plusMonths(1).atDay(1) + "T00:00:00Z");
                assertThat(sums.path("requests").asInt()).isEqualTo(accesses.count());
                assertThat(sums.path("bytesOut").asLong()).isEqualTo(accesses.bytes());
            });
        }
        String ofMonth = "?customer=customer1&month=" + month;
        HttpResponse<String> closed =
                operator.send(HttpRequest.newBuilder(ControlHttp.uri(primary, "/billing/close" + ofMonth))
                        .POST(BodyPublishers.noBody()));
        assertThat(closed.statusCode()).as(closed.body()).isEqualTo(200);
        assertThat(JSON.readTree(closed.body()).path("head").path("bytesOut").asLong())
                .isEqualTo(accesses.bytes());

        for (InetSocketAddress server : List.of(primary, deputy)) {
            JsonNode proof = ask(operator, server, "/billing/verify" + ofMonth);
            assertThat(proof.path("result").asString()).as(proof.toString()).isEqualTo("EQUAL");
            assertThat(proof.path("accesses").asInt()).isEqualTo(accesses.count());
            assertThat(proof.path("files").asInt()).isEqualTo(2);
        }
        // What it says of its own part is for log servers alone.
        String part = "/billing/server/part" + ofMonth;
        assertThat(status(operator, part)).isEqualTo(403);
        assertThat(status(client("netview.hq", Role.NETVIEW), part)).isEqualTo(403);
        assertThat(status(client("log2.hq", Role.LOG), part)).isEqualTo(200);

        Path file;
        try (var files = Files.walk(directory.resolve("log2.hq/raw"))) {
            file = files.filter(f -> f.toString().endsWith(".zst")).findFirst().orElseThrow();
        }
        Path aside = directory.resolve("aside");
        Files.move(file, aside);
        for (InetSocketAddress server : List.of(primary, deputy)) {
            unknown(
                    ask(operator, server, "/billing/verify" + ofMonth),
                    file.getFileName().toString(),
                    "log2.hq");
        }
        Files.move(aside, file);
        running.remove(second);
        second.close();
        unknown(ask(operator, primary, "/billing/verify" + ofMonth), "the part of log2.hq is not known", "127.131.6.2");
    }

    private static void unknown(JsonNode proof, String... problem) {
        assertThat(proof.path("result").asString()).as(proof.toString()).isEqualTo("UNKNOWN");
        assertThat(proof.path("problems").size()).isEqualTo(1);
        assertThat(proof.path("problems").get(0).asString()).contains(problem);
        assertThat(proof.path("differences").size()).isZero();
    }

    private RunningLogService server(NodeName node) throws Exception {
        TestTree view = new TestTree(node, tree);
        IdentityFiles identity = IdentityFiles.inStateDirectory(directory.resolve(node.toString()));
        InetAddress address = view.get().tree().node(node).orElseThrow().address();
        identity.writeCertificate(
                authority.issue(node.toString(), Role.LOG, List.of(address), List.of(), Duration.ofDays(1)));
        RunningLogService service = RunningLogService.withControlPort(
                url, directory.resolve(node.toString()), network.port(node), view, InstantSource.system());
        running.add(service);
        return service;
    }

    private TestSender sender(String edge, NodeName server) throws IOException {
        TestSender sender =
                new TestSender(directory.resolve(edge), network.port(NodeName.of(edge)), server, accesses.count());
        running.add(sender);
        return sender;
    }

    private ControlHttp client(String name, Role role) throws Exception {
        IdentityFiles identity = new IdentityFiles(directory.resolve("client-" + name));
        identity.writeCertificate(authority.issue(name, role, List.of(), List.of(), Duration.ofDays(1)));
        ControlHttp http =
                new ControlHttp(NetworkTls.client(identity.directory()), InetAddress.ofLiteral("127.131.6.9"));
        running.add(http);
        return http;
    }

    private static JsonNode ask(ControlHttp http, InetSocketAddress server, String pathAndQuery) {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(ControlHttp.uri(server, pathAndQuery)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private int status(ControlHttp http, String pathAndQuery) {
        return http.send(HttpRequest.newBuilder(ControlHttp.uri(primary, pathAndQuery)))
                .statusCode();
    }

    private static InetSocketAddress free(String address) throws IOException {
        InetAddress literal = InetAddress.ofLiteral(address);
        try (ServerSocket socket = new ServerSocket(0, 1, literal)) {
            return new InetSocketAddress(literal, socket.getLocalPort());
        }
    }
}
