package org.popnet.platform.tree;

import java.util.List;

/**
 * Which servers may answer for a domain: alone it says what the domain is.
 *
 * @param pops names of the POPs whose edges may answer, in the order of the tree; every POP with an edge for {@code
 *     [pops]}
 * @param nodes single edges that may answer, beside the POPs
 * @param servers whether the customer's own servers may answer
 */
public record Candidates(List<String> pops, List<NodeName> nodes, boolean servers) {
    public Candidates {
        pops = List.copyOf(pops);
        nodes = List.copyOf(nodes);
        if (pops.isEmpty() && nodes.isEmpty() && !servers) {
            throw new IllegalArgumentException("candidates: must name pops, servers, POPs or nodes");
        }
    }

    /** Whether POPs host this domain's content. */
    public boolean hosted() {
        return !pops.isEmpty() || !nodes.isEmpty();
    }
}
