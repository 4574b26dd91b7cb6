package org.popnet.platform.discovery;

import org.popnet.platform.settings.NodeSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires discovery through the name servers that the node file names. */
@Configuration(proxyBeanMethods = false)
public class DiscoveryConfiguration {
    @Bean
    ServiceDiscovery serviceDiscovery(NodeSettings settings) {
        NameServerLookup lookup = new NameServerLookup(settings.nameServerAddresses(), settings.address());
        return new NameServerDiscovery(lookup::ask, settings.zone(), System::nanoTime);
    }
}
