package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class DatagramConfigurationTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.250.3.1");

    @TempDir
    Path state;

    private ApplicationContextRunner node;

    @BeforeEach
    void setUp() throws IOException {
        NodeKey key = IdentityFiles.inStateDirectory(state).loadOrCreateKey();
        CurrentTree tree = tree(key, freePort());
        node = new ApplicationContextRunner()
                .withBean(CurrentTree.class, () -> tree)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(InstantSource.class, InstantSource::system)
                .withBean(
                        NodeSettings.class,
                        () -> new NodeSettings(
                                "edge.a",
                                state,
                                ADDRESS,
                                9443,
                                "pop.example",
                                URI.create("https://127.0.0.1:8095"),
                                List.of()))
                .withUserConfiguration(DatagramConfiguration.class);
    }

    @Test
    void nodeHasAPortWithTheKeyOfItsIdentity() {
        node.run(context -> {
            assertThat(context).hasSingleBean(DatagramPort.class);
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.UP);
            assertThat(state.resolve("datagrams/epoch")).exists();
        });
    }

    @Test
    void serviceWithoutDatagramsHasNone() {
        node.withPropertyValues("popnet.datagrams.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(DatagramPort.class));
    }

    @Test
    void impossibleSettingFailsTheStart() {
        node.withPropertyValues("popnet.datagrams.receive-buffer=1KB").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("popnet.datagrams.receive-buffer")
                .hasMessageContaining("must be 64KB to 64MB"));
    }

    private static CurrentTree tree(NodeKey key, int port) {
        String text = """
                network: {zone: pop.example}
                pops:
                  a:
                    nodes:
                      edge.a: {service: edge-cache, address: 127.250.3.1, ports: {datagram: %d}, key: "%s"}
                """.formatted(port, key);
        ActiveTree active = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        return new CurrentTree() {
            @Override
            public ActiveTree get() {
                return active;
            }

            @Override
            public void subscribe(TreeSubscriber subscriber) {
                subscriber.prepare(active).run();
            }

            @Override
            public NodeName self() {
                return NodeName.of("edge.a");
            }
        };
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, ADDRESS)) {
            return socket.getLocalPort();
        }
    }
}
