package org.popnet.platform.tree;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One service process of the network.
 *
 * @param address where it is reached by the network, and sends from
 * @param address6 the IPv6 address that a name server or an edge with an IPv4 {@code address} serves users on, too; of a
 *     probe, what it checks IPv6 addresses from
 * @param cost what traffic to this node costs, relative, 0 or more; a rule's {@code cost} weight turns it into
 *     milliseconds
 * @param keys the node's X25519 public keys, 32 bytes each in the tree's {@code x25519:<base64>} form: none before the
 *     network was initialised, two while a key is rotated
 */
public record Node(
        NodeName name,
        Service service,
        InetAddress address,
        Optional<InetAddress> address6,
        Ports ports,
        Capacity capacity,
        double cost,
        List<NodeKey> keys) {
    public Node {
        keys = List.copyOf(keys);
    }

    /** Every address that the node's service is offered on, or checks are made from, {@link #address} first. */
    public List<InetAddress> addresses() {
        return Stream.concat(Stream.of(address), address6.stream()).toList();
    }

    /** Whether the node has an IPv6 address. */
    public boolean hasIpv6() {
        return addresses().stream().anyMatch(Inet6Address.class::isInstance);
    }

    public InetSocketAddress datagramAddress() {
        return new InetSocketAddress(address, ports.datagram());
    }

    public InetSocketAddress controlAddress() {
        return new InetSocketAddress(address, ports.control());
    }
}
