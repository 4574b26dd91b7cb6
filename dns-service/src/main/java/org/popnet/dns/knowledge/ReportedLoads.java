package org.popnet.dns.knowledge;

import java.util.HashSet;
import java.util.Set;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;

/**
 * Who may tell how busy it is, and what of that counts: the network's nodes tell it themselves, a customer's server tells
 * it to whichever probe asks. Guarded by its owner's lock.
 */
final class ReportedLoads {
    private static final String NODE = "node:";
    /** A node that has told nothing for so long is known by what probes hear from it. */
    private static final long NODE_SILENT_MS = 2500;

    private final long staleMs;
    private final LoadTable table;
    /** Nodes by their names, customers' servers as {@code customer/server}. */
    private Set<String> machines = Set.of();

    /** @param staleMs how long a load counts at most */
    ReportedLoads(long staleMs) {
        this.staleMs = staleMs;
        table = new LoadTable(staleMs);
    }

    /** Listens to the machines of this tree; what is known of those that stay is kept. */
    void follow(NetworkTree tree) {
        Set<String> names = new HashSet<>();
        tree.nodes().keySet().forEach(node -> names.add(node.toString()));
        tree.customers().values().forEach(customer -> customer.servers()
                .values()
                .forEach(server -> names.add(server.customer() + "/" + server.name())));
        machines = names;
        table.retain(names);
    }

    Set<String> machines() {
        return machines;
    }

    LoadTable table() {
        return table;
    }

    /** Takes what a node says of itself. */
    void take(NetworkTree tree, Node sender, LoadReport report, long nowMs) {
        double used = report.used(
                sender.capacity().requestsPerSecond(), tree.measures().load());
        table.take(sender.name().toString(), used, nowMs);
    }

    /** Takes what a machine says of itself to a probe. */
    void hear(NetworkTree tree, ServerLoad told, long nowMs) {
        if (told.server().startsWith(NODE)) {
            hearOfNode(told, told.server().substring(NODE.length()), nowMs);
            return;
        }
        int slash = told.server().indexOf('/');
        Customer customer =
                slash < 0 ? null : tree.customers().get(told.server().substring(0, slash));
        CustomerServer server =
                customer == null ? null : customer.servers().get(told.server().substring(slash + 1));
        if (server == null || told.lagged() || told.ageMs() > staleMs) {
            return;
        }
        double requests = told.requestsPerSecond() / server.capacity().requestsPerSecond();
        table.take(told.server(), Math.max(requests, told.share()), nowMs);
    }

    /** Nodes tell their load themselves, every second: what probes hear stands in where that does not arrive. */
    private void hearOfNode(ServerLoad told, String node, long nowMs) {
        LoadTable.Told last = table.told(node, nowMs);
        boolean silent = last == null || last.ageMs() > NODE_SILENT_MS;
        if (silent && machines.contains(node) && !told.lagged() && told.ageMs() <= NODE_SILENT_MS) {
            table.take(node, told.share(), nowMs);
        }
    }
}
