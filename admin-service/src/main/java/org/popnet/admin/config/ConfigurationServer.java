package org.popnet.admin.config;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSource;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.config.server.EnableConfigServer;
import org.springframework.cloud.config.server.environment.EnvironmentRepository;
import org.springframework.cloud.config.server.resource.NoSuchResourceException;
import org.springframework.cloud.config.server.resource.ResourceRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Wires Spring Cloud Config over the repository, and lets in what nodes need of it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigServer
@EnableConfigurationProperties(RepositorySettings.class)
class ConfigurationServer {
    private static final String KNOWN = Stream.concat(
                    Stream.of(ServedConfiguration.NETWORK, ServedConfiguration.COMMON),
                    ServedConfiguration.SERVICES.stream().sorted())
            .collect(Collectors.joining("|", "{application:", "}"));

    @Bean
    ConfigRepository configRepository(RepositorySettings settings) {
        return new ConfigRepository(Objects.requireNonNull(settings.directory()), settings.branch());
    }

    @Bean
    TreeHistory treeHistory(ConfigRepository repository, NodeSettings settings) throws IOException {
        GenerationLedger ledger = new GenerationLedger(settings.stateDirectory().resolve("generations"));
        return new TreeHistory(repository, ledger);
    }

    @Bean
    TreeSource repositoryTrees(TreeHistory trees) {
        return () -> Optional.of(trees.current());
    }

    @Bean
    EnvironmentRepository servedConfiguration(ConfigRepository repository, TreeHistory trees) {
        return new ServedConfiguration(repository, trees);
    }

    /** Plain files are not served at all: reading them by path is where path traversal came from (CVE-2026-40982). */
    @Bean
    ResourceRepository noPlainFiles() {
        return (name, profile, label, path) -> {
            throw new NoSuchResourceException("plain files are not served");
        };
    }

    @Bean
    HealthIndicator repositoryHealthIndicator(TreeHistory trees, CurrentTree active) {
        return () -> {
            long newest = trees.current().generation().number();
            Health.Builder health = Health.up()
                    .withDetail("generation", newest)
                    .withDetail("active", active.get().generation().number());
            trees.problem().ifPresent(problem -> health.withDetail("problem", problem));
            return health.build();
        };
    }

    @Bean
    ControlRoute configRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/" + KNOWN + "/*");
    }

    @Bean
    ControlRoute labelledConfigRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/" + KNOWN + "/*/*");
    }
}
