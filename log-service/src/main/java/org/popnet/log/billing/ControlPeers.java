package org.popnet.log.billing;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.ObjectMapper;

/** Asks log servers over their control ports. */
final class ControlPeers implements Verification.Peers {
    /** A month of raw logs is read meanwhile. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final CurrentTree tree;
    private final ControlHttp http;
    private final ObjectMapper json = new ObjectMapper();

    ControlPeers(CurrentTree tree, ControlHttp http) {
        this.tree = tree;
        this.http = http;
    }

    @Override
    public ServerPart ask(String server, String customer, Month month) {
        Node node = tree.get()
                .tree()
                .node(NodeName.of(server))
                .orElseThrow(() -> new IllegalStateException("the tree does not name it any more"));
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(ControlHttp.uri(
                        node.controlAddress(),
                        "/billing/server/part?customer=" + URLEncoder.encode(customer, StandardCharsets.UTF_8)
                                + "&month=" + month))
                .timeout(PATIENCE));
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("it answered " + answer.statusCode());
        }
        return json.readValue(answer.body(), ServerPart.class);
    }
}
