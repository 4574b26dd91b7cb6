package org.popnet.admin.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.FetchedTree;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.cloud.config.environment.Environment;
import org.springframework.cloud.config.environment.PropertySource;
import org.springframework.cloud.config.server.environment.EnvironmentNotFoundException;
import org.springframework.cloud.config.server.environment.EnvironmentRepository;
import org.springframework.cloud.config.server.environment.FailedToConstructEnvironmentException;
import org.springframework.cloud.config.server.environment.NoSuchLabelException;
import org.springframework.core.io.ByteArrayResource;

/**
 * What Spring Cloud Config serves. For the application {@value #NETWORK} the tree, verbatim, as one property beside its
 * commit, hash and generation; for the services their settings: {@code application.yml} and {@code <service>.yml}, with
 * {@code -<profile>} variants before them, one document each. Other names do not exist, whatever the repository holds.
 */
final class ServedConfiguration implements EnvironmentRepository {
    static final String NETWORK = "network";
    static final String COMMON = "application";
    static final Set<String> SERVICES = Set.of(
            "dns-service",
            "probe-service",
            "edge-cache-service",
            "origin-fetch-service",
            "log-service",
            "netview-console",
            "admin-service");

    private static final String NO_PROFILE = "default";
    private static final Pattern PROFILES = Pattern.compile("[a-z0-9][a-z0-9,-]{0,99}");

    private final ConfigRepository repository;
    private final TreeHistory trees;

    ServedConfiguration(ConfigRepository repository, TreeHistory trees) {
        this.repository = repository;
        this.trees = trees;
    }

    @Override
    public Environment findOne(String application, @Nullable String profile, @Nullable String label) {
        String profiles = profile == null ? NO_PROFILE : profile;
        if (!PROFILES.matcher(profiles).matches()) {
            throw new EnvironmentNotFoundException("no such profile");
        }
        Environment environment = new Environment(application, profiles.split(","));
        environment.setLabel(label);
        if (application.equals(NETWORK)) {
            addTree(environment, label);
        } else if (application.equals(COMMON) || SERVICES.contains(application)) {
            addSettings(environment, label);
        } else {
            throw new EnvironmentNotFoundException("no such application");
        }
        return environment;
    }

    private void addTree(Environment environment, @Nullable String label) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (label == null) {
            FetchedTree tree = trees.current();
            properties.put("network.tree", tree.text());
            properties.put("network.commit", tree.generation().commit());
            properties.put("network.sha256", tree.generation().sha256());
            properties.put("network.generation", tree.generation().number());
        } else {
            TreeHistory.TreeAt tree = trees.at(label).orElseThrow(() -> new NoSuchLabelException(label));
            properties.put("network.tree", tree.text());
            properties.put("network.commit", tree.commit());
            properties.put("network.sha256", tree.sha256());
            tree.number().ifPresent(number -> properties.put("network.generation", number));
        }
        String commit = String.valueOf(properties.get("network.commit"));
        environment.setVersion(commit);
        environment.add(new PropertySource(TreeHistory.FILE + "@" + commit, properties));
    }

    private void addSettings(Environment environment, @Nullable String label) {
        String wanted = label == null ? repository.branch() : label;
        String commit = repository.commit(wanted).orElseThrow(() -> new NoSuchLabelException(wanted));
        environment.setVersion(commit);
        for (String file : files(environment.getName(), environment.getProfiles())) {
            repository
                    .read(commit, file)
                    .map(bytes -> properties(file, commit, bytes))
                    .filter(properties -> !properties.isEmpty())
                    .ifPresent(properties -> environment.add(new PropertySource(file + "@" + commit, properties)));
        }
    }

    /** The most particular first: it wins. */
    private static List<String> files(String application, String... profiles) {
        List<String> names = application.equals(COMMON) ? List.of(COMMON) : List.of(application, COMMON);
        List<String> files = new ArrayList<>();
        for (int i = profiles.length - 1; i >= 0; i--) {
            if (!profiles[i].equals(NO_PROFILE)) {
                for (String name : names) {
                    files.add(name + "-" + profiles[i] + ".yml");
                }
            }
        }
        names.forEach(name -> files.add(name + ".yml"));
        return files;
    }

    private static Map<String, Object> properties(String file, String commit, byte[] bytes) {
        Map<String, Object> properties = new LinkedHashMap<>();
        try {
            for (var source : new YamlPropertySourceLoader().load(file, new ByteArrayResource(bytes, file))) {
                if (source.getSource() instanceof Map<?, ?> map) {
                    map.forEach((key, value) -> properties.put(
                            String.valueOf(key),
                            value instanceof OriginTrackedValue tracked ? tracked.getValue() : value));
                }
            }
            return properties;
        } catch (IOException | RuntimeException e) {
            throw new FailedToConstructEnvironmentException(
                    file + " at commit " + commit + " is not YAML: " + e.getMessage(), e);
        }
    }
}
