package org.popnet.edge.wire;

import io.netty.buffer.ByteBuf;
import org.popnet.caching.Headers;

/** What a {@link RequestParser} finds next on a connection. */
public sealed interface RequestPart {
    /** nothing whole yet */
    record Incomplete() implements RequestPart {
        static final Incomplete INSTANCE = new Incomplete();
    }

    record Head(RequestHead head) implements RequestPart {}

    /** @param bytes a piece of the body, owned by the receiver */
    record Body(ByteBuf bytes) implements RequestPart {}

    /**
     * The request is complete; every head is followed by one.
     *
     * @param trailers the fields behind a chunked body
     */
    record End(Headers trailers) implements RequestPart {
        static final End INSTANCE = new End(Headers.EMPTY);
    }
}
