package org.popnet.probe.check;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.popnet.platform.tree.Customer;

/**
 * A server to check, as the tree lists it.
 *
 * @param host the name to ask for: the Host header, and with TLS the name that the certificate must have
 * @param owner whose listed servers a redirect or a playlist may lead to; without servers for the network's own nodes
 */
public record Endpoint(InetSocketAddress address, String host, boolean tls, Customer owner) {
    private static final Customer NETWORK =
            new Customer(Customer.NETWORK, Map.of(), Map.of(), Map.of(), Customer.KEEP_LOGS);

    /** One that nothing leads away from. */
    public Endpoint(InetSocketAddress address, String host, boolean tls) {
        this(address, host, tls, NETWORK);
    }

    /** The same server at another of its addresses. */
    public Endpoint at(InetAddress other) {
        return new Endpoint(new InetSocketAddress(other, address.getPort()), host, tls, owner);
    }
}
