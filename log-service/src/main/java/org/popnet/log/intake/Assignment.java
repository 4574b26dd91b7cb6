package org.popnet.log.intake;

import java.util.HashSet;
import java.util.Set;
import org.popnet.platform.tree.LogServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.NodeName;

/** The customers whose logs a log server takes: as their primary, or as a deputy of their primary. */
record Assignment(Set<String> customers) {
    static Assignment of(NetworkTree tree, NodeName self) {
        Set<String> customers = new HashSet<>();
        for (LogServer server : tree.logServers().values()) {
            if (server.node().equals(self) || server.deputies().contains(self)) {
                customers.addAll(server.manages());
            }
        }
        return new Assignment(Set.copyOf(customers));
    }

    boolean manages(String customer) {
        return customers.contains(customer);
    }
}
