package org.popnet.platform.tree;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The nodes that the tree names, those with mistakes included, so that one mistake makes no second one. */
final class NodeNames {
    private final Map<NodeName, Optional<Service>> services = new LinkedHashMap<>();

    /** @param service empty if what stands there is none */
    void add(NodeName name, Optional<Service> service) {
        services.put(name, service);
    }

    List<NodeName> of(Set<Service> wanted) {
        return services.entrySet().stream()
                .filter(e -> e.getValue().filter(wanted::contains).isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The POPs that have a node of this service, or one whose service cannot be read. */
    Set<String> popsWith(Service wanted) {
        return services.entrySet().stream()
                .filter(e -> e.getValue().isEmpty() || e.getValue().get() == wanted)
                .map(e -> e.getKey().pop())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A list of nodes of the tree of these services. Those that are not are recorded as problems and left out. */
    List<NodeName> references(Value list, Set<Service> wanted) {
        return list.listOf(ScalarType.NODE).entrySet().stream()
                .filter(element -> admits(element.getValue(), element.getKey(), wanted))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether this is a node of the tree, of one of these services; records the problem if it is not. */
    boolean admits(Value at, NodeName name, Set<Service> wanted) {
        Optional<Service> service = services.get(name);
        if (service == null) {
            at.wrong("'" + name + "': no such node; must be a node under 'pops'"
                    + NearMiss.hint(
                            name.toString(),
                            services.keySet().stream().map(NodeName::toString).toList()));
            return false;
        }
        if (service.isPresent() && !wanted.contains(service.get())) {
            at.wrong("'" + name + "' is of service " + service.get().key() + ": must be a node of "
                    + wanted.stream().map(Service::key).sorted().collect(Collectors.joining(" or ")));
            return false;
        }
        return true;
    }
}
