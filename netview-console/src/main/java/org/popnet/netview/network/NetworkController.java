package org.popnet.netview.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Fleet;
import org.popnet.netview.backend.NodeReport;
import org.popnet.netview.backend.Pending;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.backend.Watched;
import org.popnet.netview.page.NotFound;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.State;
import org.popnet.netview.page.Viewing;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** POPs and nodes, as they speak of themselves and as the name servers see them. */
@Page
final class NetworkController {
    private final Fleet fleet;

    NetworkController(Fleet fleet) {
        this.fleet = fleet;
    }

    /** @param behind whether it serves another generation than the console knows */
    record NodeLine(
            Node node, State state, String word, @Nullable Long generation, boolean behind, String detail) {
        public String address() {
            return node.address().getHostAddress();
        }
    }

    record PopLines(Pop pop, State state, List<NodeLine> nodes) {}

    /** A target with what each name server holds of it. */
    record TargetLine(String target, List<State> states, Watched seen) {
        /** How many vantage points reach it. */
        public long up() {
            return seen.points().stream().filter(Watched.VantagePoint::up).count();
        }
    }

    @GetMapping("/network")
    String network(Viewing viewing, Model model) {
        if (!viewing.user().role().isNetwork()) {
            throw new NotFound("network");
        }
        Map<Node, Pending<NodeReport>> reports = new LinkedHashMap<>();
        viewing.tree().nodes().values().forEach(node -> reports.put(node, fleet.report(node)));
        Map<String, Pending<List<Watched>>> views = new LinkedHashMap<>();
        viewing.tree().nodes(Service.DNS).forEach(node -> views.put(node.name().toString(), fleet.watched(node)));

        long current = viewing.active().generation().number();
        List<PopLines> pops = new ArrayList<>();
        for (Pop pop : viewing.tree().pops().values()) {
            List<NodeLine> lines = pop.nodes().values().stream()
                    .map(node -> line(node, report(reports, node), current))
                    .toList();
            pops.add(new PopLines(
                    pop, State.together(lines.stream().map(NodeLine::state).toList()), lines));
        }
        long nodes = reports.size();
        long healthy = pops.stream()
                .flatMap(p -> p.nodes().stream())
                .filter(n -> n.state() == State.HEALTHY)
                .count();
        model.addAttribute("pops", pops);
        model.addAttribute("nodes", nodes);
        model.addAttribute("healthy", healthy);
        model.addAttribute("generation", current);
        model.addAttribute("commit", viewing.active().generation().commit().substring(0, 8));
        model.addAttribute("nameServers", List.copyOf(views.keySet()));
        model.addAttribute("targets", targets(views));
        return "network/network";
    }

    private static Reply<NodeReport> report(Map<Node, Pending<NodeReport>> reports, Node node) {
        Pending<NodeReport> pending = reports.get(node);
        if (pending == null) {
            throw new IllegalStateException("node " + node.name() + " was not asked");
        }
        return pending.join();
    }

    private static NodeLine line(Node node, Reply<NodeReport> reply, long current) {
        NodeReport report = reply.value();
        if (report == null) {
            String why = reply.problem() == null ? "" : reply.problem().what();
            return new NodeLine(node, State.DOWN, "no answer", null, false, why);
        }
        State state = State.of(report.health());
        Long generation = report.generation();
        boolean behind = generation != null && generation != current;
        State shown = state == State.HEALTHY && behind ? State.DEGRADED : state;
        return new NodeLine(
                node,
                shown,
                state == State.HEALTHY && behind ? "behind" : shown.word(),
                generation,
                behind,
                state == State.HEALTHY ? "" : "says " + report.health());
    }

    private static List<TargetLine> targets(Map<String, Pending<List<Watched>>> views) {
        List<Map<String, Watched>> byServer = views.values().stream()
                .map(view -> view.join().orElse(List.of()).stream()
                        .collect(Collectors.toMap(Watched::target, Function.identity(), (a, b) -> a)))
                .toList();
        Map<String, Watched> all = new TreeMap<>();
        byServer.forEach(view -> view.forEach(all::putIfAbsent));
        return all.entrySet().stream()
                .map(entry -> new TargetLine(
                        entry.getKey(),
                        byServer.stream()
                                .map(view -> {
                                    Watched seen = view.get(entry.getKey());
                                    return seen == null ? State.UNKNOWN : State.of(seen.state());
                                })
                                .toList(),
                        entry.getValue()))
                .toList();
    }
}
