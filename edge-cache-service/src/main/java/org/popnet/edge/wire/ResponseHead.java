package org.popnet.edge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.popnet.caching.Headers;

/** Writes response heads. */
public final class ResponseHead {
    private ResponseHead() {}

    /** The status line and these fields, without the empty line that ends a head. */
    public static byte[] encode(int status, Headers headers) {
        StringBuilder text = new StringBuilder(512);
        text.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(HttpResponseStatus.valueOf(status).reasonPhrase())
                .append("\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Appends one field. Values are of this process's making: plain ASCII. */
    public static void field(ByteBuf out, String name, String value) {
        out.writeCharSequence(name, StandardCharsets.ISO_8859_1);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
        end(out);
    }

    /** Appends CRLF. */
    public static void end(ByteBuf out) {
        out.writeByte('\r').writeByte('\n');
    }
}
