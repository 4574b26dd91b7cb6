package org.popnet.platform.agent;

import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;

/** The tree that this node has activated. There always is one: a node does not start without. */
public interface CurrentTree {
    ActiveTree get();

    /**
     * Has the subscriber prepare and activate the current tree at once, and every later one.
     *
     * @throws org.popnet.platform.settings.StartRefusedException if it finds the current one at fault
     */
    void subscribe(TreeSubscriber subscriber);

    /** The name of the node this process is. */
    NodeName self();

    /** This process's node in the current tree. */
    default Node node() {
        return get().tree()
                .node(self())
                .orElseThrow(() -> new IllegalStateException("node " + self() + " is not in the tree of generation "
                        + get().generation().number()));
    }
}
