/**
 * The global tree: who may change the configuration, the domains the network answers for, every POP with its nodes, the
 * probes, the log servers and the customers each manages. {@link org.popnet.platform.tree.TreeParser} turns the text of
 * {@code network.yml} into records that cannot be wrong; {@link org.popnet.platform.tree.NetworkTree} is the door.
 */
@NullMarked
package org.popnet.platform.tree;

import org.jspecify.annotations.NullMarked;
