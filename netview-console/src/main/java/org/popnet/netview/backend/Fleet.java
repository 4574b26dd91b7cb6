package org.popnet.netview.backend;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The nodes of the network: how they are, what the name servers know and why they answer as they do. */
@Component
public class Fleet {
    private final CurrentTree tree;
    private final Backends backends;
    private final Questions questions;

    Fleet(CurrentTree tree, Backends backends, Questions questions) {
        this.tree = tree;
        this.backends = backends;
        this.questions = questions;
    }

    /** What the node says of itself. */
    public Pending<NodeReport> report(Node node) {
        return questions.ask(
                () -> backends.get(node, "/node", NodeReport.class),
                failure -> new Problem(String.valueOf(failure.getMessage()), "", "./popnet status"));
    }

    /** What the probes watch, as judged by the first name server that answers. */
    public Pending<List<Watched>> watched() {
        return questions.ask(
                () -> List.of(fromFirstThatAnswers(nameServers(null), "/targets", Watched[].class)),
                failure -> new Problem(
                        "No name server tells how the servers are.",
                        "Users are still answered from the last good knowledge; states and latencies are missing"
                                + " here for now.",
                        "Load the page again in a minute."));
    }

    /** What this name server holds of what the probes watch. */
    public Pending<List<Watched>> watched(Node nameServer) {
        return questions.ask(
                () -> List.of(backends.get(nameServer, "/targets", Watched[].class)),
                failure -> new Problem(String.valueOf(failure.getMessage()), "", ""));
    }

    /**
     * Why a client gets the answer it gets.
     *
     * @param nameServer whom to ask; null for the first that answers
     * @param client an address, literally
     * @param type {@code A} or {@code AAAA}
     */
    public Pending<JsonNode> explain(@Nullable NodeName nameServer, String domain, String client, String type) {
        String path = "/explain?name=" + TrafficQuery.encoded(domain) + "&client=" + TrafficQuery.encoded(client)
                + "&type=" + TrafficQuery.encoded(type);
        return questions.ask(
                () -> fromFirstThatAnswers(nameServers(nameServer), path, JsonNode.class),
                failure -> new Problem(
                        failure.isOfTheNode()
                                ? "The name server does not answer this question."
                                : "The name server refused: " + failure.getMessage(),
                        "Users are answered as before; only the explanation is missing.",
                        "Ask another name server, or try again in a minute."));
    }

    private List<Node> nameServers(@Nullable NodeName one) {
        Stream<Node> all = tree.get().tree().nodes(Service.DNS);
        return (one == null ? all : all.filter(n -> n.name().equals(one))).toList();
    }

    private <T> T fromFirstThatAnswers(List<Node> nodes, String path, Class<T> type) {
        BackendException last = new BackendException(0, "the tree names no such name server");
        for (Node node : nodes) {
            try {
                return backends.get(node, path, type);
            } catch (BackendException e) {
                last = e;
                if (!e.isOfTheNode()) {
                    break;
                }
            }
        }
        throw last;
    }
}
