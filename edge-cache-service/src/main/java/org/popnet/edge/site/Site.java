package org.popnet.edge.site;

import org.popnet.caching.CachePolicy;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;

/**
 * A domain that this edge hosts.
 *
 * @param policy what its rule leaves to the cache
 * @param meter where its traffic is counted
 */
public record Site(Domain domain, Customer customer, CachePolicy policy, TrafficMeter.Site meter) {
    public String name() {
        return domain.name();
    }
}
