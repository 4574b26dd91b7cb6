package org.popnet.platform.agent;

/**
 * What a node says of itself at {@code GET /node}.
 *
 * @param health {@code UP}, or what is wrong: {@code DOWN}, {@code OUT_OF_SERVICE}, {@code UNKNOWN}
 * @param generation number of the tree it has activated
 */
public record NodeDescription(String name, String pop, String service, String health, long generation, long pid) {}
