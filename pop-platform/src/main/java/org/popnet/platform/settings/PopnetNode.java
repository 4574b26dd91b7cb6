package org.popnet.platform.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Starts a service as a node of the network: reads the node file ({@code --popnet.node-file=…}), turns it into what
 * Spring Boot, its SSL bundles and the config client need, and runs the application.
 */
public final class PopnetNode {
    private static final String NODE_FILE = "--popnet.node-file=";
    private static final List<String> REQUIRED = List.of(
            "popnet.node",
            "popnet.state-directory",
            "popnet.address",
            "popnet.control-port",
            "popnet.zone",
            "popnet.config-server",
            "popnet.name-servers");

    private PopnetNode() {}

    /**
     * @param applicationName the name that process settings are served under: the module's
     * @param args must hold {@code --popnet.node-file=<path>}; others are passed on and win over the node file
     */
    public static void run(Class<?> application, String applicationName, String... args) {
        try {
            start(application, applicationName, args);
        } catch (NodeFileException e) {
            System.err.println(applicationName + ": " + e.getMessage());
            System.exit(2);
        }
    }

    static ConfigurableApplicationContext start(Class<?> application, String applicationName, String... args)
            throws NodeFileException {
        Map<String, String> settings = settings(applicationName, args);
        SpringApplication spring = new SpringApplication(application);
        spring.setBannerMode(Banner.Mode.OFF);
        spring.setDefaultProperties(defaults());
        List<String> all = new ArrayList<>();
        settings.forEach((key, value) -> all.add("--" + key + "=" + value));
        Arrays.stream(args).filter(a -> !a.startsWith(NODE_FILE)).forEach(all::add);
        return spring.run(all.toArray(String[]::new));
    }

    private static Map<String, String> settings(String applicationName, String... args) throws NodeFileException {
        String file = Arrays.stream(args)
                .filter(a -> a.startsWith(NODE_FILE))
                .map(a -> a.substring(NODE_FILE.length()))
                .findFirst()
                .orElseThrow(() -> new NodeFileException(
                        "no node file given; start with " + NODE_FILE + "<path> (docs/operating.md shows one)"));
        Map<String, String> settings = read(Path.of(file));
        for (String key : REQUIRED) {
            if (!settings.containsKey(key)) {
                throw new NodeFileException(file + " lacks " + key + "; needed are " + REQUIRED);
            }
        }
        settings.put("spring.application.name", applicationName);
        settings.put("server.address", value(settings, "popnet.address"));
        settings.put("server.port", value(settings, "popnet.control-port"));
        addTls(settings);
        return settings;
    }

    private static void addTls(Map<String, String> settings) throws NodeFileException {
        Path identity = Path.of(value(settings, "popnet.state-directory"), "identity");
        String password;
        try {
            password = Files.readString(identity.resolve("keystore.password")).strip();
        } catch (IOException e) {
            throw new NodeFileException("cannot read the node's identity in " + identity + " (" + e
                    + "); it is issued by the network's authority when the network is prepared");
        }
        String keyStore = "file:" + identity.resolve("node.p12");
        String trustStore = "file:" + identity.resolve("trust.p12");
        String bundle = "spring.ssl.bundle.jks.node.";
        settings.put(bundle + "keystore.type", "PKCS12");
        settings.put(bundle + "keystore.location", keyStore);
        settings.put(bundle + "keystore.password", password);
        settings.put(bundle + "truststore.type", "PKCS12");
        settings.put(bundle + "truststore.location", trustStore);
        settings.put(bundle + "truststore.password", password);
        settings.put("server.ssl.bundle", "node");
        settings.put("server.ssl.client-auth", "need");
        if (importsSettings()) {
            settings.put("spring.config.import", "optional:configserver:");
            String config = "spring.cloud.config.";
            settings.put(config + "uri", value(settings, "popnet.config-server"));
            settings.put(config + "request-connect-timeout", "2000");
            settings.put(config + "request-read-timeout", "5000");
            settings.put(config + "tls.enabled", "true");
            settings.put(config + "tls.key-store", keyStore);
            settings.put(config + "tls.key-store-type", "PKCS12");
            settings.put(config + "tls.key-store-password", password);
            settings.put(config + "tls.key-password", password);
            settings.put(config + "tls.trust-store", trustStore);
            settings.put(config + "tls.trust-store-type", "PKCS12");
            settings.put(config + "tls.trust-store-password", password);
        }
    }

    /**
     * Whether this service takes its settings from the config server. The admin service does not: it is the server, which
     * has the client's classes on its class path.
     */
    static boolean importsSettings() {
        return ClassUtils.isPresent("org.springframework.cloud.config.client.ConfigClientProperties", null)
                && !ClassUtils.isPresent("org.springframework.cloud.config.server.EnableConfigServer", null);
    }

    private static Map<String, String> read(Path file) throws NodeFileException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new NodeFileException("node file " + file + " does not exist; give the path of one");
        } catch (IOException | IllegalArgumentException e) {
            throw new NodeFileException("node file " + file + " cannot be read: " + e);
        }
        Map<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }

    private static String value(Map<String, String> settings, String key) {
        String value = settings.get(key);
        if (value == null) {
            throw new IllegalStateException(key + " was checked before");
        }
        return value;
    }

    private static Map<String, Object> defaults() {
        Map<String, Object> defaults = new TreeMap<>();
        defaults.put("spring.threads.virtual.enabled", "true");
        defaults.put("spring.mvc.problemdetails.enabled", "true");
        defaults.put("spring.jmx.enabled", "false");
        // Who may do what stands in certificates; there are no passwords on the control port.
        defaults.put(
                "spring.autoconfigure.exclude",
                "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration");
        defaults.put("spring.main.log-startup-info", "true");
        defaults.put("spring.cloud.discovery.enabled", "false");
        defaults.put("spring.cloud.service-registry.auto-registration.enabled", "false");
        defaults.put("spring.cloud.refresh.enabled", "false");
        defaults.put("server.shutdown", "graceful");
        defaults.put("spring.lifecycle.timeout-per-shutdown-phase", "10s");
        defaults.put("server.tomcat.threads.max", "50");
        defaults.put("server.tomcat.max-http-form-post-size", "64KB");
        defaults.put("server.server-header", "");
        defaults.put("management.endpoints.web.exposure.include", "health,prometheus");
        defaults.put("management.endpoint.health.show-details", "always");
        defaults.put("management.health.ssl.enabled", "false");
        defaults.put("management.health.diskspace.enabled", "false");
        defaults.put("management.health.refresh.enabled", "false");
        defaults.put("management.health.config.enabled", "false");
        defaults.put("logging.pattern.console", "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{30} - %msg%n%wEx");
        return defaults;
    }

    /** Why a node cannot start, in a sentence for the operator. */
    static final class NodeFileException extends Exception {
        private static final long serialVersionUID = 1L;

        NodeFileException(String message) {
            super(message);
        }
    }
}
