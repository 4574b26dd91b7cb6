package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads a domain's {@code candidates}: {@code pops}, {@code servers}, names of POPs, names of edges. */
final class CandidatesReader {
    private static final String ALLOWED = "'pops', 'servers', names of POPs or names of nodes";
    private static final ScalarType<Double> WEIGHT =
            ScalarType.decimal("a number greater than 0, 1000000 at most", Double.MIN_VALUE, 1e6);
    private static final ScalarType<String> WORD = new ScalarType<>(ALLOWED, text -> text);

    private final PopReader pops;
    private final Set<String> withEdges;
    /** Thousands of domains have the same. */
    private final Map<Candidates, Candidates> distinct = new HashMap<>();

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
        Found found = new Found();
        elements.forEach(element -> read(element, found));
        if (found.pops.isEmpty() && found.nodes.isEmpty() && !found.servers) {
            return Optional.empty();
        }
        Candidates candidates = new Candidates(List.copyOf(found.pops), found.nodes, found.servers, found.weights);
        return Optional.of(distinct.computeIfAbsent(candidates, Function.identity()));
    }

    /** What the list named so far. */
    private static final class Found {
        private final Set<String> named = new LinkedHashSet<>();
        private final Set<String> pops = new LinkedHashSet<>();
        private final List<NodeName> nodes = new ArrayList<>();
        private final Map<String, Double> weights = new HashMap<>();
        private boolean servers;
    }

    /** A name, or a name with what it weighs: {@code westusa}, {@code {westusa: 3}}. */
    private void read(Value element, Found found) {
        if (!element.isMapping()) {
            element.as(WORD).ifPresent(name -> entry(element, name, OptionalDouble.empty(), found));
            return;
        }
        Map<String, Value> entries = element.mapping().map(Section::entries).orElse(Map.of());
        if (entries.size() != 1) {
            element.wrong("a mapping of " + entries.size() + " keys: must be one name and its weight, {name: weight}");
            return;
        }
        entries.forEach((name, weight) ->
                weight.as(WEIGHT).ifPresent(number -> entry(element, name, OptionalDouble.of(number), found)));
    }

    private void entry(Value element, String name, OptionalDouble weight, Found found) {
        if (!found.named.add(name)) {
            element.wrong("'" + Value.shown(name) + "' twice: must be named once");
        } else if (name.equals(Candidates.SERVERS)) {
            found.servers = true;
            weight.ifPresent(w -> found.weights.put(name, w));
        } else if (name.equals("pops")) {
            Set<String> all = allPops(element);
            found.pops.addAll(all);
            weight.ifPresent(w -> all.forEach(pop -> found.weights.putIfAbsent(pop, w)));
        } else if (name.indexOf('.') >= 0) {
            if (weight.isPresent() && ScalarType.NODE.parse(name) == null) {
                element.refuse(name, ScalarType.NODE.allowed());
                return;
            }
            (weight.isPresent() ? Optional.of(NodeName.of(name)) : element.as(ScalarType.NODE))
                    .filter(node -> pops.names().admits(element, node, Set.of(Service.EDGE_CACHE)))
                    .ifPresent(found.nodes::add);
            weight.ifPresent(w -> found.weights.put(name, w));
        } else if (hasEdges(element, name)) {
            found.pops.add(name);
            weight.ifPresent(w -> found.weights.put(name, w));
        }
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
