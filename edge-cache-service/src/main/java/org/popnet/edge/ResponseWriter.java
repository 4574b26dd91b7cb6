package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCounted;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Headers;
import org.popnet.caching.HttpDates;
import org.popnet.edge.memory.BodyReader;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.wire.RequestHead;
import org.popnet.edge.wire.ResponseHead;

/**
 * Writes one response to the client, at the client's speed, and counts the bytes that were handed over. Used on the
 * client's event loop only.
 */
final class ResponseWriter {
    /** Called once, when the last byte has been handed to the connection, or none ever will be. */
    interface Finished {
        /** @param intact whether the response is whole and the connection may be used on */
        void finished(boolean intact);
    }

    private static final int PARTIAL_BYTES = 16 * 1024;
    /** A body up to this goes out in the buffer of its head: copying it costs less than a buffer of its own. */
    private static final int COPIED_BYTES_MAX = 4 * 1024;

    private final Channel channel;
    private final ClientConnection connection;
    private final boolean headOnly;
    private final boolean oldProtocol;
    private final Finished finished;
    private boolean keepAlive;

    private int status;
    private long handedOver;
    private boolean begun;
    private boolean ended;
    private boolean over;
    private boolean chunked;
    private boolean pumping;
    private final boolean acceptsTrailers;
    private Headers trailers = Headers.EMPTY;
    private @Nullable BodyReader reader;
    private @Nullable StoredResponse held;
    private @Nullable RangeParts parts;
    private @Nullable Answer partsOf;
    private int partsBegun;

    ResponseWriter(ClientConnection connection, RequestHead request, Finished finished) {
        this.connection = connection;
        this.channel = connection.channel();
        this.headOnly = request.method().equals("HEAD");
        this.oldProtocol = request.minorVersion() == 0;
        this.keepAlive = request.keepAlive();
        this.acceptsTrailers = request.acceptsTrailers();
        this.finished = finished;
    }

    /** 0 until a head was written. */
    int status() {
        return status;
    }

    boolean begun() {
        return begun;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    long handedOver() {
        return handedOver;
    }

    /** Has the connection end with this response; before it begins. */
    void close() {
        keepAlive = false;
    }

    /** A response of this node's own making. */
    void local(int code, Headers fields, String text, Instant now) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        Headers all = fields.toBuilder()
                .add("Date", HttpDates.format(now))
                .add("Content-Type", "text/plain; charset=utf-8")
                .add("Content-Length", Integer.toString(body.length))
                .build();
        ByteBuf out = beginHead(code, ResponseHead.encode(code, all), body.length);
        endHead(out, body.length);
        if (!headOnly) {
            out.writeBytes(body);
        }
        end(out);
    }

    /** A response without body: 304 and the like. */
    void empty(int code, Headers fields, Answer answer) {
        ByteBuf out = beginHead(code, ResponseHead.encode(code, fields), 0);
        answer.writeOwn(out);
        endHead(out, 0);
        end(out);
    }

    /**
     * A response from memory, its body whole or growing.
     *
     * @param response retained; given up when the response is over
     * @param head the encoded status line and fields
     * @param answer adds its own fields
     * @param length bytes of the body that will be sent, or -1 if not known
     */
    void stored(int code, StoredResponse response, byte[] head, Answer answer, long from, long length) {
        boolean bodiless = code == 204 || code == 304;
        ByteBuf out = beginHead(code, head, bodiless ? 0 : length);
        answer.writeOwn(out);
        endHead(out, bodiless ? 0 : length);
        held = response;
        if (headOnly || length == 0 || bodiless) {
            end(out);
            return;
        }
        if (length > 0 && length <= COPIED_BYTES_MAX && response.isWhole()) {
            response.copyTo(out, from, (int) length);
            end(out);
            return;
        }
        write(out, false);
        long end = length < 0 ? Long.MAX_VALUE : from + length;
        reader = answer.read(from, end, channel.eventLoop(), this::pump);
        pump();
    }

    /**
     * Several ranges of a response in memory, whose body is whole.
     *
     * @param response retained; given up when the response is over
     */
    void several(StoredResponse response, byte[] head, Answer answer, RangeParts ranges) {
        ByteBuf out = beginHead(206, head, ranges.length());
        answer.writeOwn(out);
        endHead(out, ranges.length());
        held = response;
        parts = ranges;
        write(out, false);
        partsOf = answer;
        reader = nextPart(answer, ranges);
        pump();
    }

    private BodyReader nextPart(Answer answer, RangeParts ranges) {
        ByteRange range = ranges.range(partsBegun);
        write(Unpooled.wrappedBuffer(ranges.head(partsBegun)), false);
        partsBegun++;
        return answer.read(range.first(), range.last() + 1, channel.eventLoop(), this::pump);
    }

    /** Begins a response that is relayed while it comes; {@link #content} and {@link #endRelay} follow. */
    void relay(int code, Headers fields, Headers extra, long length) {
        boolean bodiless = headOnly || code == 204 || code == 304;
        ByteBuf out = beginHead(code, ResponseHead.encode(code, fields), bodiless ? 0 : length);
        extra.forEach((name, value) -> ResponseHead.field(out, name, value));
        endHead(out, bodiless ? 0 : length);
        write(out, false);
        connection.flush();
    }

    /** Another protocol from here on: {@link #content} is passed on as it is until {@link #endRelay}. */
    void switched(Headers fields) {
        ByteBuf out = beginHead(101, ResponseHead.encode(101, fields), 0);
        ResponseHead.end(out);
        keepAlive = false; // the end of the tunnel is the end of the connection
        write(out, false);
        connection.flush();
    }

    /** Fields for behind the body, for a client that has said that it takes them (RFC 9110 §6.5.1). */
    void trailers(Headers fields) {
        if (acceptsTrailers) {
            trailers = fields;
        }
    }

    /** @param bytes borrowed */
    void content(ByteBuf bytes) {
        if (!headOnly && !over && !ended) {
            body(bytes.retain());
            connection.flush();
        }
    }

    void endRelay() {
        if (!ended && !over) {
            endBody();
        }
    }

    private ByteBuf beginHead(int code, byte[] head, long length) {
        begun = true;
        status = code;
        chunked = length < 0 && !oldProtocol && !headOnly;
        if (length < 0 && oldProtocol) {
            keepAlive = false; // the end of the connection is the end of the body
        }
        int copied = length <= COPIED_BYTES_MAX && length > 0 && !headOnly ? (int) length : 0;
        ByteBuf out = channel.alloc().directBuffer(head.length + 384 + copied);
        return out.writeBytes(head);
    }

    private void endHead(ByteBuf out, long length) {
        if (!keepAlive) {
            ResponseHead.field(out, "Connection", "close");
        } else if (oldProtocol) {
            ResponseHead.field(out, "Connection", "keep-alive");
        }
        if (length < 0 && chunked) {
            ResponseHead.field(out, "Transfer-Encoding", "chunked");
        }
        ResponseHead.end(out);
    }

    /** Writes what there is, as long as the client takes it. */
    void pump() {
        BodyReader source = reader;
        // Writing may change the channel's writability, which calls back here: a chunk must not be cut in two.
        if (source == null || over || ended || pumping) {
            return;
        }
        pumping = true;
        while (channel.isWritable() && source.readable()) {
            ReferenceCounted piece = connection.sendsFiles() ? source.readForSocket() : source.read();
            boolean last = source.atEnd();
            Answer answer = partsOf;
            RangeParts ranges = parts;
            if (last && !chunked && ranges == null) {
                pumping = false;
                end(piece);
                return;
            }
            body(piece);
            if (last && ranges != null && answer != null && partsBegun < ranges.count() && !over) {
                source.close();
                source = nextPart(answer, ranges);
                reader = source;
            }
        }
        pumping = false;
        if (source.atEnd()) {
            endBody();
        } else if (source.broken()) {
            abandon();
            channel.close();
        } else {
            connection.flush();
        }
    }

    private void body(ReferenceCounted bytes) {
        if (!chunked) {
            write(bytes, false);
            return;
        }
        ByteBuf size = channel.alloc().directBuffer(12);
        ByteBufUtil.writeAscii(size, Integer.toHexString(length(bytes)));
        ResponseHead.end(size);
        write(size, false);
        write(bytes, false);
        write(channel.alloc().directBuffer(2).writeByte('\r').writeByte('\n'), false);
    }

    private void endBody() {
        if (parts != null) {
            end(Unpooled.wrappedBuffer(parts.end()));
            return;
        }
        ByteBuf last = channel.alloc().directBuffer(64);
        if (chunked) {
            ByteBufUtil.writeAscii(last, "0\r\n");
            trailers.forEach((name, value) -> ResponseHead.field(last, name, value));
            ResponseHead.end(last);
        }
        end(last);
    }

    private void end(ReferenceCounted last) {
        ended = true;
        write(last, true);
        connection.flush();
    }

    /** @param bytes a {@link ByteBuf} or a {@link FileRegion} */
    private void write(ReferenceCounted bytes, boolean last) {
        int length = length(bytes);
        if (length > PARTIAL_BYTES) {
            // May go out in parts, and be broken off between them: counted as it goes.
            channel.write(bytes, channel.newProgressivePromise().addListener(new Partial(length, last)));
        } else {
            channel.write(bytes).addListener(written -> written(written.isSuccess(), length, last));
        }
    }

    private static int length(ReferenceCounted bytes) {
        return bytes instanceof FileRegion region ? (int) region.count() : ((ByteBuf) bytes).readableBytes();
    }

    private void written(boolean success, long bytes, boolean last) {
        if (!success) {
            finish(false);
            return;
        }
        handedOver += bytes;
        if (last) {
            finish(true);
        }
    }

    private final class Partial implements ChannelProgressiveFutureListener {
        private final boolean last;
        private long left;

        Partial(int length, boolean last) {
            this.left = length;
            this.last = last;
        }

        @Override
        public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
            long before = total - left;
            handedOver += progress - before;
            left = total - progress;
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            written(future.isSuccess(), left, last);
        }
    }

    /** Gives up: the client has gone, or what is missing will never come. The connection is of no use any more. */
    void abandon() {
        if (!over) {
            keepAlive = false;
            finish(false);
        }
    }

    private void finish(boolean intact) {
        if (over) {
            return;
        }
        over = true;
        if (reader != null) {
            reader.close();
        }
        if (held != null) {
            held.release();
        }
        finished.finished(intact);
    }
}
