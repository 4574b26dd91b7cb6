package org.popnet.log;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.popnet.platform.datagram.DatagramSettings;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.tree.NodeName;
import org.springframework.util.unit.DataSize;

/** Two log servers and their senders with keys and sealed datagrams over loopback, as in a network. */
final class UdpNodes {
    static final NodeName PRIMARY = NodeName.of("log.hq");
    static final NodeName DEPUTY = NodeName.of("log2.hq");
    static final NodeName EDGE1 = NodeName.of("edge1.hq");
    static final NodeName EDGE2 = NodeName.of("edge2.hq");
    static final NodeName CONSOLE = NodeName.of("netview.hq");

    /** The machine may stand still for seconds while a test runs; what came meanwhile is then still counted. */
    private static final DatagramSettings SETTINGS =
            new DatagramSettings(true, DataSize.ofMegabytes(4), Duration.ofMinutes(1), Duration.ofMillis(20));

    private final Path directory;
    private final Map<NodeName, String> services = new LinkedHashMap<>();
    private final Map<NodeName, InetSocketAddress> addresses = new LinkedHashMap<>();

    /** @param net the third byte of the nodes' addresses, so that tests do not meet */
    UdpNodes(Path directory, int net) throws IOException {
        this.directory = directory;
        services.put(PRIMARY, "log");
        services.put(DEPUTY, "log");
        services.put(EDGE1, "edge-cache");
        services.put(EDGE2, "edge-cache");
        services.put(CONSOLE, "netview");
        for (NodeName node : services.keySet()) {
            String address = "127.131." + net + "." + (addresses.size() + 1);
            try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral(address))) {
                addresses.put(node, (InetSocketAddress) free.getLocalSocketAddress());
            }
            new IdentityFiles(identity(node)).writeKeyPairs(List.of(NodeKeyPair.generate()));
        }
    }

    Path state(NodeName node) {
        return directory.resolve(node.toString());
    }

    private Path identity(NodeName node) {
        return state(node).resolve("identity");
    }

    InetSocketAddress address(NodeName node) {
        InetSocketAddress address = addresses.get(node);
        if (address == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        return address;
    }

    /** The tree as a node sees it that believes these others to be elsewhere, or something else, than they are. */
    TestTree tree(NodeName self, Map<NodeName, InetSocketAddress> elsewhere, Map<NodeName, String> somethingElse) {
        String lines = services.keySet().stream()
                .map(node -> {
                    InetSocketAddress at = elsewhere.getOrDefault(node, address(node));
                    return "      %s: {service: %s, address: %s, ports: {datagram: %d}, key: \"%s\"}"
                            .formatted(
                                    node,
                                    somethingElse.getOrDefault(node, String.valueOf(services.get(node))),
                                    at.getAddress().getHostAddress(),
                                    at.getPort(),
                                    new IdentityFiles(identity(node))
                                            .keyPairs()
                                            .getFirst()
                                            .publicKey());
                })
                .collect(Collectors.joining("\n"));
        return new TestTree(self, """
                network: {zone: pop.example}
                pops:
                  hq:
                    location: [40.0, -100.0]
                    nodes:
                %s
                log-servers:
                  log.hq: {manages: [customer1], deputies: [log2.hq]}
                  log2.hq: {manages: [customer9]}
                customers:
                  customer1:
                    servers: {west: {address: 127.0.11.1, port: 8080}}
                    domains:
                      www.customer1.example: {candidates: [pops]}
                  customer9: {}
                """.formatted(lines));
    }

    TestTree tree(NodeName self) {
        return tree(self, Map.of(), Map.of());
    }

    /** A node's port; it begins to receive at once. */
    static UdpDatagramPort port(TestTree tree, Path state, MeterRegistry meters) {
        return new UdpDatagramPort(
                tree,
                () -> new IdentityFiles(state.resolve("identity")).keyPairs(),
                state.resolve("datagrams"),
                SETTINGS,
                meters,
                InstantSource.system(),
                System::nanoTime);
    }

    UdpDatagramPort port(TestTree tree, MeterRegistry meters) {
        return port(tree, state(tree.self()), meters);
    }
}
