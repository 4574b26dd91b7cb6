package org.popnet.platform.tree;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The order in which a new tree travels: admin to the masters, each node to those below it. */
public record PushHierarchy(List<NodeName> masters, Map<NodeName, List<NodeName>> below) {
    public PushHierarchy {
        masters = List.copyOf(masters);
        below = Collections.unmodifiableMap(new LinkedHashMap<>(below));
    }
}
