package org.popnet.platform.agent;

import org.popnet.platform.tree.ActiveTree;

/**
 * A part of a service that is built from the tree. Work is split so that a tree which one part cannot take is refused
 * before any part has switched.
 */
public interface TreeSubscriber {
    /**
     * Validates and compiles the next tree, without effect on what is served.
     *
     * @return the switch to it: quick, and cannot fail
     * @throws RuntimeException if this part cannot take the tree; nobody switches then
     */
    Runnable prepare(ActiveTree next);
}
