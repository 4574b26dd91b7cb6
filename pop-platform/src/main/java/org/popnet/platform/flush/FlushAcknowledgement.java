package org.popnet.platform.flush;

/**
 * A node's answer to an order.
 *
 * @param watermark the number up to which this node has applied the site's flushes, durably; at least the order's
 * @param objects how many objects were removed; 0 for an order that was applied before
 */
public record FlushAcknowledgement(String node, String site, long watermark, long objects) {}
