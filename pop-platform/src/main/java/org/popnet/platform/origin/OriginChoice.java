package org.popnet.platform.origin;

import java.util.List;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;

/**
 * Ranks a customer's servers for a domain as seen from this POP: name servers rank by health, load and latency; what
 * this node itself saw of a server in the last seconds comes first. Only servers that the tree lists for the customer
 * are ever returned.
 */
public interface OriginChoice {
    /** Best first; never empty if the customer has servers. Never blocks. */
    List<CustomerServer> ranked(Domain domain);

    /** Tells how a request to a server went, so that a failing or slow one is avoided at once. */
    void succeeded(CustomerServer server, long firstByteNanos);

    /** @see #succeeded */
    void failed(CustomerServer server, Throwable cause);
}
