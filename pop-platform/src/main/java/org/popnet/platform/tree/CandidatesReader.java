package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a domain's {@code candidates}: {@code pops}, {@code servers}, names of POPs, names of edges. */
final class CandidatesReader {
    private static final String ALLOWED = "'pops', 'servers', names of POPs or names of nodes";
    private static final ScalarType<String> WORD = new ScalarType<>(ALLOWED, text -> text);

    private final PopReader pops;
    private final Set<String> withEdges;

    /** @param pops already read */
    CandidatesReader(PopReader pops) {
        this.pops = pops;
        this.withEdges = pops.names().popsWith(Service.EDGE_CACHE);
    }

    Optional<Candidates> read(Value value) {
        List<Value> elements = value.list(ALLOWED);
        if (elements.isEmpty()) {
            if (value.isList()) {
                value.wrong("an empty list: must hold " + ALLOWED);
            }
            return Optional.empty();
        }
        Set<String> named = new LinkedHashSet<>();
        List<String> chosenPops = new ArrayList<>();
        List<NodeName> nodes = new ArrayList<>();
        boolean servers = false;
        for (Value element : elements) {
            Optional<String> word = element.as(WORD);
            if (word.isEmpty()) {
                continue;
            }
            String name = word.get();
            if (!named.add(name)) {
                element.wrong("'" + Value.shown(name) + "' twice: must be named once");
            } else if (name.equals("servers")) {
                servers = true;
            } else if (name.equals("pops")) {
                chosenPops.addAll(allPops(element));
            } else if (name.indexOf('.') >= 0) {
                element.as(ScalarType.NODE)
                        .filter(node -> pops.names().admits(element, node, Set.of(Service.EDGE_CACHE)))
                        .ifPresent(nodes::add);
            } else if (hasEdges(element, name)) {
                chosenPops.add(name);
            }
        }
        List<String> distinct = chosenPops.stream().distinct().toList();
        boolean none = distinct.isEmpty() && nodes.isEmpty() && !servers;
        return none ? Optional.empty() : Optional.of(new Candidates(distinct, nodes, servers));
    }

    private Set<String> allPops(Value element) {
        if (withEdges.isEmpty()) {
            element.wrong("'pops', and no POP has a node of service edge-cache: must have one to host content");
        }
        return withEdges;
    }

    private boolean hasEdges(Value element, String name) {
        if (withEdges.contains(name)) {
            return true;
        }
        if (pops.pops().containsKey(name)) {
            element.wrong("POP '" + name + "' has no node of service edge-cache: must have one to host content");
        } else {
            element.wrong("'" + Value.shown(name) + "': no such POP; must be " + ALLOWED
                    + NearMiss.hint(
                            name,
                            Stream.concat(Stream.of("pops", "servers"), pops.pops().keySet().stream())
                                    .toList()));
        }
        return false;
    }
}
