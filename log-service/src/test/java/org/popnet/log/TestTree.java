package org.popnet.log;

import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/** A tree that does not change, seen from one node. */
public final class TestTree implements CurrentTree {
    private static final String TEXT = """
            network: {zone: pop.example, administrators: [admin.hq]}
            pops:
              hq:
                location: [40.0, -100.0]
                nodes:
                  admin.hq: {service: admin, address: 127.0.0.1}
                  log.hq: {service: log, address: 127.0.0.2}
              westusa:
                location: [37.4, -122.1]
                nodes:
                  dns.westusa: {service: dns, address: 127.0.1.1}
                  edge1.westusa: {service: edge-cache, address: 127.0.1.2}
                  edge2.westusa: {service: edge-cache, address: 127.0.1.3}
            log-servers: {log.hq: {manages: [customer1, customer2, customer3], deputies: []}}
            customers:
              customer1:
                servers: {west: {address: 127.0.11.1, port: 8080}}
                domains:
                  www.customer1.example: {candidates: [pops]}
                  static.customer1.example: {candidates: [pops]}
              customer2:
                servers: {west: {address: 127.0.12.1, port: 8080}}
                domains:
                  www.customer2.example: {candidates: [pops]}
              customer3: {keep-logs: 2d}
            """;

    private final NodeName self;
    private final ActiveTree tree;

    public TestTree() {
        this(NodeName.of("log.hq"), TEXT);
    }

    public TestTree(NodeName self, String text) {
        this.self = self;
        tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
    }

    @Override
    public ActiveTree get() {
        return tree;
    }

    @Override
    public void subscribe(TreeSubscriber subscriber) {
        subscriber.prepare(tree).run();
    }

    @Override
    public NodeName self() {
        return self;
    }
}
