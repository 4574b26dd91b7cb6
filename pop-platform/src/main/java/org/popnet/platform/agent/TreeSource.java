package org.popnet.platform.agent;

import java.util.Optional;

/** Somewhere a starting node gets the tree from. */
public interface TreeSource {
    /** The newest tree that can be had here; empty if the source does not answer. May take some seconds. */
    Optional<FetchedTree> fetch();
}
