package org.popnet.log.intake;

import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.tree.NodeName;

/** A batch as it came, not yet known to be new. */
record Arrival(NodeName sender, LogBatch batch, long receivedMs) {}
