package org.popnet.dns.server;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramSettings;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;

/** A node with its own idea of the current tree, and its port for sealed datagrams on loopback. */
final class UdpNode implements CurrentTree, AutoCloseable {
    private final NodeName name;
    private final List<TreeSubscriber> subscribers = new ArrayList<>();
    private final UdpDatagramPort port;
    private volatile ActiveTree tree;

    /** @param directory what the port keeps lies in a directory of the node's name below it */
    UdpNode(String name, NodeKeyPair key, Path directory, ActiveTree tree) {
        this.name = NodeName.of(name);
        this.tree = tree;
        this.port = new UdpDatagramPort(
                this,
                () -> List.of(key),
                directory.resolve(name),
                DatagramSettings.DEFAULT,
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
    }

    /** The line of a tree that places a node at an address of this machine, with a free port and its key. */
    static String line(String name, String service, String address, NodeKeyPair key) throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral(address))) {
            return "%s: {service: %s, address: %s, ports: {datagram: %d}, key: [\"%s\"]}"
                    .formatted(name, service, address, free.getLocalPort(), key.publicKey());
        }
    }

    UdpDatagramPort port() {
        return port;
    }

    void activate(ActiveTree next) {
        tree = next;
        subscribers.forEach(subscriber -> subscriber.prepare(next).run());
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
        return name;
    }

    @Override
    public void close() {
        port.close();
    }
}
