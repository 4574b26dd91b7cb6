package org.popnet.platform.agent;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.tree.Node;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/**
 * Wires the agent. A config source takes the tree from the admin service and its peers, and lets it be replaced; the
 * others ({@code popnet.tree.follow=true} in their application.properties) find a config source by name and follow it.
 */
@Configuration(proxyBeanMethods = false)
public class AgentConfiguration {
    private static final String FOLLOW = "popnet.tree.follow";

    @Bean
    Gauge generationGauge(TreeAgent agent, MeterRegistry meters) {
        return Gauge.builder("popnet.tree.generation", agent, a -> a.get()
                        .generation()
                        .number())
                .description("number of the generation that this node has activated")
                .register(meters);
    }

    @Bean
    TreeController treeController(TreeAgent agent) {
        return new TreeController(agent);
    }

    @Bean
    NodeController nodeController(CurrentTree tree, HealthEndpoint health) {
        return new NodeController(tree, health);
    }

    @Bean
    ControlRoute nodeRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/node");
    }

    private static LastGoodTree lastGood(NodeSettings settings, ObjectProvider<LastGoodTree> begun) {
        return begun.getIfAvailable(() -> LastGoodTree.begin(EarlyTree.directory(settings.stateDirectory())));
    }

    /** For nodes that receive trees and hand them out. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = FOLLOW, havingValue = "false", matchIfMissing = true)
    static class ConfigSource {
        @Bean
        TreeAgent treeAgent(
                NodeSettings settings,
                ControlHttp http,
                ObjectProvider<LastGoodTree> lastGood,
                ObjectProvider<TreeSource> repository) {
            PeerTreeSource peers = new PeerTreeSource(http, settings.name());
            TreeSource first =
                    repository.getIfAvailable(() -> new ConfigServerTreeSource(http, settings.configServer()));
            return new TreeAgent(settings.name(), lastGood(settings, lastGood), first, peers::highest);
        }

        @Bean
        ControlRoute treeReaders() {
            return ControlRoute.ofAnyRole(HttpMethod.GET, "/tree");
        }

        @Bean
        ControlRoute treeWriters() {
            return ControlRoute.of(HttpMethod.PUT, "/tree", Role.ADMIN);
        }
    }

    /** For nodes outside the push hierarchy. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = FOLLOW, havingValue = "true")
    static class Follower {
        @Bean
        ControlTreeSource configSources(NodeSettings settings, ControlHttp http, ServiceDiscovery discovery) {
            return new ControlTreeSource(
                    http, () -> discovery.configSources(settings.name().pop()).stream()
                            .map(ServiceAddress::address));
        }

        @Bean
        TreeAgent treeAgent(
                NodeSettings settings,
                ControlTreeSource sources,
                ControlHttp http,
                ObjectProvider<LastGoodTree> lastGood) {
            return new TreeAgent(settings.name(), lastGood(settings, lastGood), sources, known -> new ControlTreeSource(
                            http, () -> known.nodes().values().stream()
                                    .filter(node -> node.service().isConfigSource())
                                    .map(Node::controlAddress))
                    .fetch());
        }

        @Bean
        TreeFollower treeFollower(TreeAgent agent, ControlTreeSource sources) {
            return new TreeFollower(agent, sources);
        }
    }
}
