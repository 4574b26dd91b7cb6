package org.popnet.probe.schedule;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Location;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.VantagePoints;
import org.popnet.probe.check.Endpoint;

/**
 * A server and all it must pass to count as up. Addresses come from the tree alone: nothing is resolved, and no redirect
 * leads elsewhere, so nobody can turn a probe against a third party.
 *
 * @param checks at least one
 * @param location where it stands, if the tree says so
 */
public record ServiceTarget(TargetId id, Endpoint endpoint, List<Check> checks, Optional<Location> location) {
    private static final Check NODE_HEALTH =
            Check.Http.get("/.popnet/health", Check.Expected.status(200).withText("ok"));

    public ServiceTarget {
        checks = List.copyOf(checks);
    }

    /** Between two turns: the interval of the check that is most often due. */
    Duration interval(Duration otherwise) {
        return checks.stream()
                .map(check -> check.pace().interval().orElse(otherwise))
                .min(Comparator.naturalOrder())
                .orElse(otherwise);
    }

    /** Whose it is, as logs are accounted. */
    String customer() {
        return endpoint.owner().name();
    }

    /** Everything that the tree has to be watched: what users reach on two addresses, on both. */
    static Map<TargetId, ServiceTarget> of(NetworkTree tree) {
        Map<TargetId, ServiceTarget> targets = new HashMap<>();
        for (Pop pop : tree.pops().values()) {
            for (Node node : pop.nodes().values()) {
                ofNode(node, tree.zone(), pop.location()).ifPresent(t -> t.put(targets, node.address6()));
            }
        }
        for (Customer customer : tree.customers().values()) {
            for (Domain domain : customer.domains().values()) {
                for (CustomerServer server : customer.servers().values()) {
                    ofServer(server, domain, customer).put(targets, server.address6());
                }
            }
        }
        return targets;
    }

    private void put(Map<TargetId, ServiceTarget> targets, Optional<InetAddress> second) {
        targets.put(id, this);
        second.map(this::at).ifPresent(target -> targets.put(target.id, target));
    }

    private ServiceTarget at(InetAddress second) {
        return new ServiceTarget(id.overIpv6(), endpoint.at(second), checks, location);
    }

    /**
     * What a probe watches: the content machines and customer servers that it is a vantage point of; second addresses
     * only if it has one itself.
     */
    static Map<TargetId, ServiceTarget> assignedTo(NodeName probe, NetworkTree tree) {
        VantagePoints all = new VantagePoints(tree);
        VantagePoints overIpv6 = VantagePoints.overIpv6(tree);
        Map<TargetId, ServiceTarget> targets = of(tree);
        targets.values().removeIf(target -> !(target.id.isOverIpv6() ? overIpv6 : all)
                .isAssigned(probe, target.id.machine(), target.location));
        return targets;
    }

    private static Optional<ServiceTarget> ofNode(Node node, String zone, Optional<Location> location) {
        int port = dataPort(node);
        if (port == 0) {
            return Optional.empty();
        }
        Endpoint endpoint = new Endpoint(new InetSocketAddress(node.address(), port), node.name() + "." + zone, false);
        return Optional.of(new ServiceTarget(TargetId.of(node.name()), endpoint, List.of(NODE_HEALTH), location));
    }

    /** Where a content machine answers HTTP; 0 for all others. */
    private static int dataPort(Node node) {
        Service service = node.service();
        return service == Service.EDGE_CACHE
                ? node.ports().http()
                : service == Service.ORIGIN_FETCH ? node.ports().fetch() : 0;
    }

    /** A domain that names no check still wants its servers to accept connections. */
    private static ServiceTarget ofServer(CustomerServer server, Domain domain, Customer customer) {
        List<Check> checks = domain.checks().isEmpty() ? List.of(new Check.Tcp(server.port())) : domain.checks();
        Endpoint endpoint = new Endpoint(server.socketAddress(), domain.originHost(), server.tls(), customer);
        return new ServiceTarget(TargetId.of(server, domain.name()), endpoint, checks, Optional.empty());
    }
}
