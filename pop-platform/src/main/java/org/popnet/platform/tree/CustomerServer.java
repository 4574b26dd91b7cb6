package org.popnet.platform.tree;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * One of a customer's own, mirrored servers.
 *
 * @param name unique within the customer: {@code west}
 * @param port where it speaks HTTP (or HTTPS, if {@code tls})
 * @param weight its share among equals, relative, greater than 0
 * @param loadPath where it exposes its load as JSON, if it does: an absolute path
 */
public record CustomerServer(
        String customer,
        String name,
        InetAddress address,
        int port,
        boolean tls,
        Capacity capacity,
        double weight,
        double cost,
        Optional<String> loadPath) {
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }
}
