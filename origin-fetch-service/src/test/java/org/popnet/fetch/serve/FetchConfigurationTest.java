package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.flush.FlushTarget;
import org.popnet.platform.load.LoadReporter;
import org.popnet.platform.message.Message;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FetchConfigurationTest {
    @TempDir
    Path directory;

    private ApplicationContextRunner service() {
        NodeSettings node = new NodeSettings(
                "fetch1.test",
                directory,
                InetAddress.ofLiteral("127.250.0.4"),
                9443,
                "pop.example",
                URI.create("https://127.250.0.1:8095"),
                List.of());
        return new ApplicationContextRunner()
                .withBean(NodeSettings.class, () -> node)
                .withBean(CurrentTree.class, FetchNode.Tree::new)
                .withBean(DatagramPort.class, Port::new)
                .withBean(OriginChoice.class, NoOrigins::new)
                .withBean(InstantSource.class, InstantSource::system)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withUserConfiguration(FetchConfiguration.class);
    }

    @Test
    void anEmptyConfigurationStartsAServerAtTheTreesAddress() {
        service().run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(FlushTarget.class).hasSingleBean(LoadReporter.class);
            DataPort port = context.getBean(DataPort.class);
            assertThat(port.isRunning()).isTrue();
            assertThat(port.localPort()).isEqualTo(8081);
            assertThat(port.health().getStatus().getCode()).isEqualTo("UP");
            assertThat(context.getBean(ControlRoute.class).pattern()).isEqualTo("/load");
        });
    }

    @Test
    void anUnknownSettingFailsTheStart() {
        service().withPropertyValues("popnet.fetch.store.byte-max=1GB").run(context -> assertThat(context)
                .hasFailed());
    }

    @Test
    void aSecondServerOnTheSameStateFailsAndSaysSo() {
        service().run(first -> service().run(second -> {
            assertThat(second).hasFailed();
            assertThat(second.getStartupFailure()).rootCause().hasMessageContaining("in use by another process");
        }));
    }

    private static final class Port implements DatagramPort {
        @Override
        public boolean send(NodeName receiver, Message message) {
            return true;
        }

        @Override
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {}

        @Override
        public void close() {}
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
