package org.popnet.edge.upstream;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.CustomerServer;

/**
 * Someone to ask.
 *
 * @param host what the {@code Host} field says
 * @param server the customer's server this is; null for an origin-fetch server
 * @param watermark the flush of this site that an origin-fetch server's answer must not be older than; 0 for none
 */
public record Upstream(
        InetSocketAddress address, String host, @Nullable CustomerServer server, long watermark) {}
