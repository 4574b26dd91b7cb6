package org.popnet.dns.zone;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.SteeringTerms;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Candidates;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.LogServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.SteeringRule;
import org.popnet.platform.tree.VantagePoints;

/** Compiles a tree into a {@link ZoneSnapshot}; used for one tree. */
public final class ZoneCompiler {
    private static final int REFRESH_SECONDS = 3600;
    private static final int RETRY_SECONDS = 600;
    private static final int EXPIRE_SECONDS = 604800;
    /** Enough to find one that lives, and few enough to fit 512 bytes with their addresses. */
    private static final int CONFIG_SOURCES_MAX = 5;

    private static final int WEIGHT_MAX = 65535;
    private static final long V6 = 0x6a6a6a6aL;

    private final ActiveTree active;
    private final NetworkTree tree;
    private final NodeName self;
    private final Topology topology;
    private final WireName networkApex;
    private final List<ZoneSnapshot.Target> targets = new ArrayList<>();
    private final Map<TargetId, Integer> targetIndex = new HashMap<>();
    private final Map<WireName, ZoneEntry> entries = new LinkedHashMap<>();
    private final Map<String, SteeredDomain> domains = new HashMap<>();
    private final Map<SteeringTerms, SteeringTerms> terms = new HashMap<>();
    private final Map<Candidates, Competitors> shared = new HashMap<>();
    private final Map<Integer, OriginNames.Host> hosts = new HashMap<>();
    /** By target, the IPv6 address that stands beside its IPv4 one. */
    private final Map<Integer, Second> seconds = new HashMap<>();
    /** Whether any probe can see how IPv6 addresses are; where none can, they are taken to be as the IPv4 ones are. */
    private final boolean watchedOverIpv6;

    private final List<RecordData> servers = new ArrayList<>();
    private final List<Zone.Glue> glue = new ArrayList<>();

    private ZoneCompiler(ActiveTree active, NodeName self) {
        this.active = active;
        this.tree = active.tree();
        this.self = self;
        this.topology = new Topology(tree, self);
        this.networkApex = WireName.of(tree.zone());
        this.watchedOverIpv6 = !VantagePoints.overIpv6(tree).isEmpty();
    }

    /**
     * @param self the name server that this is
     * @throws IllegalArgumentException if the tree asks for something DNS cannot say; the message names it
     */
    public static ZoneSnapshot compile(ActiveTree tree, NodeName self) {
        return new ZoneCompiler(tree, self).compile();
    }

    private ZoneSnapshot compile() {
        tree.nodes(Service.DNS).forEach(node -> {
            WireName host = hostName(node);
            servers.add(RecordData.ns(host));
            node.addresses().forEach(a -> glue.add(new Zone.Glue(host, RecordData.address(a))));
        });
        Zone network = zone(networkApex);
        put(new ZoneEntry.Apex(network.apex(), network, RecordSets.NONE));
        tree.nodes().values().forEach(node -> addNode(network, node));
        tree.customers()
                .values()
                .forEach(customer -> customer.servers().values().forEach(s -> addServer(network, s)));
        addServices(network);
        CustomerZones zones = new CustomerZones(this::zone, entries);
        for (Customer customer : tree.customers().values()) {
            customer.zones().values().forEach(zones::add);
        }
        for (Customer customer : tree.customers().values()) {
            for (Domain domain : customer.domains().values()) {
                addDomain(customer, domain, zones);
            }
        }
        zones.fillGaps();
        return new ZoneSnapshot(
                active, topology, targets, entries.values(), new OriginNames(network, topology, domains, hosts));
    }

    private Zone zone(WireName apex) {
        NodeName primary = tree.nodes(Service.DNS).map(Node::name).findFirst().orElse(self);
        RecordData soa = RecordData.soa(
                WireName.of(primary + "." + tree.zone()),
                WireName.of("hostmaster." + tree.zone()),
                (int) active.generation().number(),
                REFRESH_SECONDS,
                RETRY_SECONDS,
                EXPIRE_SECONDS,
                Zone.NEGATIVE_TTL_SECONDS);
        return new Zone(apex, apex.equals(networkApex), soa, servers, glue);
    }

    private WireName hostName(Node node) {
        return WireName.of(node.name() + "." + tree.zone());
    }

    private void addNode(Zone zone, Node node) {
        boolean membersOnly = node.service() != Service.DNS;
        List<RecordData> addresses =
                node.addresses().stream().map(RecordData::address).toList();
        put(new ZoneEntry.Host(hostName(node), zone, addresses, membersOnly));
        addAbove(zone, hostName(node), membersOnly);
        if (node.service() == Service.EDGE_CACHE || node.service() == Service.ORIGIN_FETCH) {
            target(TargetId.of(node.name()), topology.indexOf(node.name().pop()), node.address6());
        }
    }

    private void addServer(Zone zone, CustomerServer server) {
        WireName name = serverName(server);
        List<RecordData> addresses =
                server.addresses().stream().map(RecordData::address).toList();
        put(new ZoneEntry.Host(name, zone, addresses, true));
        addAbove(zone, name, true);
    }

    private WireName serverName(CustomerServer server) {
        return WireName.of(server.name() + "." + server.customer() + ".servers." + tree.zone());
    }

    private void addServices(Zone zone) {
        Stream.concat(tree.customers().keySet().stream(), Stream.of(Customer.NETWORK))
                .forEach(customer -> tree.logServerOf(customer)
                        .ifPresent(server -> addService(zone, "_log._udp." + customer, logTargets(server))));
        for (Pop pop : tree.pops().values()) {
            List<ServiceTarget> fetchers = pop.nodes(Service.ORIGIN_FETCH)
                    .map(node -> serviceTarget(
                            node,
                            0,
                            weight(node.capacity().requestsPerSecond()),
                            node.ports().fetch()))
                    .toList();
            addService(zone, "_fetch._tcp." + pop.name(), fetchers);
            addService(zone, "_config._tcp." + pop.name(), configSources(pop));
        }
    }

    private List<ServiceTarget> logTargets(LogServer server) {
        List<ServiceTarget> found = new ArrayList<>();
        tree.node(server.node())
                .ifPresent(n -> found.add(serviceTarget(n, 0, 0, n.ports().datagram())));
        for (NodeName deputy : server.deputies()) {
            tree.node(deputy)
                    .ifPresent(n -> found.add(
                            serviceTarget(n, 10 * found.size(), 0, n.ports().datagram())));
        }
        return found;
    }

    /** Holders of the tree, the POP's own first, then the nearest. */
    private List<ServiceTarget> configSources(Pop pop) {
        int here = topology.indexOf(pop.name());
        return tree.nodes().values().stream()
                .filter(node -> node.service().isConfigSource())
                .sorted((a, b) -> Float.compare(distance(here, a), distance(here, b)))
                .limit(CONFIG_SOURCES_MAX)
                .map(node -> serviceTarget(
                        node,
                        node.name().pop().equals(pop.name()) ? 0 : 10,
                        0,
                        node.ports().control()))
                .toList();
    }

    private float distance(int pop, Node node) {
        return topology.estimateMs(pop, topology.indexOf(node.name().pop()));
    }

    private ServiceTarget serviceTarget(Node node, int priority, int weight, int port) {
        Integer target = targetIndex.get(TargetId.of(node.name()));
        return ServiceTarget.of(
                hostName(node),
                RecordData.address(node.address()),
                target == null ? ServiceTarget.UNWATCHED : target,
                priority,
                weight,
                port);
    }

    private void addService(Zone zone, String relativeName, List<ServiceTarget> services) {
        WireName name = WireName.of(relativeName + "." + tree.zone());
        put(new ZoneEntry.Service(name, zone, services));
        addAbove(zone, name, true);
    }

    private void addDomain(Customer customer, Domain domain, CustomerZones zones) {
        WireName name = WireName.of(domain.name());
        CandidateGroup[] origins = customer.servers().values().stream()
                .map(server -> serverGroup(server, domain))
                .toArray(CandidateGroup[]::new);
        Competitors competitors = competitors(domain.candidates(), origins);
        Competitors overflow = domain.rule()
                .overflow()
                .flatMap(SteeringRule.Overflow::candidates)
                .map(candidates -> competitors(candidates, origins))
                .orElse(Competitors.NONE);
        long identity = Hash.of(domain.name());
        boolean dual = CandidateGroup.sameServers(competitors.v4(), competitors.v6());
        SteeredDomain steered = new SteeredDomain(
                domain,
                terms.computeIfAbsent(SteeringTerms.of(domain), Function.identity()),
                identity,
                dual ? identity : Hash.mix(identity ^ V6),
                competitors.v4(),
                competitors.v6(),
                origins,
                overflow.v4(),
                overflow.v6());
        domains.put(domain.name(), steered);
        ZoneEntry there = entries.get(name);
        if (there instanceof ZoneEntry.Host || there instanceof ZoneEntry.Service) {
            throw new IllegalArgumentException("domain " + domain.name() + " of customer " + customer.name()
                    + " is a name of the network's own zone " + tree.zone() + ": give it another");
        }
        zones.steer(name, steered);
    }

    /** Who may answer for a domain, by address family. */
    @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
    private record Competitors(CandidateGroup[] v4, CandidateGroup[] v6) {
        private static final Competitors NONE = new Competitors(new CandidateGroup[0], new CandidateGroup[0]);
    }

    /** Domains with the same candidates share them: what thousands of names have in common stays in the cache. */
    private Competitors competitors(Candidates candidates, CandidateGroup[] origins) {
        return candidates.servers()
                ? made(candidates, origins)
                : shared.computeIfAbsent(candidates, same -> made(same, origins));
    }

    private Competitors made(Candidates candidates, CandidateGroup[] origins) {
        List<CandidateGroup> groups = groups(candidates, origins);
        return new Competitors(ofFamily(groups, 4), ofFamily(groups, 16));
    }

    private List<CandidateGroup> groups(Candidates candidates, CandidateGroup[] origins) {
        List<CandidateGroup> groups = new ArrayList<>();
        for (String pop : candidates.pops()) {
            group(pop, tree.pops().get(pop), candidates).ifPresent(groups::add);
        }
        for (NodeName node : candidates.nodes()) {
            tree.node(node).ifPresent(n -> groups.add(nodeGroup(n, candidates.weight(node.toString()))));
        }
        if (candidates.servers()) {
            double weight = candidates.weight(Candidates.SERVERS);
            Stream.of(origins).map(server -> server.weighing(weight)).forEach(groups::add);
        }
        return groups;
    }

    /** A POP's edges, without those that stand in the list by themselves. */
    private Optional<CandidateGroup> group(String name, @Nullable Pop pop, Candidates candidates) {
        if (pop == null) {
            return Optional.empty();
        }
        Candidate[] edges = pop.nodes(Service.EDGE_CACHE)
                .filter(node -> !candidates.nodes().contains(node.name()))
                .map(node -> candidate(node, candidates.weight(name)))
                .toArray(Candidate[]::new);
        return edges.length == 0
                ? Optional.empty()
                : Optional.of(CandidateGroup.of(name, topology.indexOf(name), edges));
    }

    private CandidateGroup nodeGroup(Node node, double weight) {
        return CandidateGroup.of(
                node.name().toString(), topology.indexOf(node.name().pop()), candidate(node, weight));
    }

    private Candidate candidate(Node node, double weight) {
        TargetId id = TargetId.of(node.name());
        int target = target(id, topology.indexOf(node.name().pop()), node.address6());
        return Candidate.of(target, id, node.address(), node.capacity().requestsPerSecond(), weight, node.cost());
    }

    private CandidateGroup serverGroup(CustomerServer server, Domain domain) {
        TargetId id = TargetId.of(server, domain.name());
        int target = target(id, CandidateGroup.SERVER, server.address6());
        hosts.put(
                target, new OriginNames.Host(serverName(server), server.port(), RecordData.address(server.address())));
        Candidate candidate = Candidate.of(
                target, id, server.address(), server.capacity().requestsPerSecond(), server.weight(), server.cost());
        return CandidateGroup.of(server.customer() + "/" + server.name(), CandidateGroup.SERVER, candidate);
    }

    /** Those who have an address of the family, at that address. */
    private CandidateGroup[] ofFamily(List<CandidateGroup> groups, int addressBytes) {
        return groups.stream()
                .map(group -> new CandidateGroup(
                        group.name(),
                        group.identity(),
                        group.pop(),
                        Stream.of(group.members())
                                .flatMap(m -> atFamily(m, addressBytes).stream())
                                .toArray(Candidate[]::new)))
                .filter(group -> group.members().length > 0)
                .toArray(CandidateGroup[]::new);
    }

    private Optional<Candidate> atFamily(Candidate candidate, int addressBytes) {
        if (candidate.address().length == addressBytes) {
            return Optional.of(candidate);
        }
        Second second = seconds.get(candidate.target());
        return second == null || second.address().length != addressBytes
                ? Optional.empty()
                : Optional.of(candidate.at(second.address(), second.target()));
    }

    /** A second address, and whose health counts there. */
    @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
    private record Second(byte[] address, int target) {}

    /** @param second its IPv6 address beside an IPv4 one */
    private int target(TargetId id, int pop, Optional<InetAddress> second) {
        int first = target(id, pop);
        second.ifPresent(address -> seconds.computeIfAbsent(
                first, any -> new Second(address.getAddress(), watchedOverIpv6 ? target(id.overIpv6(), pop) : first)));
        return first;
    }

    private int target(TargetId id, int pop) {
        return targetIndex.computeIfAbsent(id, i -> {
            targets.add(new ZoneSnapshot.Target(i, pop));
            return targets.size() - 1;
        });
    }

    private void put(ZoneEntry entry) {
        entries.put(entry.name(), entry);
    }

    /** Gives every name between a name and its apex an entry, so that none of them is denied (RFC 8020). */
    private void addAbove(Zone zone, WireName name, boolean membersOnly) {
        for (WireName above = name.parent(); above.labels() > zone.apex().labels(); above = above.parent()) {
            ZoneEntry known = entries.get(above);
            if (known == null || known instanceof ZoneEntry.EmptyNonTerminal) {
                boolean hidden = membersOnly
                        && (known == null || known instanceof ZoneEntry.EmptyNonTerminal e && e.membersOnly());
                put(new ZoneEntry.EmptyNonTerminal(above, zone, hidden));
            }
        }
    }

    private static int weight(double requestsPerSecond) {
        return Math.clamp(Math.round(requestsPerSecond), 1, WEIGHT_MAX);
    }
}
