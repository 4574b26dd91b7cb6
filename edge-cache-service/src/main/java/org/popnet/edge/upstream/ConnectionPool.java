package org.popnet.edge.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.origin.TlsContexts;
import org.popnet.platform.tree.CertificateTerms;
import org.popnet.platform.tree.CustomerServer;

/** The connections of one event loop; touched by no other thread. Bounded per server, and so is the queue for them. */
final class ConnectionPool {
    private static final int LINE_BYTES_MAX = 8 * 1024;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int CHUNK_BYTES_MAX = 64 * 1024;

    /** @param tls null without TLS */
    record Key(InetSocketAddress address, @Nullable Tls tls) {
        static Key of(Upstream upstream) {
            CustomerServer server = upstream.server();
            return new Key(
                    upstream.address(),
                    server != null && server.tls() ? new Tls(upstream.host(), server.certificate()) : null);
        }
    }

    /**
     * @param name that is asked for (SNI), and that the server's certificate must carry if the terms say so
     * @param terms of its verification
     */
    record Tls(String name, CertificateTerms terms) {}

    /** What comes of asking for a connection; one of both, once. */
    interface Acquired {
        void connection(UpstreamConnection ready);

        void unavailable(UpstreamFailure failure);
    }

    private record Waiting(Acquired acquired, long sinceNanos) {}

    private static final class Server {
        final Deque<UpstreamConnection> idle = new ArrayDeque<>();
        final Deque<Waiting> waiting = new ArrayDeque<>();
        final Set<UpstreamConnection> all = new LinkedHashSet<>();
        int connecting;
    }

    private final EventLoop loop;
    private final Class<? extends Channel> channelType;
    private final ByteBufAllocator allocator;
    private final InetAddress localAddress;
    private final UpstreamSettings settings;
    private final LongSupplier nanoTime;
    private final TlsContexts tls;
    private final Map<Key, Server> servers = new HashMap<>();

    ConnectionPool(
            EventLoop loop,
            Class<? extends Channel> channelType,
            ByteBufAllocator allocator,
            InetAddress localAddress,
            UpstreamSettings settings,
            LongSupplier nanoTime,
            TlsContexts tls) {
        this.loop = loop;
        this.channelType = channelType;
        this.allocator = allocator;
        this.localAddress = localAddress;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.tls = tls;
        var unused = loop.scheduleAtFixedRate(this::check, 500, 500, TimeUnit.MILLISECONDS);
    }

    EventLoop loop() {
        return loop;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** How long a connection may lie unused: a second less than the other side offers, should it say. */
    long keepAliveNanos(long offeredSeconds) {
        long own = settings.keepAlive().toNanos();
        return offeredSeconds < 0 ? own : Math.min(own, Math.max(0, TimeUnit.SECONDS.toNanos(offeredSeconds - 1)));
    }

    /** @param repeatable whether the request may be sent again if the connection turns out closed */
    void acquire(Upstream upstream, boolean repeatable, Acquired acquired) {
        Key key = Key.of(upstream);
        Server server = servers.computeIfAbsent(key, k -> new Server());
        UpstreamConnection idle;
        while ((idle = server.idle.pollFirst()) != null) {
            if (idle.usable(repeatable)) {
                acquired.connection(idle);
                return;
            }
            idle.abort();
        }
        if (server.all.size() + server.connecting < settings.connectionsMax()) {
            connect(key, server, acquired);
        } else if (server.waiting.size() < settings.waitingMax()) {
            server.waiting.add(new Waiting(acquired, nanoTime()));
        } else {
            acquired.unavailable(UpstreamFailure.SATURATED);
        }
    }

    private void connect(Key key, Server server, Acquired acquired) {
        server.connecting++;
        UpstreamConnection[] made = new UpstreamConnection[1];
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.connectTimeout().toMillis()))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) throws IOException {
                        made[0] = install(channel, key);
                    }
                })
                .connect(key.address(), new InetSocketAddress(localAddress, 0));
        connected.addListener(f -> {
            server.connecting--;
            UpstreamConnection connection = made[0];
            if (f.isSuccess() && connection != null) {
                server.all.add(connection);
                acquired.connection(connection);
            } else {
                acquired.unavailable(UpstreamFailure.CONNECT);
                serveWaiting(key, server);
            }
        });
    }

    private UpstreamConnection install(SocketChannel channel, Key key) throws IOException {
        ChannelPipeline pipeline = channel.pipeline();
        Tls asked = key.tls();
        if (asked != null) {
            SSLEngine engine = tls.context(asked.terms())
                    .createSSLEngine(asked.name(), key.address().getPort());
            engine.setUseClientMode(true);
            if (asked.terms().verify()) {
                SSLParameters parameters = engine.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                engine.setSSLParameters(parameters);
            }
            pipeline.addLast(new SslHandler(engine));
        }
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setMaxHeaderSize(HEAD_BYTES_MAX)
                .setMaxChunkSize(CHUNK_BYTES_MAX);
        pipeline.addLast(new HttpClientCodec(limits, false, false));
        UpstreamConnection connection = new UpstreamConnection(this, key, channel);
        pipeline.addLast(connection);
        return connection;
    }

    /** Takes a connection back that is ready for another call. */
    void release(UpstreamConnection connection) {
        Server server = servers.get(connection.key());
        if (server == null || !connection.open()) {
            return;
        }
        Waiting next = server.waiting.pollFirst();
        if (next == null) {
            server.idle.addFirst(connection);
        } else {
            loop.execute(() -> {
                if (connection.open()) {
                    next.acquired().connection(connection);
                } else {
                    next.acquired().unavailable(UpstreamFailure.BROKEN);
                }
            });
        }
    }

    void closed(UpstreamConnection connection) {
        Server server = servers.get(connection.key());
        if (server != null && server.all.remove(connection)) {
            server.idle.remove(connection);
            serveWaiting(connection.key(), server);
        }
    }

    private void serveWaiting(Key key, Server server) {
        if (server.all.size() + server.connecting < settings.connectionsMax()) {
            Waiting next = server.waiting.pollFirst();
            if (next != null) {
                connect(key, server, next.acquired());
            }
        }
    }

    private void check() {
        long now = nanoTime();
        List<Waiting> late = new ArrayList<>();
        for (Server server : servers.values()) {
            List.copyOf(server.all).forEach(connection -> connection.check(now, settings));
            while (!server.waiting.isEmpty()
                    && now - server.waiting.getFirst().sinceNanos()
                            > settings.connectTimeout().toNanos()) {
                late.add(server.waiting.removeFirst());
            }
        }
        late.forEach(waiting -> waiting.acquired().unavailable(UpstreamFailure.SATURATED));
        servers.values().removeIf(s -> s.all.isEmpty() && s.waiting.isEmpty() && s.connecting == 0);
    }
}
