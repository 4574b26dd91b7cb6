package org.popnet.edge.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.edge.wire.FieldNames;
import org.popnet.platform.flush.FlushWatermarks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to another server, used by one call at a time. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(UpstreamConnection.class);

    /** Within this a server hardly ever closes: what cannot be sent twice is sent on no older connection. */
    private static final long TRUSTED_NANOS = 1_000_000_000L;

    private static final Pattern KEEP_ALIVE_TIMEOUT = Pattern.compile("(?i)(?:^|[,;\\s])timeout=(\\d{1,6})\\b");

    private final ConnectionPool pool;
    private final ConnectionPool.Key key;
    private final Channel channel;
    private @Nullable UpstreamCall call;
    /** Its response is whole; it is told when all that has been read together with it has been looked at. */
    private @Nullable UpstreamCall ended;

    private boolean used;
    private boolean reused;
    private boolean answered;
    private boolean interim;
    private boolean keepAlive;
    private boolean requestEnded;
    private boolean mayUpgrade;
    /** The other side has switched protocols. */
    private boolean tunnel;

    private long lastProgressNanos;
    /** How long it may lie unused and still be trusted: the other side may say. */
    private long keepAliveNanos;

    UpstreamConnection(ConnectionPool pool, ConnectionPool.Key key, Channel channel) {
        this.pool = pool;
        this.key = key;
        this.channel = channel;
    }

    ConnectionPool.Key key() {
        return key;
    }

    boolean open() {
        return channel.isActive();
    }

    /** Whether it is open, and has not lain unused for so long that the other side may be closing it just now. */
    boolean usable(boolean repeatable) {
        long unused = pool.nanoTime() - lastProgressNanos;
        return open() && unused < (repeatable ? keepAliveNanos : Math.min(keepAliveNanos, TRUSTED_NANOS));
    }

    void send(UpstreamCall caller, Upstream upstream, UpstreamRequest request) {
        call = caller;
        reused = used;
        used = true;
        answered = false;
        interim = false;
        keepAlive = false;
        requestEnded = request.bodyBytes() == 0;
        mayUpgrade = request.upgrades();
        progressed();
        HttpRequest head = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(request.method()),
                request.target(),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        HttpHeaders fields = head.headers();
        fields.set("Host", upstream.host());
        request.headers().forEach(fields::add);
        if (upstream.watermark() > 0) {
            fields.set(FlushWatermarks.FIELD, Long.toString(upstream.watermark()));
        } else {
            fields.remove(FlushWatermarks.FIELD); // a client's word counts for nothing
        }
        if (request.bodyBytes() > 0) {
            fields.set("Content-Length", Long.toString(request.bodyBytes()));
        } else if (request.bodyBytes() < 0) {
            fields.set("Transfer-Encoding", "chunked");
        } else if (request.anticipatesBody()) {
            fields.set("Content-Length", "0"); // RFC 9110 §8.6
        }
        if (requestEnded) {
            channel.write(head, channel.voidPromise());
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
        } else {
            channel.writeAndFlush(head, channel.voidPromise());
        }
        channel.config().setAutoRead(true);
    }

    boolean writable() {
        return channel.isWritable();
    }

    void body(ByteBuf bytes) {
        progressed();
        channel.writeAndFlush(tunnel ? bytes : new DefaultHttpContent(bytes), channel.voidPromise());
    }

    void endBody(Headers trailers) {
        requestEnded = true;
        progressed();
        LastHttpContent last = LastHttpContent.EMPTY_LAST_CONTENT;
        if (!trailers.isEmpty()) {
            last = new DefaultLastHttpContent();
            trailers.forEach(last.trailingHeaders()::add);
        }
        channel.writeAndFlush(last, channel.voidPromise());
    }

    void pause() {
        channel.config().setAutoRead(false);
    }

    void resume() {
        progressed();
        channel.config().setAutoRead(true);
    }

    void abort() {
        call = null;
        ended = null;
        channel.close();
    }

    private void progressed() {
        lastProgressNanos = pool.nanoTime();
    }

    /** Called now and then: cuts what does not get on. */
    void check(long nowNanos, UpstreamSettings settings) {
        boolean paused = !channel.config().isAutoRead();
        long allowed = call == null
                ? keepAliveNanos
                : tunnel
                        ? settings.tunnelTimeout().toNanos()
                        : answered
                                ? settings.idleTimeout().toNanos()
                                : settings.firstByteTimeout().toNanos();
        if (!(call != null && paused) && nowNanos - lastProgressNanos > allowed) {
            breakOff(UpstreamFailure.TIMEOUT);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            progressed();
            UpstreamCall current = call;
            if (tunnel) {
                if (current != null && message instanceof ByteBuf bytes) {
                    current.content(bytes);
                }
                return; // else the end of the response that the other protocol began with
            }
            if (!(message instanceof HttpObject object)
                    || object.decoderResult().isFailure()
                    || current == null) {
                // Broken framing, or bytes nobody asked for: this connection's state is unknown.
                breakOff(UpstreamFailure.PROTOCOL);
                return;
            }
            if (object instanceof HttpResponse response) {
                int status = response.status().code();
                interim = status < 200;
                if (status == 101) {
                    switched(current, response);
                } else if (status == 102 || status == 103) {
                    current.interim(status, headers(response.headers()));
                } else if (!interim) {
                    answered = true;
                    keepAlive = HttpUtil.isKeepAlive(response);
                    keepAliveNanos = pool.keepAliveNanos(offered(response));
                    current.head(status, headers(response.headers()));
                }
            }
            if (object instanceof HttpContent content) {
                content(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void switched(UpstreamCall current, HttpResponse response) {
        if (!mayUpgrade || !"websocket".equalsIgnoreCase(response.headers().get("Upgrade"))) {
            breakOff(UpstreamFailure.PROTOCOL); // nobody asked for that
            return;
        }
        answered = true;
        tunnel = true;
        current.head(101, headers(response.headers()));
        channel.pipeline().remove(HttpClientCodec.class); // hands over what it has read already
    }

    /** What the other side's {@code Keep-Alive} field says, in seconds, or -1. */
    private static long offered(HttpResponse response) {
        String field = response.headers().get("Keep-Alive");
        Matcher matcher = field == null ? null : KEEP_ALIVE_TIMEOUT.matcher(field);
        return matcher != null && matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static Headers headers(HttpHeaders received) {
        Headers.Builder headers = Headers.builder();
        for (Map.Entry<String, String> field : received) {
            headers.add(FieldNames.canonical(field.getKey()), field.getValue());
        }
        return headers.build();
    }

    private void content(HttpContent content) {
        UpstreamCall current = call;
        boolean last = content instanceof LastHttpContent;
        if (interim) {
            interim = !last;
            return;
        }
        if (current != null && content.content().isReadable()) {
            current.content(content.content());
        }
        // The call may have been aborted meanwhile.
        current = call;
        if (last && current != null) {
            HttpHeaders trailers = ((LastHttpContent) content).trailingHeaders();
            if (!trailers.isEmpty()) {
                current.trailers(headers(trailers));
            }
            call = null;
            progressed();
            ended = current;
        }
    }

    /**
     * Only when all that was received has been looked at: bytes after the end of a response would be taken for the answer
     * to the next request.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        end();
    }

    private void end() {
        UpstreamCall done = ended;
        if (done == null) {
            return;
        }
        ended = null;
        if (keepAlive && requestEnded && open()) {
            pool.release(this);
        } else {
            channel.close();
        }
        done.end();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (call != null) {
            progressed();
            call.writabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        UpstreamCall current = call;
        if (tunnel && current != null) {
            call = null;
            current.end();
        }
        breakOff(UpstreamFailure.BROKEN);
        pool.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            breakOff(UpstreamFailure.BROKEN);
            return;
        }
        if (!(cause instanceof DecoderException)) {
            log.error("What {} answered could not be handled", key.address(), cause); // a defect of ours, or no memory
        }
        breakOff(UpstreamFailure.PROTOCOL);
    }

    private void breakOff(UpstreamFailure failure) {
        UpstreamCall current = call;
        call = null;
        channel.close();
        if (current != null) {
            current.broken(failure, reused);
        }
    }
}
