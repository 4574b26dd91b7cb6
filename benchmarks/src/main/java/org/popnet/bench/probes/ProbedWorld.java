package org.popnet.bench.probes;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.popnet.local.state.Instance;
import org.popnet.platform.tree.NetworkTree;

/** A tree with one probe, one name server, and customers whose servers it checks; and resolvers that it may measure. */
final class ProbedWorld {
    static final String NAME_SERVER = "dns.west";
    static final String PROBE = "probe.west";
    /** The addresses of one network that a probe measures in a row are few: it spares each. */
    private static final int RESOLVERS_PER_NETWORK = 100;

    static final int RESOLVERS_MAX = 100 * RESOLVERS_PER_NETWORK;
    private static final int SERVERS_PER_CUSTOMER = 100;
    private static final int FIRST_PORT = 20_000;

    private ProbedWorld() {}

    /** @param targets a multiple of {@value #SERVERS_PER_CUSTOMER} */
    static String tree(int targets) {
        int customers = targets / SERVERS_PER_CUSTOMER;
        StringBuilder text = new StringBuilder();
        text.append("""
                network: {zone: pop.example, administrators: [admin.hq], ports: {dns: 5300, datagram: 5301, http: 8080, https: 8443, fetch: 8081, control: 9443}}
                push: {masters: [dns.west, log.hq], below: {dns.west: [probe.west]}}
                latency-targets: {port: 5380, private-resolvers: [127.0.128.0/17]}
                pops:
                  hq:
                    nodes:
                      admin.hq: {service: admin, address: 127.0.0.1, ports: {control: 8095}}
                      log.hq: {service: log, address: 127.0.0.1, ports: {control: 8096, datagram: 5140}}
                  west:
                    location: [37.4, -122.1]
                    nodes:
                      dns.west: {service: dns, address: 127.0.1.1}
                      probe.west: {service: probe, address: 127.0.1.4}
                log-servers: {log.hq: {manages: [%s]}}
                customers:
                """.formatted(IntStream.range(0, customers)
                .mapToObj(customer -> "customer" + customer)
                .collect(Collectors.joining(", "))));
        for (int customer = 0; customer < customers; customer++) {
            text.append("  customer").append(customer).append(":\n    servers:\n");
            for (int server = 0; server < SERVERS_PER_CUSTOMER; server++) {
                text.append("      s%d: {address: 127.0.%d.1, port: %d}\n"
                        .formatted(server, 31 + customer, FIRST_PORT + server));
            }
            text.append(
                    "    domains: {www.customer%d.example: {candidates: [servers], checks: [{http: /health, text: ok}]}}\n"
                            .formatted(customer));
        }
        return text.append("rules: {default: {ttl: 20s}}\n").toString();
    }

    static List<InetSocketAddress> servers(NetworkTree tree) {
        return tree.customers().values().stream()
                .flatMap(customer -> customer.servers().values().stream())
                .map(server -> server.socketAddress())
                .toList();
    }

    /** In an order that goes through the networks in turn. */
    static List<InetAddress> resolvers(Instance instance, int count) {
        List<InetAddress> resolvers = new ArrayList<>();
        int networks = RESOLVERS_MAX / RESOLVERS_PER_NETWORK;
        for (int i = 0; i < count; i++) {
            resolvers.add(InetAddress.ofLiteral(
                    instance.translate("127.0." + (128 + i % networks) + "." + (1 + i / networks))));
        }
        return resolvers;
    }

    /** One that is asked for while everything warms up. */
    static InetAddress spareResolver(Instance instance) {
        return InetAddress.ofLiteral(instance.translate("127.0.250.1"));
    }
}
