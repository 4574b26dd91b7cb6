package org.popnet.platform.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.settings.TestNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The control port over real TLS: who gets in, and what the tree endpoints do. */
class ControlPortTest {
    @TempDir
    static Path directory;

    private static TestNode node;

    @SpringBootApplication
    static class Application {
        @Bean
        TreeSource treeSource() {
            return () -> Optional.of(TestTrees.fetched(1, 20));
        }
    }

    @BeforeAll
    static void start() throws Exception {
        node = TestNode.start(Application.class, "dns.test", directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void anyNodeOfTheNetworkSeesWhoThisIsAndHowItIs() {
        HttpResponse<String> response = get(client(Role.EDGE_CACHE), "/node");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("\"name\":\"dns.test\"", "\"pop\":\"test\"", "\"service\":\"dns\"", "\"health\":\"UP\"");
        assertThat(get(client(Role.OPERATOR), "/actuator/health").statusCode()).isEqualTo(200);
        assertThat(get(client(Role.OPERATOR), "/actuator/prometheus").body()).contains("popnet_tree_generation");
    }

    @Test
    void withoutACertificateOfThisNetworkNobodyGetsIn() {
        assertThatThrownBy(() -> get(client(authority("another"), Role.ADMIN, InstantSource.system()), "/node"))
                .as("another authority's")
                .isInstanceOf(ControlException.class);
        InstantSource longAgo = () -> Instant.now().minus(Duration.ofDays(30));
        CertificateAuthority ours = CertificateAuthority.load(directory.resolve("authority"), longAgo);
        assertThatThrownBy(() -> get(client(ours, Role.ADMIN, longAgo), "/node"))
                .as("expired")
                .isInstanceOf(ControlException.class);
        assertThatThrownBy(() -> {
                    try (var none = java.net.http.HttpClient.newBuilder()
                            .sslContext(trustOnly())
                            .build()) {
                        none.send(HttpRequest.newBuilder(uri("/node")).build(), HttpResponse.BodyHandlers.ofString());
                    }
                })
                .as("none at all")
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatNoRouteNamesIsRefused() {
        for (String path : List.of("/", "/actuator", "/env", "/actuator/../tree2", "/error")) {
            assertThat(get(client(Role.PROBE), path).statusCode()).as(path).isIn(403, 404, 400);
        }
        assertThat(get(client(Role.OPERATOR), "/actuator/env").statusCode()).isEqualTo(403);
        assertThat(get(client(Role.OPERATOR), "/actuator/refresh").statusCode()).isEqualTo(403);
    }

    @Test
    void onlyTheAdminReplacesTheTree() {
        for (Role role : Role.values()) {
            if (role != Role.ADMIN) {
                assertThat(put(client(role), TestTrees.fetched(1_000_000, 60)).statusCode())
                        .as(role.key())
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void aRunningNodeTakesANewTreeAndFollowersHearOfItAtOnce() throws Exception {
        long before = node.bean(CurrentTree.class).get().generation().number();
        ControlTreeSource follower = new ControlTreeSource(
                client(Role.EDGE_CACHE),
                () -> java.util.stream.Stream.of(
                        new InetSocketAddress(InetAddress.ofLiteral(TestNode.ADDRESS), node.controlPort())));
        CompletableFuture<Optional<FetchedTree>> waiting =
                CompletableFuture.supplyAsync(() -> follower.fetch(before, Duration.ofSeconds(30)));

        FetchedTree next = TestTrees.fetched(before + 1, 45);
        assertThat(put(client(Role.ADMIN), next).statusCode()).isEqualTo(204);

        await().until(waiting::isDone);
        assertThat(waiting.get()).contains(next);
        assertThat(get(client(Role.OPERATOR), "/node").body()).contains("\"generation\":" + (before + 1));
    }

    @Test
    void aBrokenTreeIsRefusedWithEveryLine() {
        HttpResponse<String> response = put(client(Role.ADMIN), TestTrees.fetched(1_000, "netwrk: {}\nrules: 3\n"));

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.body()).contains("network.yml:1").contains("network.yml:2");
        assertThat(put(
                                client(Role.ADMIN),
                                new FetchedTree(TestTrees.fetched(1_000, 1).generation(), "x"))
                        .statusCode())
                .isEqualTo(400);
    }

    private static HttpResponse<String> get(ControlHttp client, String path) {
        try (client) {
            return client.send(HttpRequest.newBuilder(uri(path)));
        }
    }

    private static HttpResponse<String> put(ControlHttp client, FetchedTree tree) {
        try (client) {
            return client.send(HttpRequest.newBuilder(uri("/tree"))
                    .header("Content-Type", "application/yaml")
                    .header(
                            TreeController.NUMBER,
                            Long.toString(tree.generation().number()))
                    .header(TreeController.COMMIT, tree.generation().commit())
                    .header(TreeController.SHA256, tree.generation().sha256())
                    .PUT(BodyPublishers.ofString(tree.text())));
        }
    }

    private static java.net.URI uri(String path) {
        return ControlHttp.uri(new InetSocketAddress(TestNode.ADDRESS, node.controlPort()), path);
    }

    private static CertificateAuthority authority(String name) {
        return CertificateAuthority.loadOrCreate(directory.resolve(name), name, InstantSource.system());
    }

    private static ControlHttp client(Role role) {
        return client(TestNode.authority(directory), role, InstantSource.system());
    }

    private static ControlHttp client(CertificateAuthority authority, Role role, InstantSource clock) {
        Path files = directory.resolve("client-" + System.nanoTime());
        new IdentityFiles(files)
                .writeCertificate(
                        authority.issue("client." + role.key(), role, List.of(), List.of(), Duration.ofDays(1)));
        return new ControlHttp(NetworkTls.client(files), InetAddress.ofLiteral(TestNode.ADDRESS));
    }

    private static javax.net.ssl.SSLContext trustOnly() throws Exception {
        java.security.KeyStore trust = java.security.KeyStore.getInstance("PKCS12");
        trust.load(null);
        trust.setCertificateEntry("ca", TestNode.authority(directory).certificate());
        var trusts = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        trusts.init(trust);
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        context.init(null, trusts.getTrustManagers(), null);
        return context;
    }
}
