package org.popnet.platform.spool;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Gives a service that sets {@code popnet.spool.enabled} its {@link LogSink}, and ships what is put there. */
@AutoConfiguration
@ConditionalOnProperty("popnet.spool.enabled")
@EnableConfigurationProperties(SpoolSettings.class)
class SpoolConfiguration {
    @Bean
    LogSpool logSpool(NodeSettings node, SpoolSettings settings, MeterRegistry meters) throws IOException {
        SecureRandom random = new SecureRandom();
        return new LogSpool(node.stateDirectory().resolve("spool"), settings, random::nextLong, meters);
    }

    @Bean
    LogShipper logShipper(
            LogSpool spool,
            SpoolSettings settings,
            ServiceDiscovery discovery,
            DatagramPort port,
            InstantSource clock,
            MeterRegistry meters) {
        return new LogShipper(spool, settings, discovery, port, System::nanoTime, clock, new SecureRandom(), meters);
    }
}
