package org.popnet.platform.tree;

/**
 * A tree that a node has taken up, with the text it came from.
 *
 * @param text the tree's bytes, verbatim, in UTF-8
 */
public record ActiveTree(Generation generation, String text, NetworkTree tree) {
    /**
     * Parses and checks a tree.
     *
     * @throws IllegalArgumentException if the hash does not fit the text
     * @throws InvalidTreeException if the text is not a valid tree
     */
    public static ActiveTree of(Generation generation, String text) {
        String sha256 = Generation.sha256(text);
        if (!sha256.equals(generation.sha256())) {
            throw new IllegalArgumentException("tree of generation " + generation.number() + " has SHA-256 " + sha256
                    + ", announced was " + generation.sha256() + ": fetch it again");
        }
        return new ActiveTree(generation, text, TreeParser.parse("network.yml", text));
    }
}
