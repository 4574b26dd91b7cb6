package org.popnet.local;

import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Predicate;
import org.popnet.local.state.CommittedTree;
import org.popnet.local.state.Preparation;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.platform.agent.NodeDescription;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;

/** Replaces the tree on running nodes, one by one, in the name of the network's admin service. */
final class TreePut {
    private final PreparedNetwork network;
    private final ControlHttp operator;
    private final Predicate<String> running;

    TreePut(PreparedNetwork network, ControlHttp operator, Predicate<String> running) {
        this.network = network;
        this.operator = operator;
        this.running = running;
    }

    Generation put(String text) {
        CommittedTree committed = Preparation.commitTree(network.state(), text);
        List<Node> sources = network.tree().nodes().values().stream()
                .filter(n ->
                        n.service().isConfigSource() && running.test(n.name().toString()))
                .toList();
        long next = 1 + sources.stream().mapToLong(this::generationOf).max().orElse(0);
        Generation generation = new Generation(next, committed.commit(), Generation.sha256(committed.text()));
        Node admin = network.tree()
                .nodes(Service.ADMIN)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the tree has no admin service to speak for"));
        try (ControlHttp asAdmin = new ControlHttp(
                NetworkTls.client(IdentityFiles.inStateDirectory(
                                network.state().node(admin.name().toString()))
                        .directory()),
                InetAddress.getLoopbackAddress())) {
            sources.forEach(node -> put(asAdmin, node, committed.text(), generation));
        }
        return generation;
    }

    private static void put(ControlHttp admin, Node node, String text, Generation generation) {
        HttpResponse<String> answer = admin.send(HttpRequest.newBuilder(ControlHttp.uri(node.controlAddress(), "/tree"))
                .header("Content-Type", "text/yaml")
                .header("Popnet-Generation", Long.toString(generation.number()))
                .header("Popnet-Commit", generation.commit())
                .header("Popnet-Sha256", generation.sha256())
                .PUT(BodyPublishers.ofString(text)));
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(
                    node.name() + " refused the tree: " + answer.statusCode() + " " + answer.body());
        }
    }

    private long generationOf(Node node) {
        try {
            return operator.get(node, "/node", NodeDescription.class).generation();
        } catch (ControlException e) {
            return 0;
        }
    }
}
