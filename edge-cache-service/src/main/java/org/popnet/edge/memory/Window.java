package org.popnet.edge.memory;

import io.netty.util.concurrent.EventExecutor;
import org.popnet.edge.upstream.UpstreamCall;

/**
 * Lets a body that is not kept flow from a call to those who read it, holding as much as the slowest of them lags behind,
 * some {@value #BYTES} bytes at most. Nobody can begin to read it any more.
 */
final class Window {
    private static final long BYTES = 1 << 20;

    private final Body body;
    private final UpstreamCall upstream;
    private final EventExecutor loop;
    private final Runnable abandoned;
    private boolean closed;

    /**
     * @param loop where the call runs
     * @param abandoned run when nobody reads any more, on the loop
     */
    Window(Body body, UpstreamCall upstream, EventExecutor loop, Runnable abandoned) {
        this.body = body;
        this.upstream = upstream;
        this.loop = loop;
        this.abandoned = abandoned;
    }

    /** After bytes were appended, and after a reader has read; on the loop. */
    void flow() {
        if (closed) {
            return;
        }
        if (!body.isRead()) {
            closed = true;
            upstream.abort();
            abandoned.run();
            return;
        }
        body.dropConsumed();
        if (body.lag() > BYTES) {
            upstream.pause();
        } else if (body.lag() < BYTES / 2) {
            upstream.resume();
        }
    }

    /** A reader has read, on its own thread. */
    void relieve() {
        loop.execute(this::flow);
    }

    /** The body has ended; on the loop. */
    void close() {
        closed = true;
    }
}
