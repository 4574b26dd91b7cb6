package org.popnet.platform.agent;

import java.nio.file.Path;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Begins to read the last good tree before there is any bean: a large tree takes as long to parse as a service to start. */
public final class EarlyTree implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        String state = context.getEnvironment().getProperty("popnet.state-directory");
        if (state != null) {
            context.getBeanFactory().registerSingleton("lastGoodTree", LastGoodTree.begin(directory(Path.of(state))));
        }
    }

    static Path directory(Path state) {
        return state.resolve("tree");
    }
}
