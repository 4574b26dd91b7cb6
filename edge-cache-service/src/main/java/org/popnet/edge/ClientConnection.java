package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.edge.wire.RequestHead;
import org.popnet.edge.wire.RequestParser;
import org.popnet.edge.wire.RequestPart;
import org.popnet.edge.wire.RequestRefusedException;
import org.popnet.edge.wire.ResponseHead;

/**
 * A client's connection: cuts its bytes into requests and has them answered one after the other, in order. What is
 * pipelined waits, bounded; what makes no progress is cut.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final int PIPELINED_BYTES_MAX = 64 * 1024;
    private static final long LINGER_NANOS = 2_000_000_000L;
    private static final long ROUND_TRIP_NANOS = 5_000_000_000L;

    private final Edge edge;
    private final OwnFields ownFields;
    private final SocketChannel channel;
    private final ClientConnections siblings;
    private final InetAddress client;
    private final String clientAddress;
    private final RequestParser parser;
    private final boolean sendsFiles;
    private @Nullable ByteBuf input;
    private @Nullable Exchange exchange;
    private boolean answered;
    private boolean bodyEnded = true;
    private boolean advancing;
    private boolean reading;
    private boolean flushWhenRead;
    /** Input is dropped: it cannot be understood any more, or is no longer wanted. */
    private boolean deaf;

    private boolean lingering;
    private boolean used;
    private long sinceNanos;
    private long firstByteMs;
    private long lastReadNanos;
    private long pendingSeen;
    private long writeProgressNanos;
    private long roundTripNanos;

    ClientConnection(Edge edge, OwnFields ownFields, SocketChannel channel, ClientConnections siblings) {
        this.edge = edge;
        this.ownFields = ownFields;
        this.channel = channel;
        this.siblings = siblings;
        this.client = remote(channel);
        this.clientAddress = client.getHostAddress();
        this.sendsFiles =
                channel instanceof EpollSocketChannel && channel.pipeline().get(SslHandler.class) == null;
        this.parser = new RequestParser(edge.settings().requestLimits());
        this.sinceNanos = edge.nanoTime().getAsLong();
        this.lastReadNanos = sinceNanos;
    }

    private static InetAddress remote(SocketChannel channel) {
        InetSocketAddress address = channel.remoteAddress();
        return address == null ? InetAddress.getLoopbackAddress() : address.getAddress();
    }

    /** What this edge adds to answers. */
    OwnFields ownFields() {
        return ownFields;
    }

    /** Whether a part of a file can be written as such: the kernel takes it, and nothing here has to see the bytes. */
    boolean sendsFiles() {
        return sendsFiles;
    }

    Channel channel() {
        return channel;
    }

    InetAddress client() {
        return client;
    }

    String clientAddress() {
        return clientAddress;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        siblings.add(this);
        edge.metrics().connectionOpened();
        edge.meter().connectionOpened();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deaf = true;
        dropInput();
        Exchange current = exchange;
        if (current != null && !answered) {
            current.gone();
        }
        if (siblings.remove(this)) {
            edge.metrics().connectionClosed();
            edge.meter().connectionClosed();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        reading = true;
        if (deaf) {
            bytes.release();
            return;
        }
        long now = edge.nanoTime().getAsLong();
        lastReadNanos = now;
        if (input == null && exchange == null && !parser.insideHead()) {
            headBegins(now);
        }
        ByteBuf before = input;
        input = before == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, bytes);
        advance();
    }

    private void headBegins(long now) {
        sinceNanos = now;
        firstByteMs = edge.clock().millis();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        if (flushWhenRead) {
            flushWhenRead = false;
            channel.flush();
        }
    }

    /** Flushes now, or at the end of the read in progress, when more may have been written. */
    void flush() {
        if (reading) {
            flushWhenRead = true;
        } else {
            channel.flush();
        }
    }

    /** Goes on with the input as far as the request at hand lets it. */
    void advance() {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (step()) {}
        } finally {
            advancing = false;
        }
        ByteBuf rest = input;
        if (rest != null && (deaf || !rest.isReadable())) {
            dropInput();
        }
        rest = input;
        channel.config().setAutoRead(rest == null || rest.readableBytes() < PIPELINED_BYTES_MAX);
    }

    /** @return whether to go on */
    private boolean step() {
        ByteBuf in = input;
        Exchange current = exchange;
        if (in == null || deaf || current != null && (bodyEnded || !current.wantsBody())) {
            return tunnel(in, current);
        }
        int before = in.readerIndex();
        RequestPart part;
        try {
            part = parser.next(in);
        } catch (RequestRefusedException refused) {
            refuse(refused, in.readerIndex() - before);
            return false;
        }
        switch (part) {
            case RequestPart.Incomplete _ -> {
                return false;
            }
            case RequestPart.Head(RequestHead head) -> begin(head);
            case RequestPart.Body(ByteBuf bytes) -> {
                if (current == null) {
                    bytes.release();
                } else {
                    current.body(bytes);
                }
            }
            case RequestPart.End(Headers trailers) -> {
                bodyEnded = true;
                if (current != null) {
                    current.bodyEnded(trailers);
                }
                if (answered) {
                    next();
                }
            }
        }
        return true;
    }

    /** Passes on what is no HTTP any more. */
    private boolean tunnel(@Nullable ByteBuf in, @Nullable Exchange current) {
        if (in == null || deaf || current == null || !current.tunnels() || !in.isReadable() || !current.wantsBody()) {
            return false;
        }
        current.body(in.readRetainedSlice(in.readableBytes()));
        return true;
    }

    private void begin(RequestHead head) {
        used = true;
        bodyEnded = false;
        answered = false;
        long now = edge.nanoTime().getAsLong();
        writeProgressNanos = now;
        pendingSeen = 0;
        Exchange begun = new Exchange(edge, this, head, firstByteMs, now);
        exchange = begun;
        begun.start();
    }

    private void refuse(RequestRefusedException refused, int bytes) {
        deaf = true;
        Exchange current = exchange;
        if (current != null && !answered) {
            current.malformed(refused);
        } else if (current != null) {
            channel.close();
        } else {
            RequestHead none = new RequestHead("-", "-", 1, Headers.EMPTY, 0, bytes);
            bodyEnded = false;
            answered = false;
            Exchange refusal =
                    new Exchange(edge, this, none, firstByteMs, edge.nanoTime().getAsLong());
            exchange = refusal;
            refusal.refuse(refused);
        }
        dropInput();
    }

    /** The response at hand is over. */
    void finished(boolean keep) {
        answered = true;
        if (!keep) {
            end();
        } else if (bodyEnded) {
            next();
            advance();
        }
        // else the rest of the request is read and dropped first
    }

    private void next() {
        exchange = null;
        long now = edge.nanoTime().getAsLong();
        headBegins(now);
        lastReadNanos = now;
    }

    private void end() {
        if (!channel.isActive() || bodyEnded && !deaf) {
            channel.close();
            return;
        }
        // What the client still sends would be answered by a reset, which could overtake the response.
        deaf = true;
        lingering = true;
        sinceNanos = edge.nanoTime().getAsLong();
        dropInput();
        channel.config().setAutoRead(true);
        channel.shutdownOutput();
    }

    private void dropInput() {
        if (input != null && !advancing) {
            input.release();
            input = null;
        }
    }

    /** An interim response (RFC 9110 §15.2.1). */
    void writeContinue() {
        channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), "HTTP/1.1 100 Continue\r\n\r\n"));
    }

    /** An interim response of the tier behind. */
    void writeInterim(int status, Headers headers) {
        byte[] head = ResponseHead.encode(status, headers);
        ByteBuf out = channel.alloc().directBuffer(head.length + 2).writeBytes(head);
        ResponseHead.end(out);
        channel.write(out);
        flush();
    }

    void writabilityChanged() {
        Exchange current = exchange;
        if (current != null && !answered) {
            current.writable();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        writabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            siblings.failed(cause);
        }
        channel.close();
    }

    /** Ends the connection without another word. */
    void cut(String reason) {
        edge.metrics().cut(reason);
        channel.close();
    }

    /** Whether nothing is being answered. */
    boolean idle() {
        return exchange == null;
    }

    /**
     * Notes how far the client is, if it has sent something since that was noted last, and seldom.
     *
     * @return whether the kernel was asked
     */
    boolean sampleRoundTrip(long nowNanos) {
        boolean due = roundTripNanos == 0 || nowNanos - roundTripNanos > ROUND_TRIP_NANOS;
        if (!used || !due || lastReadNanos - roundTripNanos < 0 || !(channel instanceof EpollSocketChannel epoll)) {
            return false;
        }
        roundTripNanos = nowNanos;
        edge.roundTrips().sample(client, epoll.tcpInfo().rtt());
        return true;
    }

    /** Called every second or so: cuts what makes no progress. */
    void check(long nowNanos) {
        EdgeSettings settings = edge.settings();
        if (lingering) {
            if (nowNanos - sinceNanos > LINGER_NANOS) {
                channel.close();
            }
        } else if (exchange == null) {
            boolean head = input != null || parser.insideHead();
            Duration allowed = head || !used ? settings.headTimeout() : settings.idleTimeout();
            if (nowNanos - sinceNanos > allowed.toNanos()) {
                cut(head ? "slow-head" : "idle");
            }
        } else {
            checkExchange(exchange, nowNanos, settings.stallTimeout().toNanos());
        }
    }

    private void checkExchange(Exchange current, long nowNanos, long allowedNanos) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        long pending = out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
        if (pending == 0 || pending != pendingSeen) {
            pendingSeen = pending;
            writeProgressNanos = nowNanos;
        } else if (nowNanos - writeProgressNanos > allowedNanos) {
            cut("slow-reader");
        }
        if (!bodyEnded && current.wantsBody() && nowNanos - lastReadNanos > allowedNanos) {
            cut("slow-body");
        }
    }
}
