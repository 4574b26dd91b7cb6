package org.popnet.platform.tree;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration of a network, immutable and free of contradictions. Made by {@link TreeParser}.
 */
public final class NetworkTree {
    private final String zone;
    private final List<NodeName> administrators;
    private final Duration generationLease;
    private final Duration keepLogs;
    private final PushHierarchy push;
    private final LatencyTargets latencyTargets;
    private final Measures measures;
    private final Map<String, Pop> pops;
    private final Map<NodeName, LogServer> logServers;
    private final Map<String, Customer> customers;
    private final Map<String, SteeringRule> rules;
    private final Map<NodeName, Node> nodes;
    private final Map<String, Domain> domains;

    NetworkTree(
            String zone,
            List<NodeName> administrators,
            Duration generationLease,
            Duration keepLogs,
            PushHierarchy push,
            LatencyTargets latencyTargets,
            Measures measures,
            Map<String, Pop> pops,
            Map<NodeName, LogServer> logServers,
            Map<String, Customer> customers,
            Map<String, SteeringRule> rules) {
        this.zone = zone;
        this.administrators = List.copyOf(administrators);
        this.generationLease = generationLease;
        this.keepLogs = keepLogs;
        this.push = push;
        this.latencyTargets = latencyTargets;
        this.measures = measures;
        this.pops = Collections.unmodifiableMap(new LinkedHashMap<>(pops));
        this.logServers = Collections.unmodifiableMap(new LinkedHashMap<>(logServers));
        this.customers = Collections.unmodifiableMap(new LinkedHashMap<>(customers));
        this.rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
        Map<NodeName, Node> allNodes = new LinkedHashMap<>();
        pops.values().forEach(pop -> allNodes.putAll(pop.nodes()));
        this.nodes = Collections.unmodifiableMap(allNodes);
        Map<String, Domain> allDomains = new HashMap<>();
        customers.values().forEach(customer -> allDomains.putAll(customer.domains()));
        this.domains = Collections.unmodifiableMap(allDomains);
    }

    /** The zone that the network's own names stand in, in lower case, without a trailing dot: {@code pop.example}. */
    public String zone() {
        return zone;
    }

    /** The nodes that may change the configuration. */
    public List<NodeName> administrators() {
        return administrators;
    }

    /** How long a node that is prepared and undecided, and reaches nobody who knows, goes on answering. */
    public Duration generationLease() {
        return generationLease;
    }

    /** How long raw logs and events are kept of a customer, of {@link Customer#NETWORK}, or of one that is gone. */
    public Duration keepLogs(String customer) {
        Customer known = customers.get(customer);
        return known == null ? keepLogs : known.keepLogs();
    }

    public PushHierarchy push() {
        return push;
    }

    public LatencyTargets latencyTargets() {
        return latencyTargets;
    }

    public Measures measures() {
        return measures;
    }

    /** By name, in the order of the tree. */
    public Map<String, Pop> pops() {
        return pops;
    }

    public Map<NodeName, LogServer> logServers() {
        return logServers;
    }

    /** By name, in the order of the tree. */
    public Map<String, Customer> customers() {
        return customers;
    }

    /** By name, {@code default} always among them. */
    public Map<String, SteeringRule> rules() {
        return rules;
    }

    /** All nodes of all POPs, in the order of the tree. */
    public Map<NodeName, Node> nodes() {
        return nodes;
    }

    public Stream<Node> nodes(Service service) {
        return nodes.values().stream().filter(n -> n.service() == service);
    }

    public Optional<Node> node(NodeName name) {
        return Optional.ofNullable(nodes.get(name));
    }

    /** The domain of this name (lower case, no trailing dot), or null. The data planes ask for every request. */
    public @Nullable Domain domain(String name) {
        return domains.get(name);
    }

    /** Every domain of every customer. */
    public Map<String, Domain> domains() {
        return domains;
    }

    /** The customer that a domain of this tree belongs to. */
    public Customer customerOf(Domain domain) {
        Customer customer = customers.get(domain.customer());
        if (customer == null) {
            throw new IllegalArgumentException("domain " + domain.name() + " is not of this tree");
        }
        return customer;
    }

    /** The log server that is the primary of this customer, if the tree names one. */
    public Optional<LogServer> logServerOf(String customer) {
        return logServers.values().stream()
                .filter(s -> s.manages().contains(customer))
                .findFirst();
    }
}
