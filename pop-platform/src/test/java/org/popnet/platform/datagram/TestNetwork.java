package org.popnet.platform.datagram;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.message.Message;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/** A few nodes with real datagram ports on loopback addresses; each may be given its own view of the tree. */
final class TestNetwork implements AutoCloseable {
    private final Path directory;
    private final Map<NodeName, TestNode> nodes = new LinkedHashMap<>();
    private final List<Wire> wires = new ArrayList<>();

    TestNetwork(Path directory) {
        this.directory = directory;
        add("dns.a", Service.DNS);
        add("probe.a", Service.PROBE);
        add("edge.a", Service.EDGE_CACHE);
        add("fetch.a", Service.ORIGIN_FETCH);
        add("log.a", Service.LOG);
        add("dns2.a", Service.DNS);
    }

    private void add(String name, Service service) {
        TestNode node = new TestNode(NodeName.of(name), service, "127.250.1." + (nodes.size() + 1));
        nodes.put(node.name, node);
    }

    TestNode node(String name) {
        return nodes.get(NodeName.of(name));
    }

    /** A socket that stands in the sender's tree as the receiver's address, so that the test holds what is sent. */
    Wire wire(TestNode sender, TestNode receiver) {
        Wire wire = new Wire(receiver);
        wires.add(wire);
        sender.view.address(receiver, wire.address());
        sender.activate();
        return wire;
    }

    @Override
    public void close() {
        nodes.values().forEach(TestNode::stop);
        wires.forEach(wire -> wire.socket.close());
    }

    /** One node; started on demand. */
    final class TestNode {
        final NodeName name;
        final Service service;
        final View view = new View();
        final AtomicLong clockMs = new AtomicLong(1_000_000);
        final AtomicLong slept = new AtomicLong();
        final List<Received<?>> received = new CopyOnWriteArrayList<>();
        List<NodeKeyPair> held = List.of(NodeKeyPair.generate());
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        DatagramSettings settings = DatagramSettings.DEFAULT;
        private final InetSocketAddress address;
        private final List<TreeSubscriber> subscribers = new CopyOnWriteArrayList<>();
        private long generation;
        private volatile ActiveTree active;
        private UdpDatagramPort port;

        TestNode(NodeName name, Service service, String address) {
            this.name = name;
            this.service = service;
            this.address = new InetSocketAddress(address, freePort(address));
        }

        UdpDatagramPort start() {
            active = view.tree(++generation);
            subscribers.clear();
            registry = new SimpleMeterRegistry();
            port = new UdpDatagramPort(
                    new Agent(),
                    () -> held,
                    directory.resolve(name.toString()),
                    settings,
                    registry,
                    () -> Instant.ofEpochMilli(clockMs.get()),
                    () -> System.nanoTime() + slept.get());
            for (Kind kind : Kind.values()) {
                if (kind != Kind.EPOCH_NOTICE) {
                    read(kind.type());
                }
            }
            return port;
        }

        private <M extends Message> void read(Class<M> type) {
            port.onReceive(type, this::receive);
        }

        private void receive(Received<?> message) {
            received.add(message);
            onReceive.run();
        }

        Runnable onReceive = () -> {};

        void stop() {
            if (port != null) {
                port.close();
                port = null;
            }
        }

        UdpDatagramPort port() {
            return port == null ? start() : port;
        }

        InetSocketAddress address() {
            return address;
        }

        /** Takes up the node's view of the tree as it is now. */
        void activate() {
            if (port != null) {
                active = view.tree(++generation);
                subscribers.forEach(s -> s.prepare(active).run());
            }
        }

        double droppedIn(Drop reason) {
            return dropped("in", reason);
        }

        double droppedOut(Drop reason) {
            return dropped("out", reason);
        }

        double droppedIn() {
            return Arrays.stream(Drop.values()).mapToDouble(this::droppedIn).sum();
        }

        double sent() {
            return registry.find("popnet.datagrams.sent").counters().stream()
                    .mapToDouble(Counter::count)
                    .sum();
        }

        private double dropped(String direction, Drop reason) {
            return registry.counter("popnet.datagrams.dropped", "direction", direction, "reason", reason.label())
                    .count();
        }

        private final class Agent implements CurrentTree {
            @Override
            public ActiveTree get() {
                return active;
            }

            @Override
            public void subscribe(TreeSubscriber subscriber) {
                subscribers.add(subscriber);
                subscriber.prepare(active).run();
            }

            @Override
            public NodeName self() {
                return name;
            }
        }
    }

    /** The tree as one node sees it; what is not said otherwise is as it is. */
    final class View {
        private final Map<NodeName, InetSocketAddress> addresses = new LinkedHashMap<>();
        private final Map<NodeName, Service> services = new LinkedHashMap<>();
        private final Map<NodeName, List<NodeKeyPair>> keys = new LinkedHashMap<>();
        private final List<NodeName> missing = new ArrayList<>();

        void address(TestNode node, InetSocketAddress address) {
            addresses.put(node.name, address);
        }

        void service(TestNode node, Service service) {
            services.put(node.name, service);
        }

        void keys(TestNode node, NodeKeyPair... pairs) {
            keys.put(node.name, List.of(pairs));
        }

        void without(TestNode node) {
            missing.add(node.name);
        }

        ActiveTree tree(long generation) {
            String pops = nodes.values().stream()
                    .filter(node -> !missing.contains(node.name))
                    .map(this::line)
                    .collect(Collectors.joining("\n"));
            String text = "network: {zone: pop.example}\npops:\n  a:\n    nodes:\n" + pops + "\n";
            return ActiveTree.of(new Generation(generation, "0".repeat(40), Generation.sha256(text)), text);
        }

        private String line(TestNode node) {
            InetSocketAddress at = addresses.getOrDefault(node.name, node.address);
            return "      %s: {service: %s, address: %s, ports: {datagram: %d}, key: [%s]}"
                    .formatted(
                            node.name,
                            services.getOrDefault(node.name, node.service).key(),
                            at.getAddress().getHostAddress(),
                            at.getPort(),
                            keys.getOrDefault(node.name, node.held).stream()
                                    .map(pair -> "\"" + pair.publicKey() + "\"")
                                    .collect(Collectors.joining(", ")));
        }
    }

    /** What one node sends to another, in the hands of the test. */
    static final class Wire {
        private final DatagramSocket socket;
        private final TestNode receiver;

        Wire(TestNode receiver) {
            this.receiver = receiver;
            try {
                this.socket = new DatagramSocket(new InetSocketAddress("127.250.2.1", 0));
                socket.setSoTimeout(10_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        InetSocketAddress address() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        byte[] take() {
            try {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                socket.receive(packet);
                return Arrays.copyOf(packet.getData(), packet.getLength());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void deliver(byte[] datagram) {
            try {
                socket.send(new DatagramPacket(datagram, datagram.length, receiver.address()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static int freePort(String address) {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral(address))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
