package org.popnet.probe.schedule;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;
import org.popnet.probe.check.Endpoint;

/**
 * A server and all it must pass to count as up. Addresses come from the tree alone: nothing is resolved, no redirect is
 * followed, so nobody can turn a probe against a third party.
 *
 * @param checks at least one
 */
public record ServiceTarget(TargetId id, Endpoint endpoint, List<Check> checks) {
    private static final Check NODE_HEALTH = new Check.Http("/.popnet/health", 200, Optional.of("ok"));

    public ServiceTarget {
        checks = List.copyOf(checks);
    }

    /** What a probe watches: the content machines and customer servers that it is a vantage point of. */
    static Map<TargetId, ServiceTarget> assignedTo(NodeName probe, NetworkTree tree) {
        VantagePoints vantagePoints = new VantagePoints(tree);
        Map<TargetId, ServiceTarget> targets = new HashMap<>();
        for (Pop pop : tree.pops().values()) {
            for (Node node : pop.nodes().values()) {
                Optional<ServiceTarget> target = ofNode(node, tree.zone());
                target.filter(t -> vantagePoints.isAssigned(probe, t.id, pop.location()))
                        .ifPresent(t -> targets.put(t.id, t));
            }
        }
        for (Customer customer : tree.customers().values()) {
            for (Domain domain : customer.domains().values()) {
                for (CustomerServer server : customer.servers().values()) {
                    ServiceTarget target = ofServer(server, domain);
                    if (vantagePoints.isAssigned(probe, target.id, Optional.empty())) {
                        targets.put(target.id, target);
                    }
                }
            }
        }
        return targets;
    }

    private static Optional<ServiceTarget> ofNode(Node node, String zone) {
        int port = dataPort(node);
        if (port == 0) {
            return Optional.empty();
        }
        Endpoint endpoint = new Endpoint(new InetSocketAddress(node.address(), port), node.name() + "." + zone, false);
        return Optional.of(new ServiceTarget(TargetId.of(node.name()), endpoint, List.of(NODE_HEALTH)));
    }

    /** Where a content machine answers HTTP; 0 for all others. */
    private static int dataPort(Node node) {
        Service service = node.service();
        return service == Service.EDGE_CACHE
                ? node.ports().http()
                : service == Service.ORIGIN_FETCH ? node.ports().fetch() : 0;
    }

    /** A domain that names no check still wants its servers to accept connections. */
    private static ServiceTarget ofServer(CustomerServer server, Domain domain) {
        List<Check> checks = domain.checks().isEmpty() ? List.of(new Check.Tcp(server.port())) : domain.checks();
        Endpoint endpoint = new Endpoint(server.socketAddress(), domain.originHost(), server.tls());
        return new ServiceTarget(TargetId.of(server, domain.name()), endpoint, checks);
    }
}
