package org.popnet.log.billing;

import java.time.InstantSource;
import org.popnet.log.completeness.Completeness;
import org.popnet.log.intake.LogSettings;
import org.popnet.log.raw.RawAccesses;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class BillingConfiguration {
    @Bean
    Closing closing(BillingSettings settings, LogSettings log, Completeness completeness, InstantSource clock) {
        return new Closing(completeness::dataUpTo, settings.grace(), log.lateMax(), clock);
    }

    @Bean
    Verification verification(Statements statements, NodeSettings node, CurrentTree tree, ControlHttp http) {
        return new Verification(
                statements,
                new RawAccesses(node.stateDirectory().resolve("raw")),
                node.node(),
                new ControlPeers(tree, http));
    }
}
