package org.popnet.platform.tree;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One of a customer's own, mirrored servers.
 *
 * @param name unique within the customer: {@code west}
 * @param address where the network reaches it, and probes check it
 * @param address6 the IPv6 address that users are given beside an IPv4 {@code address}
 * @param port where it speaks HTTP (or HTTPS, if {@code tls})
 * @param certificate what it must show in TLS
 * @param weight its share among equals, relative, greater than 0
 * @param loadPath where it exposes its load as JSON, if it does: an absolute path
 */
public record CustomerServer(
        String customer,
        String name,
        InetAddress address,
        Optional<InetAddress> address6,
        int port,
        boolean tls,
        CertificateTerms certificate,
        Capacity capacity,
        double weight,
        double cost,
        Optional<String> loadPath) {
    /** Every address that users may be given, {@link #address} first. */
    public List<InetAddress> addresses() {
        return Stream.concat(Stream.of(address), address6.stream()).toList();
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }
}
