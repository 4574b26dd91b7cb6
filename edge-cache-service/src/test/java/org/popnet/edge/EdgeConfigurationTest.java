package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.flush.FlushTarget;
import org.popnet.platform.load.LoadReporter;
import org.popnet.platform.message.Message;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The beans as Spring puts them together, with the platform's replaced by the simplest that work. */
class EdgeConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(EdgeConfiguration.class)
            .withPropertyValues("popnet.edge.memory=8MB", "popnet.edge.threads=1")
            .withBean(CurrentTree.class, EdgeConfigurationTest::tree)
            .withBean(
                    NodeSettings.class,
                    () -> new NodeSettings(
                            "edge1.westusa",
                            Path.of("."),
                            InetAddress.getLoopbackAddress(),
                            9443,
                            "pop.example",
                            URI.create("https://127.0.0.1:1"),
                            List.of("127.0.0.1:1")))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(InstantSource.class, InstantSource::system)
            .withBean(LogSink.class, () -> (customer, record) -> {})
            .withBean(DatagramPort.class, SilentPort::new)
            .withBean(ServiceDiscovery.class, NothingFound::new)
            .withBean(OriginChoice.class, NoOrigins::new);

    @Test
    void contextServesReportsHealthAndTakesFlushes() {
        runner.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(FlushTarget.class).hasSingleBean(LoadReporter.class);
            try (TestClient client =
                    new TestClient(context.getBean(EdgeServer.class).port())) {
                assertThat(client.get("any", "/.popnet/health").text()).isEqualTo("ok");
                assertThat(client.get("www.customer1.example", "/").status()).isEqualTo(502);
            }
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.UP);
        });
    }

    @Test
    void unknownAndImpossibleSettingsFailTheStart() {
        runner.withPropertyValues("popnet.edge.memroy=1GB")
                .run(context -> assertThat(context).hasFailed());
        runner.withPropertyValues("popnet.edge.head-timeout=0s")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void busyPortFailsTheStartWithTheAddress() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            runner.withBean("busyTree", CurrentTree.class, () -> tree(busy.getLocalPort()), d -> d.setPrimary(true))
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(IOException.class)
                            .satisfies(e -> assertThat(context.getStartupFailure())
                                    .hasStackTraceContaining("cannot listen on /127.0.0.1:" + busy.getLocalPort())));
        }
    }

    private static CurrentTree tree() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return tree(free.getLocalPort());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static CurrentTree tree(int port) {
        String text = """
                network: {zone: pop.example}
                pops:
                  hq: {nodes: {admin.hq: {service: admin, address: 127.250.0.1}, log.hq: {service: log, address: 127.250.0.2}}}
                  westusa:
                    nodes:
                      dns.westusa: {service: dns, address: 127.250.0.3}
                      edge1.westusa: {service: edge-cache, address: 127.0.0.1, ports: {http: PORT}}
                log-servers: {log.hq: {manages: [customer1], deputies: []}}
                customers:
                  customer1:
                    servers: {west: {address: 127.250.0.5, port: 80}}
                    domains: {www.customer1.example: {candidates: [pops]}}
                """.replace("PORT", Integer.toString(port));
        ActiveTree tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        return new CurrentTree() {
            @Override
            public ActiveTree get() {
                return tree;
            }

            @Override
            public void subscribe(TreeSubscriber subscriber) {
                subscriber.prepare(tree).run();
            }

            @Override
            public NodeName self() {
                return NodeName.of("edge1.westusa");
            }
        };
    }

    private static final class SilentPort implements DatagramPort {
        @Override
        public boolean send(NodeName receiver, Message message) {
            return true;
        }

        @Override
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {}

        @Override
        public void close() {}
    }

    private static final class NothingFound implements ServiceDiscovery {
        @Override
        public List<ServiceAddress> find(String serviceName) {
            return List.of();
        }

        @Override
        public NodeName nodeOf(ServiceAddress address) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class NoOrigins implements OriginChoice {
        @Override
        public List<CustomerServer> ranked(Domain domain) {
            return List.of();
        }

        @Override
        public void succeeded(CustomerServer server, long firstByteNanos) {}

        @Override
        public void failed(CustomerServer server, Throwable cause) {}
    }
}
