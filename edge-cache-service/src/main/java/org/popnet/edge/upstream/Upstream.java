package org.popnet.edge.upstream;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.CustomerServer;

/**
 * Someone to ask.
 *
 * @param host what the {@code Host} field says
 * @param server the customer's server this is; null for an origin-fetch server
 */
public record Upstream(
        InetSocketAddress address, String host, @Nullable CustomerServer server) {
    boolean tls() {
        return server != null && server.tls();
    }
}
