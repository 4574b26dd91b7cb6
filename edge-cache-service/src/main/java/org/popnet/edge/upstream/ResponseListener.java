package org.popnet.edge.upstream;

import io.netty.buffer.ByteBuf;
import org.popnet.caching.Headers;

/** Hears a response on the event loop of its connection: a head, contents, an end; or a failure at any point, once. */
public interface ResponseListener {
    /** An interim response (RFC 9110 §15.2) that a client can use before the final one: 102 or 103. */
    default void interim(int status, Headers headers) {}

    /** @param status final; or 101, if the request asked for another protocol: what follows is no HTTP any more */
    void head(UpstreamCall call, int status, Headers headers);

    /** @param bytes a piece of the body; only valid during the call unless retained */
    void content(ByteBuf bytes);

    /** Fields behind the body; before the end. */
    default void trailers(Headers trailers) {}

    void end();

    void failed(UpstreamCall call, UpstreamFailure failure);
}
