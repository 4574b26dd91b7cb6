package org.popnet.netview.network;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Watched;
import org.popnet.netview.page.State;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;

/**
 * How a POP is, as the probes see its edges and origin-fetch servers.
 *
 * @param responseMs mean response time of what answers; null if nothing was measured
 */
public record PopState(String name, State state, @Nullable Double responseMs) {

    /** @param watched by target's text */
    public static PopState of(Pop pop, Map<String, Watched> watched) {
        List<Node> content = Stream.concat(pop.nodes(Service.EDGE_CACHE), pop.nodes(Service.ORIGIN_FETCH))
                .toList();
        List<State> states = content.stream()
                .map(node -> TargetId.of(node.name()))
                .flatMap(target -> Stream.of(target, target.overIpv6()))
                .map(target -> watched.get(target.text()))
                .map(target -> target == null ? State.UNKNOWN : State.of(target.state()))
                .toList();
        double mean = pop.nodes(Service.EDGE_CACHE)
                .map(node -> watched.get(TargetId.of(node.name()).text()))
                .filter(Objects::nonNull)
                .filter(target -> target.responseMs() != null)
                .mapToDouble(target -> Objects.requireNonNull(target.responseMs()))
                .average()
                .orElse(Double.NaN);
        return new PopState(pop.name(), State.together(states), Double.isNaN(mean) ? null : mean);
    }

    /** Whether the POP serves content at all. */
    public static boolean servesContent(Pop pop) {
        return pop.nodes(Service.EDGE_CACHE).findAny().isPresent();
    }
}
