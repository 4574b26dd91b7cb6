package org.popnet.platform.tree;

import java.util.List;

/**
 * How probes measure the distance to resolvers.
 *
 * @param port the resolvers' DNS port; 53 but on a simulated network
 * @param privateResolvers private or loopback prefixes that may be probed all the same
 */
public record LatencyTargets(int port, List<Cidr> privateResolvers) {
    public LatencyTargets {
        privateResolvers = List.copyOf(privateResolvers);
    }
}
