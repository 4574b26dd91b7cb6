package org.popnet.platform.tree;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Someone whose traffic the network steers or whose content it hosts; servers, domains and zones by name, in tree order.
 *
 * @param keepLogs how long raw logs and events are kept
 */
public record Customer(
        String name,
        Map<String, CustomerServer> servers,
        Map<String, Domain> domains,
        Map<String, CustomerZone> zones,
        Duration keepLogs) {
    /** The name under which traffic that belongs to no customer is accounted. */
    public static final String NETWORK = "_network";
    /** Where the tree does not say: a month's statement can be derived anew until the second month after it closed. */
    public static final Duration KEEP_LOGS = Duration.ofDays(90);

    public Customer {
        servers = Collections.unmodifiableMap(new LinkedHashMap<>(servers));
        domains = Collections.unmodifiableMap(new LinkedHashMap<>(domains));
        zones = Collections.unmodifiableMap(new LinkedHashMap<>(zones));
    }
}
