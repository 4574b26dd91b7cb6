package org.popnet.edge.site;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NetworkTree;

/**
 * Finds the site that a host name means. Each tree is compiled into an immutable map that replaces the one before.
 * Domains that the tree hosts nowhere are left out: their users belong to the customer's own servers.
 */
public final class SiteRouter implements TreeSubscriber {
    private final TrafficMeter meter;
    private volatile Map<String, Site> sites = Map.of();
    private volatile String zone = "";

    public SiteRouter(TrafficMeter meter) {
        this.meter = meter;
    }

    /** @param host in lower case, without port */
    public @Nullable Site find(String host) {
        return sites.get(host);
    }

    /** The network's own zone. */
    public String zone() {
        return zone;
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        NetworkTree tree = next.tree();
        Map<String, Site> compiled = new HashMap<>();
        tree.domains().forEach((name, domain) -> {
            if (domain.candidates().hosted()) {
                compiled.put(name, new Site(domain, tree.customerOf(domain), CachePolicy.DEFAULT, meter.site(name)));
            }
        });
        Map<String, Site> frozen = Map.copyOf(compiled);
        return () -> {
            zone = tree.zone();
            sites = frozen;
        };
    }
}
