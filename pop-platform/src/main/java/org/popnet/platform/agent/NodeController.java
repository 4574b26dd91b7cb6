package org.popnet.platform.agent;

import org.popnet.platform.tree.Node;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /node}: who this is, how it is, and which generation it serves. */
@RestController
class NodeController {
    private final CurrentTree tree;
    private final HealthEndpoint health;

    NodeController(CurrentTree tree, HealthEndpoint health) {
        this.tree = tree;
        this.health = health;
    }

    @GetMapping("/node")
    NodeDescription node() {
        Node node = tree.node();
        return new NodeDescription(
                node.name().toString(),
                node.name().pop(),
                node.service().key(),
                health.health().getStatus().getCode(),
                tree.get().generation().number(),
                ProcessHandle.current().pid());
    }
}
