package org.popnet.platform.discovery;

import java.util.List;
import org.popnet.platform.tree.NodeName;

/**
 * Asks the network's name servers for service names (RFC 2782). Answers are remembered for their TTL and, when no name
 * server answers, beyond it. Blocks for two seconds at most on a first lookup; afterwards it refreshes in the
 * background.
 */
public interface ServiceDiscovery {
    /**
     * The addresses behind a service name relative to the network's zone, best first: {@code _fetch._tcp.westusa}.
     * Empty if there are none or no name server ever answered.
     */
    List<ServiceAddress> find(String serviceName);

    /** Log servers of a customer, primary first: {@code _log._udp.<customer>}. Targets are {@code node.pop.zone}. */
    default List<ServiceAddress> logServers(String customer) {
        return find("_log._udp." + customer);
    }

    /** Origin-fetch servers of a POP. */
    default List<ServiceAddress> originFetchers(String pop) {
        return find("_fetch._tcp." + pop);
    }

    /** A customer's servers for a domain, ranked as seen from a POP. Targets are {@code server.customer.servers.zone}. */
    default List<ServiceAddress> origins(String domain, String pop) {
        return find("_origin._tcp." + domain + "." + pop);
    }

    /** Nodes that hand out the tree: their control addresses. */
    default List<ServiceAddress> configSources(String pop) {
        return find("_config._tcp." + pop);
    }

    /** The node that a target such as {@code log.hq.pop.example} names. */
    NodeName nodeOf(ServiceAddress address);
}
