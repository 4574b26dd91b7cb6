package org.popnet.netview.backend;

import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself.
 *
 * @param health {@code UP}, or what is wrong
 * @param generation number of the tree it has activated; null if it has none
 */
public record NodeReport(
        String name, String health, @Nullable Long generation) {}
