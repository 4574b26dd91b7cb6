package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.tree.Capacity;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Ports;
import org.popnet.platform.tree.Service;

/** What whoever typed a command reads when a node's control port refuses it, fails, or is not there. */
class ProblemsTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @TempDir
    Path directory;

    private HttpsServer server;
    private ControlHttp operator;
    private Node node;

    @BeforeEach
    void start() throws IOException {
        CertificateAuthority authority =
                CertificateAuthority.loadOrCreate(directory.resolve("ca"), "pop.example", InstantSource.system());
        IdentityFiles identity = new IdentityFiles(directory.resolve("identity"));
        identity.writeCertificate(
                authority.issue("admin.hq", Role.ADMIN, List.of(LOOPBACK), List.of(), Duration.ofDays(1)));
        SSLContext tls = NetworkTls.client(identity.directory());
        server = HttpsServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.start();
        operator = new ControlHttp(tls, LOOPBACK);
        int port = server.getAddress().getPort();
        node = new Node(
                NodeName.of("admin.hq"),
                Service.ADMIN,
                LOOPBACK,
                Optional.empty(),
                new Ports(53, 5301, 80, 443, 8081, port),
                Capacity.DEFAULT,
                1,
                List.of());
    }

    @AfterEach
    void stop() {
        operator.close();
        server.stop(0);
    }

    @Test
    void aRefusalIsToldInTheNodesOwnWords() {
        answer(422, "{\"status\":422,\"detail\":\"site nobody.example: must be a domain of the tree\"}");
        assertThat(sentenceOfAnAnswer()).isEqualTo("site nobody.example: must be a domain of the tree");
    }

    @Test
    void aRefusalWithoutWordsSaysWhereItCameFrom() {
        answer(404, "no");
        assertThat(sentenceOfAnAnswer())
                .isEqualTo("https://127.0.0.1:" + node.ports().control() + "/flushes?site=a answered 404");
    }

    @Test
    void aNodesOwnFailureSaysWhereToLook() {
        answer(500, "{\"detail\":\"the repository cannot be read\"}");
        assertThat(sentenceOfAnAnswer())
                .isEqualTo("https://127.0.0.1:" + node.ports().control()
                        + "/flushes?site=a answered 500: the repository cannot be read");
    }

    @Test
    void whoDoesNotAnswerIsNamedByItsAddress() {
        server.stop(0);
        assertThat(sentence()).startsWith("https://127.0.0.1:" + node.ports().control() + "/flushes?site=a: ");
    }

    private void answer(int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
    }

    private String sentence() {
        return Problems.sentence(catchThrowable(() -> operator.get(node, "/flushes?site=a", String.class)));
    }

    /** The first handshake of a cold JVM may be given up on a busy machine: what counts is the first answer. */
    private String sentenceOfAnAnswer() {
        await().atMost(SOON)
                .until(() -> catchThrowable(() -> operator.get(node, "/flushes?site=a", String.class))
                                instanceof ControlException refused
                        && refused.status() != 0);
        return sentence();
    }
}
