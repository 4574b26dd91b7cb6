package org.popnet.platform.tree;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Someone whose traffic the network steers or whose content it hosts; servers, domains and zones by name, in tree order.
 */
public record Customer(
        String name,
        Map<String, CustomerServer> servers,
        Map<String, Domain> domains,
        Map<String, CustomerZone> zones) {
    /** The name under which traffic that belongs to no customer is accounted. */
    public static final String NETWORK = "_network";

    public Customer {
        servers = Collections.unmodifiableMap(new LinkedHashMap<>(servers));
        domains = Collections.unmodifiableMap(new LinkedHashMap<>(domains));
        zones = Collections.unmodifiableMap(new LinkedHashMap<>(zones));
    }
}
