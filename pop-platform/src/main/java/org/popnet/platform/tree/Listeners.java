package org.popnet.platform.tree;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Who listens where, so that no two nodes want the same port of the same address. */
final class Listeners {
    private record Endpoint(String protocol, InetAddress address, int port) {}

    private final Map<Endpoint, String> taken = new HashMap<>();

    /** Records a problem for each port of the node's service that is taken. */
    void add(Value at, Node node) {
        Ports ports = node.ports();
        take(at, node, "tcp", "control", ports.control());
        switch (node.service()) {
            case DNS -> {
                for (InetAddress address : node.addresses()) {
                    take(at, node, address, "udp", "dns", ports.dns());
                    take(at, node, address, "tcp", "dns", ports.dns());
                }
                take(at, node, "udp", "datagram", ports.datagram());
            }
            case EDGE_CACHE -> {
                for (InetAddress address : node.addresses()) {
                    take(at, node, address, "tcp", "http", ports.http());
                    take(at, node, address, "tcp", "https", ports.https());
                }
                take(at, node, "udp", "datagram", ports.datagram());
            }
            case ORIGIN_FETCH -> {
                take(at, node, "tcp", "fetch", ports.fetch());
                take(at, node, "udp", "datagram", ports.datagram());
            }
            case PROBE, LOG -> take(at, node, "udp", "datagram", ports.datagram());
            case NETVIEW -> take(at, node, "tcp", "http", ports.http());
            case ADMIN -> {}
        }
    }

    /** Records a problem if a customer's server is one of the network's own listeners: requests would go in a circle. */
    void refuseServer(Value at, InetAddress address, int port) {
        String owner = taken.get(new Endpoint("tcp", address, port));
        if (owner != null) {
            at.wrong("address " + address.getHostAddress() + " port " + port + " is " + owner
                    + ": must be a server of the customer's own");
        }
    }

    private void take(Value at, Node node, String protocol, String port, int number) {
        take(at, node, node.address(), protocol, port, number);
    }

    private void take(Value at, Node node, InetAddress address, String protocol, String port, int number) {
        String owner = taken.putIfAbsent(
                new Endpoint(protocol, address, number), "port '" + port + "' of node " + node.name());
        if (owner != null) {
            at.wrong("port '" + port + "' (" + address.getHostAddress() + " " + protocol + " " + number + ") is also "
                    + owner + ": must be an address or port of its own");
        }
    }
}
