package org.popnet.platform.tree;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code push}: a forest whose roots are the masters and in which every name server, probe and log server stands
 * exactly once. Without it all of them are masters.
 */
final class PushReader {
    private static final List<String> KEYS = List.of("masters", "below");
    private static final Set<Service> PUSHED = EnumSet.of(Service.DNS, Service.PROBE, Service.LOG);

    private final NodeNames names;
    private final Map<NodeName, String> places = new LinkedHashMap<>();

    PushReader(NodeNames names) {
        this.names = names;
    }

    PushHierarchy read(Optional<Value> value) {
        Optional<Section> section = value.flatMap(v -> v.section(KEYS));
        if (section.isEmpty()) {
            return new PushHierarchy(names.of(PUSHED), Map.of());
        }
        Section s = section.get();
        List<NodeName> masters = List.of();
        Optional<Value> mastersValue = s.require("masters");
        if (mastersValue.isPresent()) {
            masters = names.references(mastersValue.get(), PUSHED);
            masters.forEach(master -> place(mastersValue.get(), master, "a master"));
        }
        Map<NodeName, List<NodeName>> below = new LinkedHashMap<>();
        s.mapping("below").ifPresent(b -> b.entries().forEach((key, at) -> at.named(key, ScalarType.NODE)
                .filter(parent -> names.admits(at, parent, PUSHED))
                .ifPresent(parent -> {
                    List<NodeName> children = names.references(at, PUSHED);
                    children.forEach(child -> place(at, child, "below " + parent));
                    below.put(parent, children);
                })));
        refuseUnreached(s, masters, below);
        return new PushHierarchy(masters, below);
    }

    private void place(Value at, NodeName node, String place) {
        String other = places.putIfAbsent(node, place);
        if (other != null) {
            at.wrong("'" + node + "' is also " + other + ": must stand once in the push hierarchy");
        }
    }

    private void refuseUnreached(Section s, List<NodeName> masters, Map<NodeName, List<NodeName>> below) {
        Set<NodeName> reached = new HashSet<>(masters);
        Deque<NodeName> open = new ArrayDeque<>(masters);
        while (!open.isEmpty()) {
            for (NodeName child : below.getOrDefault(open.pop(), List.of())) {
                if (reached.add(child)) {
                    open.push(child);
                }
            }
        }
        for (NodeName node : names.of(PUSHED)) {
            if (!reached.contains(node)) {
                s.value().wrong("no push reaches " + node + ": must be a master, or below one that is reached");
            }
        }
    }
}
