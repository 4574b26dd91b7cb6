package org.popnet.edge.memory;

import io.netty.util.concurrent.EventExecutor;
import org.popnet.caching.Headers;
import org.popnet.edge.upstream.UpstreamCall;

/** A request that waits for a fill. */
public interface FillWaiter {
    /** Where it is called back. */
    EventExecutor executor();

    /** Its fields, to see whether the response fits. */
    Headers request();

    void outcome(FillOutcome outcome);

    /** Tells the one whose request began the fill of an interim response: it is nobody else's, and never stored. */
    default void interim(int status, Headers headers) {}

    /**
     * Offers the one whose request began the fill a response that cannot be shared; called on the fill's own event loop.
     *
     * @return whether it has taken over the call: it sees the body from now on
     */
    default boolean takeOver(UpstreamCall call, int status, Headers headers) {
        return false;
    }
}
