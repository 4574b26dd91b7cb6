package org.popnet.platform.tree;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One service process of the network.
 *
 * @param cost what traffic to this node costs, relative, 0 or more; a rule's {@code cost} weight turns it into
 *     milliseconds
 * @param keys the node's X25519 public keys, 32 bytes each in the tree's {@code x25519:<base64>} form: none before the
 *     network was initialised, two while a key is rotated
 */
public record Node(
        NodeName name,
        Service service,
        InetAddress address,
        Ports ports,
        Capacity capacity,
        double cost,
        List<NodeKey> keys) {
    public Node {
        keys = List.copyOf(keys);
    }

    public InetSocketAddress datagramAddress() {
        return new InetSocketAddress(address, ports.datagram());
    }

    public InetSocketAddress controlAddress() {
        return new InetSocketAddress(address, ports.control());
    }
}
