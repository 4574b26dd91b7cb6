package org.popnet.platform.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.commons.logging.Log;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Keeps the process settings that the config server gave at the last start, and starts from them when it is away. A
 * first start without either fails.
 */
public final class LastGoodSettings implements EnvironmentPostProcessor, Ordered {
    private static final String SERVED = "configserver:";
    private static final String REACHED = "configClient";
    private final Log log;

    public LastGoodSettings(DeferredLogFactory logs) {
        this.log = logs.getLog(LastGoodSettings.class);
    }

    /** Right after the config client has been asked. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String state = environment.getProperty("popnet.state-directory");
        if (state == null || !PopnetNode.importsSettings()) {
            return;
        }
        Path file = Path.of(state, "settings", "last-good.properties");
        boolean reached = environment.getPropertySources().stream()
                .map(PropertySource::getName)
                .anyMatch(name -> name.startsWith(SERVED) || name.equals(REACHED));
        if (reached) {
            save(served(environment), file);
        } else if (Files.exists(file)) {
            environment
                    .getPropertySources()
                    .addAfter("commandLineArgs", new MapPropertySource("last-good", load(file)));
            log.warn("the config server " + environment.getProperty("popnet.config-server")
                    + " does not answer: starting with the last good settings in " + file);
        } else {
            throw new NoSettingsException("the config server " + environment.getProperty("popnet.config-server")
                    + " does not answer, and there are no last good settings in " + file
                    + ": start the admin service first, or check that its address is right and reachable");
        }
    }

    private static Map<String, Object> served(ConfigurableEnvironment environment) {
        Map<String, Object> served = new TreeMap<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source.getName().startsWith(SERVED) && source instanceof EnumerablePropertySource<?> enumerable) {
                for (String key : enumerable.getPropertyNames()) {
                    Object value = enumerable.getProperty(key);
                    if (value != null) {
                        served.putIfAbsent(key, value.toString()); // earlier sources win
                    }
                }
            }
        }
        return served;
    }

    private static Map<String, Object> load(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new NoSettingsException("the last good settings in " + file + " cannot be read: " + e
                    + "; start once with the config server reachable to have them written anew");
        }
        Map<String, Object> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }

    private void save(Map<String, Object> settings, Path file) {
        Properties properties = new Properties();
        settings.forEach((key, value) -> properties.setProperty(key, value.toString()));
        try {
            Files.createDirectories(file.getParent());
            DurableFiles.write(file, (Writer writer) -> properties.store(writer, "as served by the config server"));
        } catch (IOException e) {
            log.warn("cannot keep the last good settings in " + file + ": " + e);
        }
    }
}
