package org.popnet.platform.tree;

import java.util.Arrays;
import java.util.Optional;

/** What a server may be short of. The one that it uses the largest share of is its load. */
public enum LoadMeasure {
    /** requests per second, of the capacity that the tree gives */
    REQUESTS("requests"),
    /** processors, as the machine tells */
    CPU("cpu"),
    /** memory; only the last tenth counts: a machine that caches files in what is left is not loaded */
    MEMORY("memory"),
    /** open connections, of those it may have */
    CONNECTIONS("connections"),
    /** bytes sent, of what its link carries */
    BANDWIDTH("bandwidth");

    private final String key;

    LoadMeasure(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }

    static Optional<LoadMeasure> ofKey(String key) {
        return Arrays.stream(values()).filter(m -> m.key.equals(key)).findFirst();
    }
}
