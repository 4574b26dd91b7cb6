package org.popnet.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.popnet.probe.latency.LatencyRequestListener;
import org.popnet.probe.schedule.ServiceChecks;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ProbeConfigurationTest {
    private static final String TREE = """
            network: {zone: pop.example}
            pops:
              a:
                nodes:
                  probe.a: {service: probe, address: 127.250.8.4}
            """;

    private final ApplicationContextRunner probe = new ApplicationContextRunner()
            .withBean(TestTree.class, () -> new TestTree("probe.a", TREE))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(InstantSource.class, InstantSource::system)
            .withBean(
                    NodeSettings.class,
                    () -> new NodeSettings(
                            "probe.a",
                            Path.of("unused"),
                            InetAddress.ofLiteral("127.250.8.4"),
                            9443,
                            "pop.example",
                            URI.create("https://127.0.0.1:8095"),
                            List.of()))
            .withBean(LogSink.class, () -> (customer, event) -> {})
            .withBean(ControlHttp.class, ProbeConfigurationTest::control)
            .withUserConfiguration(ProbeConfiguration.class);

    private static ControlHttp control() {
        try {
            return new ControlHttp(SSLContext.getDefault(), InetAddress.ofLiteral("127.250.8.4"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void startsWithoutAnySetting() {
        probe.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(ServiceChecks.class)
                    .hasSingleBean(LatencyRequestListener.class);
            ProbeSettings settings = context.getBean(ProbeSettings.class);
            assertThat(settings.checks().interval()).isEqualTo(Duration.ofSeconds(1));
            assertThat(settings.checks().timeout()).isEqualTo(Duration.ofMillis(600));
            assertThat(settings.latency().attempts()).isEqualTo(3);
        });
    }

    @Test
    void unknownAndImpossibleSettingsFailTheStart() {
        probe.withPropertyValues("popnet.probe.checks.intervall=1s")
                .run(context -> assertThat(context).hasFailed());
        probe.withPropertyValues("popnet.probe.checks.interval=10ms").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("popnet.probe.checks.interval PT0.01S: must be PT0.25S to PT1H"));
    }
}
