package org.popnet.platform.origin;

import java.util.ArrayList;
import java.util.List;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/** A small tree for tests, replaceable. */
public final class OriginTree implements CurrentTree {
    public static final String TEXT = """
            network: {zone: pop.example, administrators: [admin.hq]}
            push: {masters: [dns.westusa, log.hq]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 127.250.0.1}
                  log.hq: {service: log, address: 127.250.0.2}
              westusa:
                nodes:
                  dns.westusa: {service: dns, address: 127.250.0.3}
                  fetch1.westusa: {service: origin-fetch, address: 127.250.0.4}
                  edge1.westusa: {service: edge-cache, address: 127.250.0.5}
            log-servers:
              log.hq: {manages: [customer1, customer2, _network], deputies: []}
            customers:
              customer1:
                servers:
                  west: {address: 127.250.1.1, port: 8080}
                  east: {address: 127.250.1.2, port: 8080}
                domains:
                  www.customer1.example: {candidates: [servers]}
                  static.customer1.example: {candidates: [pops], origin: www.customer1.example}
              customer2:
                servers:
                  one: {address: 127.250.2.1, port: 8080}
                domains:
                  www.customer2.example: {candidates: [pops]}
            """;

    public static final ActiveTree TREE = active(1, TEXT);

    private final List<TreeSubscriber> subscribers = new ArrayList<>();
    private ActiveTree tree = TREE;

    static ActiveTree active(long number, String text) {
        return ActiveTree.of(new Generation(number, "0".repeat(40), Generation.sha256(text)), text);
    }

    void replace(String text) {
        ActiveTree next = active(tree.generation().number() + 1, text);
        List<Runnable> switches = subscribers.stream().map(s -> s.prepare(next)).toList();
        tree = next;
        switches.forEach(Runnable::run);
    }

    @Override
    public ActiveTree get() {
        return tree;
    }

    @Override
    public void subscribe(TreeSubscriber subscriber) {
        subscribers.add(subscriber);
        subscriber.prepare(tree).run();
    }

    @Override
    public NodeName self() {
        return NodeName.of("fetch1.westusa");
    }
}
