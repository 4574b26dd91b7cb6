package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import org.popnet.caching.Headers;
import org.popnet.edge.upstream.ResponseListener;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamFailure;

/** Passes a response on to one client while it comes, at the client's speed. */
final class Relay implements ResponseListener {
    private final Exchange exchange;
    private final Forwarding forwarding;
    private final ClientConnection connection;
    private final ResponseWriter writer;

    Relay(Exchange exchange, Forwarding forwarding, ClientConnection connection, ResponseWriter writer) {
        this.exchange = exchange;
        this.forwarding = forwarding;
        this.connection = connection;
        this.writer = writer;
    }

    @Override
    public void interim(int status, Headers headers) {
        exchange.interim(status, headers);
    }

    @Override
    public void head(UpstreamCall call, int status, Headers received) {
        if (writer.begun()) {
            call.abort(); // the client was answered meanwhile: its request turned out malformed
            return;
        }
        Headers fields = forwarding.relayed(call, status, received);
        if (status == 101) {
            writer.switched(fields.toBuilder()
                    .add("Connection", "Upgrade")
                    .add("Upgrade", "websocket")
                    .build());
            forwarding.switched();
            return;
        }
        String length = received.first("Content-Length");
        writer.relay(status, fields, Headers.EMPTY, length == null ? -1 : Long.parseLong(length));
    }

    @Override
    public void content(ByteBuf bytes) {
        writer.content(bytes);
        if (!connection.channel().isWritable()) {
            forwarding.pause();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        writer.trailers(ForwardedFields.trailers(trailers));
    }

    @Override
    public void end() {
        writer.endRelay();
    }

    @Override
    public void failed(UpstreamCall call, UpstreamFailure failure) {
        if (writer.begun()) {
            writer.abandon();
            connection.channel().close();
        } else {
            exchange.failed(failure.status(), failure.token());
        }
    }
}
