package org.popnet.platform.tree;

import java.util.Arrays;
import java.util.Optional;

/** What a node does. The key is what the tree, certificates and the command line call it. */
public enum Service {
    DNS("dns", true),
    PROBE("probe", true),
    EDGE_CACHE("edge-cache", false),
    ORIGIN_FETCH("origin-fetch", false),
    LOG("log", true),
    NETVIEW("netview", false),
    ADMIN("admin", true);

    private final String key;
    private final boolean configSource;

    Service(String key, boolean configSource) {
        this.key = key;
        this.configSource = configSource;
    }

    public String key() {
        return key;
    }

    /** Whether nodes of this service hold the whole tree and hand it to those that discover it by name. */
    public boolean isConfigSource() {
        return configSource;
    }

    /** The service with this key, or empty if there is none. */
    public static Optional<Service> ofKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst();
    }
}
