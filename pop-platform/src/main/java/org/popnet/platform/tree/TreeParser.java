package org.popnet.platform.tree;

import java.util.List;

/**
 * Turns the text of {@code network.yml} into a {@link NetworkTree}, or says everything that is wrong with it, with file,
 * line, what came and what is allowed. The same parser runs on every node, so all accept exactly the same trees.
 */
public final class TreeParser {
    private TreeParser() {}

    /** @throws InvalidTreeException if the text is not a valid tree */
    public static NetworkTree parse(String file, String text) {
        throw new InvalidTreeException(List.of(new TreeProblem(file, 1, "", "parser missing")));
    }
}
