package org.popnet.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.SiteWatermarks;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.settings.StartedNode;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole admin service over real TLS, a real git repository and a real PostgreSQL. */
class AdminServiceTest {
    private static final String ADDRESS = "127.250.40.1";
    private static final String SITE = "static.customer1.example";

    @TempDir
    static Path directory;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> STORY = Collections.synchronizedList(new ArrayList<>());
    private static final Map<String, FakeNode> NODES = new LinkedHashMap<>();
    private static final Map<Role, ControlHttp> CLIENTS = new LinkedHashMap<>();
    private static EmbeddedPostgres postgres;
    private static TestRepository repository;
    private static CertificateAuthority authority;
    private static ConfigurableApplicationContext admin;
    private static String tree;
    private static String commit;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        authority = CertificateAuthority.loadOrCreate(directory.resolve("authority"), "test", InstantSource.system());
        port = freePort();
        tree = tree();
        repository = new TestRepository(Files.createDirectory(directory.resolve("repository")));
        repository.commit("application.yml", "popnet:\n  colour: blue\n");
        repository.commit("dns-service.yml", "popnet.dns.threads: 3\n");
        for (String file : List.of("edge-cache-service.yml", "log-service.yml", "netview-console.yml")) {
            repository.commit(file, Files.readString(Path.of("../config-repo", file)));
        }
        repository.commit("secret.yml", "password: x\n");
        commit = repository.commit("network.yml", tree);
        postgres = EmbeddedPostgres.builder().start();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role admin login password 'admin'");
            statement.execute("create schema admin authorization admin");
        }
        Path state = Files.createDirectories(directory.resolve("admin.hq"));
        IdentityFiles.inStateDirectory(state)
                .writeCertificate(authority.issue(
                        "admin.hq",
                        Role.ADMIN,
                        List.of(InetAddress.ofLiteral(ADDRESS)),
                        List.of("admin.hq.pop.example"),
                        Duration.ofDays(1)));
        IdentityFiles.inStateDirectory(state).loadOrCreateKey();
        Path nodeFile = directory.resolve("admin.properties");
        Files.writeString(nodeFile, """
                popnet.node=admin.hq
                popnet.state-directory=%s
                popnet.address=%s
                popnet.control-port=%d
                popnet.zone=pop.example
                popnet.config-server=https://%s:%d
                popnet.name-servers=127.250.40.9:2
                popnet.admin.repository.directory=%s
                popnet.admin.flush.retry-interval=50ms
                spring.datasource.url=jdbc:postgresql://localhost:%d/postgres
                spring.datasource.username=admin
                spring.datasource.password=admin
                """.formatted(
                        state, ADDRESS, port, ADDRESS, port, repository.directory(), postgres.getPort()));
        admin = StartedNode.start(AdminService.class, "admin-service", "--popnet.node-file=" + nodeFile);
    }

    @AfterAll
    static void stop() throws IOException {
        CLIENTS.values().forEach(ControlHttp::close);
        NODES.values().forEach(FakeNode::close);
        if (admin != null) {
            admin.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        repository.close();
    }

    /** Four content nodes with ports of their own, started. */
    private static String tree() throws IOException {
        SSLContext tls = NetworkTls.client(certificate("nodes", Role.EDGE_CACHE));
        StringBuilder nodes = new StringBuilder();
        for (String name : List.of("fetch1", "fetch2", "edge1", "edge2")) {
            int control = freePort();
            NODES.put(name, new FakeNode(name + ".west", new InetSocketAddress(ADDRESS, control), tls, STORY));
            NODES.get(name).start();
            nodes.append(
                    "      %s.west: {service: %s, address: %s, ports: {control: %d, http: %d, https: %d, fetch: %d, datagram: %d}}%n"
                            .formatted(
                                    name,
                                    name.startsWith("edge") ? "edge-cache" : "origin-fetch",
                                    ADDRESS,
                                    control,
                                    control - 1000,
                                    control - 2000,
                                    control - 3000,
                                    control));
        }
        return """
                # verbatim: comments, spaces   and all
                network: {zone: pop.example}
                pops:
                  hq: {nodes: {admin.hq: {service: admin, address: %s, ports: {control: %d}}, log.hq: {service: log, address: 127.250.40.2}}}
                  west:
                    nodes:
                %slog-servers: {log.hq: {manages: [customer1]}}
                customers:
                  customer1:
                    servers: {west: {address: 127.250.40.3}}
                    domains:
                      static.customer1.example: {candidates: [pops]}
                      www.customer1.example: {candidates: [pops]}
                      late.customer1.example: {candidates: [pops]}
                      history.customer1.example: {candidates: [pops]}
                """.formatted(ADDRESS, port, nodes);
    }

    @Test
    void treeIsServedVerbatimWithItsGeneration() {
        for (String path : List.of("/network/default", "/network/default/" + commit)) {
            JsonNode source = json(get(Role.EDGE_CACHE, path))
                    .path("propertySources")
                    .path(0)
                    .path("source");
            assertThat(source.path("network.tree").asString()).isEqualTo(tree);
            assertThat(source.path("network.commit").asString()).isEqualTo(commit);
            assertThat(source.path("network.sha256").asString()).isEqualTo(Generation.sha256(tree));
            assertThat(source.path("network.generation").asLong()).isEqualTo(1);
        }
    }

    @Test
    void servicesGetTheirSettingsAndNeverTheTree() {
        HttpResponse<String> response = get(Role.DNS, "/dns-service/default");
        JsonNode sources = json(response).path("propertySources");
        assertThat(sources.path(0).path("source").path("popnet.dns.threads").asInt())
                .isEqualTo(3);
        assertThat(sources.path(1).path("source").path("popnet.colour").asString())
                .isEqualTo("blue");
        assertThat(response.body()).doesNotContain("customer1");
        for (String name : List.of("edge-cache-service", "log-service", "netview-console")) {
            assertThat(get(Role.NETVIEW, "/" + name + "/default").statusCode())
                    .as(name)
                    .isEqualTo(200);
        }
    }

    @Test
    void whatIsNotForServicesIsRefused() {
        for (String path : List.of(
                "/secret/default",
                "/network-default.yml",
                "/dns-service-default.json",
                "/main/network-default.properties",
                "/dns-service/default/main/network.yml",
                "/dns-service/default/main/..%2F..%2Fsecret.yml",
                "/dns-service/default/..%2F..%2Fsecret.yml",
                "/dns-service/default/%252e%252e%252fsecret.yml",
                "/dns-service/default/..(_)..(_)secret.yml",
                "/dns-service/default/network.yml?useDefaultLabel",
                "/dns-service/..%5c..%5csecret/main",
                "/dns-service/default/main/../../../secret.yml",
                "/application/default/no-such-label",
                "/encrypt/status",
                "/key")) {
            HttpResponse<String> response = get(Role.OPERATOR, path);
            assertThat(response.statusCode()).as(path).isIn(400, 403, 404);
            assertThat(response.body()).as(path).doesNotContain("password", "zone: pop.example");
        }
    }

    @Test
    void brokenCommitKeepsTheGenerationAndHealthSaysWhy() throws Exception {
        repository.commit("network.yml", tree + "rulez: {}\n");
        try {
            assertThat(get(Role.PROBE, "/network/default").body()).contains("\"network.generation\":1");
            assertThat(get(Role.OPERATOR, "/actuator/health").body())
                    .contains(",\"status\":\"UP\"}")
                    .contains("unknown key 'rulez'")
                    .contains("did you mean 'rules'");
        } finally {
            repository.commit("network.yml", tree);
        }
        assertThat(get(Role.PROBE, "/network/default").body()).contains("\"network.generation\":1");
        assertThat(get(Role.OPERATOR, "/actuator/health").body()).doesNotContain("rulez");
    }

    @Test
    void flushReachesOriginFetchServersThenEdgesWithReceipts() {
        HttpResponse<String> accepted = post(Role.NETVIEW, """
                {"site":"Static.Customer1.example","kind":"PREFIX","value":"/img/","requestedBy":"ada"}""");

        assertThat(accepted.statusCode()).isEqualTo(202);
        JsonNode flush = json(accepted);
        assertThat(flush.path("done").asBoolean()).isFalse();
        assertThat(flush.path("receipts")).hasSize(4);
        assertThat(flush.path("receipts").path(0).path("state").asString()).isEqualTo("PENDING");
        String location = accepted.headers().firstValue("Location").orElseThrow();
        await().until(() -> json(get(Role.NETVIEW, location)).path("done").asBoolean());

        JsonNode done = json(get(Role.OPERATOR, location));
        assertThat(done.path("requestedBy").asString()).isEqualTo("ada");
        assertThat(done.path("requestedVia").asString()).isEqualTo("client.netview");
        assertThat(done.path("requestedAt").asString()).startsWith("20").endsWith("Z");
        done.path("receipts").forEach(r -> {
            assertThat(r.path("state").asString()).isEqualTo("DONE");
            assertThat(r.path("objects").asLong()).isEqualTo(7);
        });
        long number = done.path("number").asLong();
        List<String> order = STORY.stream()
                .filter(s -> s.endsWith(" " + SITE + " " + number))
                .distinct() // a node that is slow to answer is asked again
                .toList();
        assertThat(order).hasSize(4);
        assertThat(order.subList(0, 2)).allMatch(s -> s.startsWith("fetch"));
        assertThat(get(Role.EDGE_CACHE, "/flushes/watermarks").body()).contains("\"" + SITE + "\":" + number);
        assertThat(json(get(Role.EDGE_CACHE, "/flushes?site=" + SITE + "&after=" + (number - 1)))
                        .path(0)
                        .path("value")
                        .asString())
                .isEqualTo("/img/");
    }

    @Test
    void nodesReadTheHistoryAsOrders() {
        post(Role.OPERATOR, """
                {"site":"history.customer1.example","kind":"TAG","value":"sale","requestedBy":"operator"}""");
        Node self = admin.getBean(CurrentTree.class).node();

        FlushOrder[] orders = client(Role.ORIGIN_FETCH)
                .get(self, "/flushes?site=history.customer1.example&after=0&limit=500", FlushOrder[].class);
        assertThat(orders).containsExactly(new FlushOrder("history.customer1.example", 1, FlushOrder.Kind.TAG, "sale"));
        assertThat(client(Role.EDGE_CACHE)
                        .get(self, "/flushes/watermarks", SiteWatermarks.class)
                        .sites())
                .containsEntry("history.customer1.example", 1L);
    }

    @Test
    void nodeThatIsDownIsTriedUntilItAcknowledges() throws Exception {
        NODES.get("edge2").close();
        String location =
                post(Role.OPERATOR, """
                {"site":"late.customer1.example","kind":"ALL","requestedBy":"operator"}""").headers().firstValue("Location").orElseThrow();
        await().untilAsserted(() -> assertThat(get(Role.OPERATOR, location).body())
                .contains("\"state\":\"FAILED\"")
                .contains("\"state\":\"DONE\"")
                .contains("\"done\":false"));

        post(Role.OPERATOR, """
                {"site":"late.customer1.example","kind":"URL","value":"/","requestedBy":"operator"}""");

        NODES.get("edge2").start();
        await().until(() -> json(get(Role.OPERATOR, location)).path("done").asBoolean());
        await().until(() -> json(get(Role.OPERATOR, "/flushes/late.customer1.example/2"))
                .path("done")
                .asBoolean());
    }

    @Test
    void flushesOfOneSiteAreNumberedWithoutGaps() {
        for (int i = 1; i <= 3; i++) {
            JsonNode flush = json(post(Role.OPERATOR, """
                    {"site":"www.customer1.example","kind":"URL","value":"/%d?q=1","requestedBy":"a b"}""".formatted(i)));
            assertThat(flush.path("number").asLong()).isEqualTo(i);
        }
        JsonNode last = json(get(Role.NETVIEW, "/flushes?site=www.customer1.example&limit=2"));
        assertThat(last).hasSize(2);
        assertThat(last.path(0).path("number").asLong()).isEqualTo(2);
        assertThat(last.path(1).path("number").asLong()).isEqualTo(3);
    }

    @Test
    void wrongWishesAreRefusedInWords() {
        assertThat(problem("no.such.example", "URL", "/x")).startsWith("404").contains("no site 'no.such.example'");
        assertThat(problem(SITE, "URL", "x")).startsWith("422").contains("value 'x'", "must begin with '/'");
        assertThat(problem(SITE, "PREFIX", "/" + "a".repeat(2048)))
                .startsWith("422")
                .contains("2048 characters");
        assertThat(problem(SITE, "URL", "/a\\u0000b")).startsWith("422").contains("control characters");
        assertThat(problem(SITE, "FILE", "/a")).startsWith("422").contains("kind 'FILE': must be one of URL");
        assertThat(problem(SITE, "ALL", "/a")).startsWith("422").contains("must be empty");
        assertThat(problem(SITE, "TAG", "")).startsWith("422").contains("surrogate key");
        assertThat(post(Role.OPERATOR, "nonsense").statusCode()).isEqualTo(400);
        assertThat(get(Role.OPERATOR, "/flushes/" + SITE + "/99999").statusCode())
                .isEqualTo(404);
        assertThat(get(Role.OPERATOR, "/flushes?site=x&limit=0").statusCode()).isEqualTo(422);
    }

    @Test
    void onlyConsoleAndOperatorMayFlush() {
        for (Role role : Role.values()) {
            if (role != Role.OPERATOR && role != Role.NETVIEW) {
                assertThat(post(role, "{}").statusCode()).as(role.key()).isEqualTo(403);
            }
        }
    }

    @Test
    void endpointsAreDescribed() {
        assertThat(get(Role.OPERATOR, "/v3/api-docs").body())
                .contains("\"/flushes\"", "Remove content from every POP", "/flushes/{site}/{number}");
    }

    private static String problem(String site, String kind, String value) {
        HttpResponse<String> response = post(Role.OPERATOR, """
                {"site":"%s","kind":"%s","value":"%s","requestedBy":"ada"}""".formatted(site, kind, value));
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        return response.statusCode() + " " + json(response).path("detail").asString();
    }

    private static HttpResponse<String> get(Role role, String path) {
        return client(role).send(HttpRequest.newBuilder(uri(path)));
    }

    private static HttpResponse<String> post(Role role, String body) {
        return client(role)
                .send(HttpRequest.newBuilder(uri("/flushes"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.body()).as(() -> "status " + response.statusCode()).matches("(?s)[{\\[].*");
        return JSON.readTree(response.body());
    }

    private static URI uri(String path) {
        return ControlHttp.uri(new InetSocketAddress(ADDRESS, port), path);
    }

    private static synchronized ControlHttp client(Role role) {
        return CLIENTS.computeIfAbsent(
                role,
                r -> new ControlHttp(
                        NetworkTls.client(certificate("client." + r.key(), r)), InetAddress.ofLiteral(ADDRESS)));
    }

    private static Path certificate(String name, Role role) {
        Path files = directory.resolve(name);
        new IdentityFiles(files)
                .writeCertificate(authority.issue(
                        name, role, List.of(InetAddress.ofLiteral(ADDRESS)), List.of(), Duration.ofDays(1)));
        return files;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ADDRESS))) {
            return socket.getLocalPort();
        }
    }
}
