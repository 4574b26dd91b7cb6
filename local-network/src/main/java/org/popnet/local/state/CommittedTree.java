package org.popnet.local.state;

/**
 * A tree in the network's repository.
 *
 * @param commit 40 hex digits
 */
public record CommittedTree(String text, String commit) {}
