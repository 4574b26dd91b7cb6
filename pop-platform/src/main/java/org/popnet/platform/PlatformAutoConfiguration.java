package org.popnet.platform;

import java.time.InstantSource;
import org.popnet.platform.agent.AgentConfiguration;
import org.popnet.platform.control.ControlConfiguration;
import org.popnet.platform.discovery.DiscoveryConfiguration;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Gives every service what a node of the network carries. */
@AutoConfiguration
@EnableConfigurationProperties(NodeSettings.class)
@Import({AgentConfiguration.class, ControlConfiguration.class, DiscoveryConfiguration.class})
public class PlatformAutoConfiguration {
    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }
}
