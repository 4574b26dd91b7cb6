package org.popnet.fetch.origin;

import java.util.List;
import java.util.Map;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NetworkTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the one server that the settings fix for a customer, and leaves all other customers to the ranking. A server that
 * the tree does not list cannot be asked, so its customer is ranked like the others, with a warning for each such tree.
 */
public final class FixedOrigins implements OriginChoice {
    private static final Logger log = LoggerFactory.getLogger(FixedOrigins.class);

    private final Map<String, String> fixed;
    private final CurrentTree tree;
    private final OriginChoice ranking;

    public FixedOrigins(FixedOriginSettings settings, CurrentTree tree, OriginChoice ranking) {
        this.fixed = settings.servers();
        this.tree = tree;
        this.ranking = ranking;
        tree.subscribe(next -> () -> warn(next.tree()));
    }

    private void warn(NetworkTree tree) {
        fixed.forEach((name, server) -> {
            Customer customer = tree.customers().get(name);
            if (customer == null || !customer.servers().containsKey(server)) {
                log.warn(
                        "popnet.fetch.fixed-origin.servers.{}={} is not in the tree: {}; the name servers' choice is asked instead",
                        name,
                        server,
                        customer == null
                                ? "customers are " + tree.customers().keySet()
                                : "servers of " + name + " are "
                                        + customer.servers().keySet());
            }
        });
    }

    @Override
    public List<CustomerServer> ranked(Domain domain) {
        String name = fixed.get(domain.customer());
        Customer customer = tree.get().tree().customers().get(domain.customer());
        CustomerServer server =
                name == null || customer == null ? null : customer.servers().get(name);
        return server == null ? ranking.ranked(domain) : List.of(server);
    }

    @Override
    public void succeeded(CustomerServer server, long firstByteNanos) {
        ranking.succeeded(server, firstByteNanos);
    }

    @Override
    public void failed(CustomerServer server, Throwable cause) {
        ranking.failed(server, cause);
    }
}
