package org.popnet.bench.logs;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramSettings;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/** A log server and the edges that send to it, each with a key, on loopback addresses of their own. */
public record MeasuredNetwork(Path directory) {
    public static final NodeName SERVER = NodeName.of("log.hq");
    static final int CUSTOMERS = 10;
    private static final int EDGES = 4;

    public static List<NodeName> edges() {
        List<NodeName> edges = new ArrayList<>();
        for (int i = 1; i <= EDGES; i++) {
            edges.add(NodeName.of("edge" + i + ".west"));
        }
        return edges;
    }

    public static List<String> customers() {
        List<String> customers = new ArrayList<>();
        for (int i = 1; i <= CUSTOMERS; i++) {
            customers.add("customer" + i);
        }
        return customers;
    }

    /** Makes keys and the tree. */
    void prepare() throws IOException {
        StringBuilder text = new StringBuilder("network: {zone: pop.example}\npops:\n  hq:\n    nodes:\n");
        node(text, SERVER, "log", 1);
        text.append("  west:\n    nodes:\n");
        for (int i = 0; i < EDGES; i++) {
            node(text, edges().get(i), "edge-cache", 10 + i);
        }
        text.append("log-servers: {log.hq: {manages: [")
                .append(String.join(", ", customers()))
                .append("]}}\n");
        text.append("customers:\n");
        customers().forEach(customer -> text.append("  ").append(customer).append(": {}\n"));
        Files.writeString(directory.resolve("network.yml"), text);
    }

    private void node(StringBuilder text, NodeName name, String service, int host) {
        text.append("      ")
                .append(name)
                .append(": {service: ")
                .append(service)
                .append(", address: 127.198.0.")
                .append(host)
                .append(", key: \"")
                .append(identity(name).loadOrCreateKey())
                .append("\"}\n");
    }

    private IdentityFiles identity(NodeName name) {
        return new IdentityFiles(directory.resolve(name.toString()).resolve("identity"));
    }

    /** The real socket of a node. */
    public UdpDatagramPort port(NodeName name, MeterRegistry meters) throws IOException {
        String text = Files.readString(directory.resolve("network.yml"));
        ActiveTree tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        return new UdpDatagramPort(
                new Seen(name, tree),
                identity(name)::keyPairs,
                directory.resolve(name.toString()).resolve("datagrams"),
                DatagramSettings.DEFAULT,
                meters,
                InstantSource.system(),
                System::nanoTime);
    }

    private record Seen(NodeName self, ActiveTree get) implements CurrentTree {
        @Override
        public void subscribe(TreeSubscriber subscriber) {
            subscriber.prepare(get).run();
        }
    }
}
