package org.popnet.platform.tree;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A point of presence: a named group of nodes at one place.
 *
 * @param location where it is, if the tree says so
 * @param coverage client prefixes that belong here when nothing was measured
 * @param nodes in the order of the tree
 */
public record Pop(String name, Optional<Location> location, List<Cidr> coverage, Map<NodeName, Node> nodes) {
    public Pop {
        coverage = List.copyOf(coverage);
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    /** The POP's nodes of one service, in the order of the tree. */
    public Stream<Node> nodes(Service service) {
        return nodes.values().stream().filter(n -> n.service() == service);
    }
}
