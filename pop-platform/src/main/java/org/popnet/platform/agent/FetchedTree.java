package org.popnet.platform.agent;

import org.popnet.platform.tree.Generation;

/** A tree as it came from a source, not yet parsed. */
public record FetchedTree(Generation generation, String text) {}
