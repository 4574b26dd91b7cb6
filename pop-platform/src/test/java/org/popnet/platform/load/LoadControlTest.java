package org.popnet.platform.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.agent.FetchedTree;
import org.popnet.platform.agent.TreeSource;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.Role;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.settings.TestNode;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.TreeParser;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The load that a node tells at its control port, asked for as probes ask, over real mutual TLS. */
class LoadControlTest {
    @TempDir
    static Path directory;

    private static TestNode node;

    private static String tree(int controlPort) {
        return """
                network: {zone: pop.example}
                pops:
                  test:
                    nodes:
                      edge.test: {service: edge-cache, address: %s, ports: {control: %d}}
                      log.test: {service: log, address: 127.250.0.3}
                log-servers: {log.test: {manages: [c, _network]}}
                customers:
                  c:
                    servers: {west: {address: 127.250.0.4, port: 8080}}
                    domains: {www.c.example: {candidates: [pops]}}
                """.formatted(TestNode.ADDRESS, controlPort);
    }

    @SpringBootApplication
    @Import(LoadConfiguration.class)
    static class Application {
        /** Whom else the load is told to is {@link LoadReporterTest}'s story. */
        @Bean
        DatagramPort datagramPort() {
            return new DatagramPort() {
                @Override
                public boolean send(NodeName receiver, Message message) {
                    return true;
                }

                @Override
                public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {}

                @Override
                public void close() {}
            };
        }

        @Bean
        TreeSource treeSource() {
            String text = tree(9443);
            return () -> Optional.of(new FetchedTree(new Generation(1, "0".repeat(40), Generation.sha256(text)), text));
        }
    }

    @BeforeAll
    static void start() throws Exception {
        node = TestNode.start(Application.class, "edge.test", directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void probeIsToldEverySecondWhatEachSiteServes() {
        TrafficMeter meter = node.bean(TrafficMeter.class);
        meter.connectionsAtMost(100);
        meter.connectionOpened();
        try (ControlHttp probe = client(Role.PROBE)) {
            await().untilAsserted(() -> {
                TrafficMeter.Site site = meter.site("www.c.example");
                site.began();
                site.sent(100_000);
                site.ended();
                LoadReport load = probe.get(edge(), "/load", LoadReport.class);
                assertThat(load.openConnections()).isOne();
                assertThat(load.connectionShare()).isEqualTo(0.01);
                assertThat(load.memory()).isStrictlyBetween(0.0, 1.0);
                assertThat(load.cpu()).isBetween(0.0, 1.0);
                Map<String, SiteLoad> sites = load.sites();
                assertThat(sites).containsOnlyKeys("www.c.example");
                assertThat(sites.get("www.c.example").bytesPerSecond()).isPositive();
                assertThat(sites.get("www.c.example").requestsPerSecond()).isPositive();
            });
        }
    }

    @Test
    void whoIsNoProbeNorOperatorIsNotTold() {
        try (ControlHttp other = client(Role.EDGE_CACHE)) {
            assertThatThrownBy(() -> other.get(edge(), "/load", LoadReport.class))
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("403");
        }
    }

    private static Node edge() {
        return TreeParser.parse("network.yml", tree(node.controlPort()))
                .node(NodeName.of("edge.test"))
                .orElseThrow();
    }

    private static ControlHttp client(Role role) {
        Path files = directory.resolve("client-" + role.key());
        new IdentityFiles(files)
                .writeCertificate(TestNode.authority(directory)
                        .issue("client." + role.key(), role, List.of(), List.of(), Duration.ofDays(1)));
        return new ControlHttp(NetworkTls.client(files), InetAddress.ofLiteral(TestNode.ADDRESS));
    }
}
