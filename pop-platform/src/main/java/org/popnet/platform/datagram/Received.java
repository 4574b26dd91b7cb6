package org.popnet.platform.datagram;

import org.popnet.platform.message.Message;
import org.popnet.platform.tree.NodeName;

/**
 * An authentic message.
 *
 * @param generation the generation number that the sender had activated when it sent this; 0 if none
 */
public record Received<M extends Message>(NodeName sender, long generation, M message) {}
