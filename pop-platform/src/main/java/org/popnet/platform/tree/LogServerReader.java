package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code log-servers}. Every customer is managed by exactly one; what belongs to no customer ({@link
 * Customer#NETWORK}) goes to the first unless one names it.
 */
final class LogServerReader {
    private static final List<String> KEYS = List.of("manages", "deputies");
    private static final ScalarType<String> MANAGED = new ScalarType<>(
            "names of customers, or " + Customer.NETWORK,
            text -> text.equals(Customer.NETWORK) || NodeName.isLabel(text) ? text : null);

    private final NodeNames names;
    private final CustomerReader customers;
    private final Map<String, NodeName> managers = new LinkedHashMap<>();

    LogServerReader(NodeNames names, CustomerReader customers) {
        this.names = names;
        this.customers = customers;
    }

    Map<NodeName, LogServer> read(Section root) {
        Map<NodeName, LogServer> servers = new LinkedHashMap<>();
        root.mapping("log-servers").ifPresent(section -> section.entries().forEach((key, value) -> {
            Optional<NodeName> name = value.named(key, ScalarType.NODE);
            name.ifPresent(n -> {
                names.admits(value, n, Set.of(Service.LOG));
                value.section(KEYS).ifPresent(s -> servers.put(n, server(n, s)));
            });
        }));
        if (!servers.isEmpty() && !managers.containsKey(Customer.NETWORK)) {
            servers.replaceAll(
                    (name, server) -> name.equals(servers.keySet().iterator().next()) ? withNetwork(server) : server);
        }
        customers.declared().forEach((customer, at) -> {
            if (!managers.containsKey(customer)) {
                at.wrong("customer '" + customer
                        + "' is managed by no log server: must stand under 'manages' of one in 'log-servers'");
            }
        });
        return servers;
    }

    private LogServer server(NodeName name, Section s) {
        Map<String, Value> manages =
                s.find("manages").map(v -> v.listOf(MANAGED)).orElse(Map.of());
        manages.forEach((customer, at) -> {
            boolean known =
                    customer.equals(Customer.NETWORK) || customers.declared().containsKey(customer);
            if (!known) {
                at.wrong("'" + customer + "': no such customer; must be one under 'customers', or " + Customer.NETWORK
                        + NearMiss.hint(customer, customers.declared().keySet()));
            }
            NodeName other = managers.putIfAbsent(customer, name);
            if (other != null) {
                at.wrong("customer '" + customer + "' is also managed by " + other
                        + ": must have one log server; name others as its deputies");
            }
        });
        List<NodeName> deputies = s.find("deputies")
                .map(v -> names.references(v, Set.of(Service.LOG)))
                .orElse(List.of());
        if (deputies.contains(name)) {
            s.find("deputies").orElse(s.value()).wrong("'" + name + "' is its own deputy: must be another log server");
        }
        return new LogServer(name, List.copyOf(manages.keySet()), deputies);
    }

    private static LogServer withNetwork(LogServer server) {
        List<String> manages = new ArrayList<>(server.manages());
        manages.add(Customer.NETWORK);
        return new LogServer(server.node(), manages, server.deputies());
    }
}
