package org.popnet.platform.flush;

/** A store that content can be removed from: an edge's memory, an origin-fetch server's disk. */
public interface FlushTarget {
    /**
     * Removes what the order selects, durably if the store is; when it returns, no later request is answered from what
     * was stored before.
     *
     * @return how many objects were removed
     */
    long apply(FlushOrder order);
}
