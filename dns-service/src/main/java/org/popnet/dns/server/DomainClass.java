package org.popnet.dns.server;

import java.util.Locale;

/** What a query was about, for metrics. */
enum DomainClass {
    /** addresses of a customer's domain */
    STEERED,
    /** everything else in customers' zones */
    STATIC,
    /** the network's own names */
    NETWORK,
    /** service names, told to the network's own nodes */
    SERVICE,
    /** nothing of ours, or not understood */
    NONE;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
