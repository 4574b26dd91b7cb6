package org.popnet.platform.flush;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.agent.FetchedTree;
import org.popnet.platform.agent.TreeSource;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.settings.TestNode;
import org.popnet.platform.tree.Generation;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** What a service gets by offering a {@link FlushTarget}, over real TLS. */
class FlushPortTest {
    private static final String TREE = """
            network: {zone: pop.example}
            pops: {test: {nodes: {dns.test: {service: dns, address: 127.250.0.1}}}}
            """;

    @TempDir
    static Path directory;

    private static TestNode node;

    @SpringBootApplication
    static class Application {
        @Bean
        TreeSource treeSource() {
            Generation generation = new Generation(1, "0".repeat(40), Generation.sha256(TREE));
            return () -> Optional.of(new FetchedTree(generation, TREE));
        }

        @Bean
        FlushTarget store() {
            return order -> 5;
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
    void adminFlushesAndTheWatermarkIsKnownToTheService() {
        String order = """
                {"site":"www.a.example","number":1,"kind":"TAG","value":"sale"}""";
        HttpResponse<String> answer = post(Role.ADMIN, order);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"node\":\"dns.test\",\"site\":\"www.a.example\",\"watermark\":1,\"objects\":5}");
        assertThat(post(Role.ADMIN, order).body()).contains("\"objects\":0");
        FlushWatermarks watermarks = node.bean(FlushWatermarks.class);
        assertThat(watermarks.watermarks()).isEqualTo(Map.of("www.a.example", 1L));
        assertThat(watermarks.learnt("www.a.example")).isTrue();
        assertThat(watermarks.learnt("www.b.example"))
                .as("no admin service answers")
                .isFalse();
    }

    @Test
    void wrongOrdersAreRefusedInWords() {
        assertThat(post(Role.ADMIN, "{\"site\":\"../x\",\"number\":1,\"kind\":\"ALL\",\"value\":\"\"}")
                        .body())
                .contains("\"status\":422", "site '../x': must be a host name in lower case");
        assertThat(post(Role.ADMIN, "{\"site\":\"a.example\",\"number\":0,\"kind\":\"ALL\",\"value\":\"\"}")
                        .body())
                .contains("number 0: must be 1 or more");
        assertThat(post(Role.ADMIN, "{\"site\":\"a.example\",\"number\":1,\"value\":\"\"}")
                        .body())
                .contains("must be one of URL, PREFIX, WILDCARD, TAG, ALL");
        assertThat(post(Role.ADMIN, "{\"site\":\"a.example\",\"number\":1,\"kind\":\"FILE\",\"value\":\"\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void nobodyElseFlushes() {
        for (Role role : Role.values()) {
            if (role != Role.ADMIN) {
                assertThat(post(role, "{}").statusCode()).as(role.key()).isEqualTo(403);
            }
        }
    }

    private static HttpResponse<String> post(Role role, String body) {
        Path files = directory.resolve("client-" + role.key());
        new IdentityFiles(files)
                .writeCertificate(TestNode.authority(directory)
                        .issue("client." + role.key(), role, List.of(), List.of(), Duration.ofDays(1)));
        try (ControlHttp client = new ControlHttp(NetworkTls.client(files), InetAddress.ofLiteral(TestNode.ADDRESS))) {
            return client.send(HttpRequest.newBuilder(
                            ControlHttp.uri(new InetSocketAddress(TestNode.ADDRESS, node.controlPort()), "/flushes"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body)));
        }
    }
}
