package org.popnet.platform.settings;

import org.springframework.context.ConfigurableApplicationContext;

/** Starts a service in the test's own process, from a node file, as its main method does. */
public final class StartedNode {
    private StartedNode() {}

    public static ConfigurableApplicationContext start(Class<?> application, String name, String... args)
            throws Exception {
        return PopnetNode.start(application, name, args);
    }
}
