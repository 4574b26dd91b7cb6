package org.popnet.platform.tree;

import java.util.List;
import java.util.Map;

/**
 * Which servers may answer for a domain: alone it says what the domain is.
 *
 * @param pops names of the POPs whose edges may answer, in the order of the tree; every POP with an edge for {@code
 *     [pops]}
 * @param nodes single edges that may answer, beside the POPs
 * @param servers whether the customer's own servers may answer
 * @param weights what entries weigh among equals where that is not 1: by name of POP or node, or {@code servers}
 */
public record Candidates(List<String> pops, List<NodeName> nodes, boolean servers, Map<String, Double> weights) {
    /** The word for the customer's own servers. */
    public static final String SERVERS = "servers";

    public Candidates {
        pops = List.copyOf(pops);
        nodes = List.copyOf(nodes);
        weights = Map.copyOf(weights);
        if (pops.isEmpty() && nodes.isEmpty() && !servers) {
            throw new IllegalArgumentException("candidates: must name pops, servers, POPs or nodes");
        }
    }

    /** What an entry weighs among equals; for servers, beside their own weights. */
    public double weight(String entry) {
        return weights.getOrDefault(entry, 1.0);
    }

    /** Whether POPs host this domain's content. */
    public boolean hosted() {
        return !pops.isEmpty() || !nodes.isEmpty();
    }
}
