package org.popnet.platform.datagram;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Gives a service its datagram port; services without one set {@code popnet.datagrams.enabled} to false. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "popnet.datagrams.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(DatagramSettings.class)
public class DatagramConfiguration {
    @Bean(destroyMethod = "close")
    UdpDatagramPort datagramPort(
            CurrentTree tree,
            NodeSettings node,
            DatagramSettings settings,
            MeterRegistry registry,
            InstantSource clock) {
        IdentityFiles identity = new IdentityFiles(node.identityDirectory());
        return new UdpDatagramPort(
                tree,
                identity::keyPairs,
                node.stateDirectory().resolve("datagrams"),
                settings,
                registry,
                clock,
                System::nanoTime);
    }

    @Bean
    HealthIndicator datagramHealthIndicator(UdpDatagramPort port) {
        return () -> port.hasKey()
                ? Health.up()
                        .withDetail("address", port.localAddress().toString())
                        .build()
                : Health.down()
                        .withDetail("reason", "the tree names no datagram key that this node holds")
                        .build();
    }
}
