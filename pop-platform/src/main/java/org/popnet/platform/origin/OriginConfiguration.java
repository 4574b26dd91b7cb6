package org.popnet.platform.origin;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Gives the services that fetch from customers' servers their {@link OriginChoice}; made when first asked for. */
@AutoConfiguration
public class OriginConfiguration {
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    OriginChoice originChoice(CurrentTree tree, ServiceDiscovery discovery, InstantSource clock, MeterRegistry meters) {
        return new RankedOrigins(tree, discovery, clock, meters, lookup -> Thread.ofVirtual()
                .name("origin-lookup")
                .start(lookup));
    }
}
