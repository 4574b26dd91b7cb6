package org.popnet.platform.tree;

/**
 * One mistake in a tree.
 *
 * @param line from 1
 * @param path the keys that lead to it, {@code customers.customer1.domains.www.customer1.example}; empty for the whole
 *     document
 * @param message what came, and what is allowed
 */
public record TreeProblem(String file, int line, String path, String message) {
    @Override
    public String toString() {
        return (path.isEmpty() ? "" : path + ": ") + message + " (" + file + ":" + line + ")";
    }
}
