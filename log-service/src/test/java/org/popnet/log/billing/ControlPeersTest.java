package org.popnet.log.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.TestTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.tree.NodeName;

class ControlPeersTest {
    @TempDir
    Path directory;

    @Test
    void anotherServerIsAskedForItsPartOverItsControlPort() throws Exception {
        InetAddress address = InetAddress.ofLiteral("127.131.4.1");
        CertificateAuthority authority =
                CertificateAuthority.loadOrCreate(directory.resolve("ca"), "pop.example", InstantSource.system());
        IdentityFiles identity = new IdentityFiles(directory.resolve("identity"));
        identity.writeCertificate(
                authority.issue("log2.hq", Role.LOG, List.of(address), List.of(), Duration.ofDays(1)));
        AtomicReference<String> asked = new AtomicReference<>("");
        HttpsServer server = HttpsServer.create(new InetSocketAddress(address, 0), 1);
        server.setHttpsConfigurator(new HttpsConfigurator(NetworkTls.client(identity.directory())));
        server.createContext("/billing/server/part", exchange -> {
            asked.set(exchange.getRequestURI().getRawQuery());
            byte[] body = """
                    {"accesses":2,"cells":[{"domain":"a.example","pop":"hq","interval":7,"requests":2,"bytesOut":3,
                    "bytesIn":4}],"problems":["one"]}""".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (ControlHttp http = new ControlHttp(NetworkTls.client(identity.directory()), address)) {
            ControlPeers peers = new ControlPeers(
                    new TestTree(NodeName.of("log.hq"), """
                    network: {zone: pop.example}
                    pops:
                      hq:
                        location: [40.0, -100.0]
                        nodes:
                          log.hq: {service: log, address: 127.131.4.2}
                          log2.hq: {service: log, address: 127.131.4.1, ports: {control: %d}}
                    """.formatted(
                                    server.getAddress().getPort())),
                    http);
            ServerPart part = peers.ask("log2.hq", "c", Month.parse("2026-10"));
            assertThat(asked).hasValue("customer=c&month=2026-10");
            assertThat(part.cells()).containsExactly(new ServerPart.Cell("a.example", "hq", 7, 2, 3, 4));
            assertThat(part.accesses()).isEqualTo(2);
            assertThat(part.problems()).containsExactly("one");
            assertThatThrownBy(() -> peers.ask("log3.hq", "c", Month.parse("2026-10")))
                    .hasMessageContaining("does not name it");
            server.removeContext("/billing/server/part");
            assertThatThrownBy(() -> peers.ask("log2.hq", "c", Month.parse("2026-10")))
                    .hasMessageContaining("404");
        } finally {
            server.stop(0);
        }
    }
}
