package org.popnet.platform.tree;

import java.util.List;

/**
 * A log server and the customers it is the primary of.
 *
 * @param manages customer names, {@link Customer#NETWORK} possibly among them
 * @param deputies log servers that take over when it is gone
 */
public record LogServer(NodeName node, List<String> manages, List<NodeName> deputies) {
    public LogServer {
        manages = List.copyOf(manages);
        deputies = List.copyOf(deputies);
    }
}
