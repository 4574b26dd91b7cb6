package org.popnet.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The data port: one event loop per core, epoll where there is one. */
final class EdgeServer implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EdgeServer.class);
    private static final int BACKLOG = 4_096;
    private static final int WRITE_LOW_BYTES = 64 * 1024;
    private static final int WRITE_HIGH_BYTES = 256 * 1024;
    /** Netty's own takes a part of a file for nothing: a body would be queued whole, however slow its reader. */
    private static final MessageSizeEstimator SIZES = () -> message -> message instanceof FileRegion region
            ? (int) region.count()
            : DefaultMessageSizeEstimator.DEFAULT.newHandle().size(message);

    private static final long REFRESH_MS = 1_000;
    private static final long DRAIN_MS = 5_000;

    private final Edge edge;
    private final ByteBufAllocator allocator;
    private final Supplier<List<InetSocketAddress>> addresses;
    private final OwnFields ownFields;
    private final Map<EventLoop, ClientConnections> connections = new ConcurrentHashMap<>();
    private @Nullable MultiThreadIoEventLoopGroup loops;
    private @Nullable ScheduledExecutorService refresher;
    private volatile List<Channel> listening = List.of();

    /** @param addresses where to listen, at least one, asked for at the start */
    EdgeServer(Edge edge, ByteBufAllocator allocator, Supplier<List<InetSocketAddress>> addresses) {
        this.edge = edge;
        this.ownFields = new OwnFields(edge.name(), edge.random());
        this.allocator = allocator;
        this.addresses = addresses;
    }

    static Class<? extends SocketChannel> clientChannelType() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    private static Class<? extends ServerChannel> serverChannelType() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    @Override
    public synchronized void start() {
        if (loops != null) {
            return;
        }
        int threads = edge.settings().threads() == 0
                ? Runtime.getRuntime().availableProcessors()
                : edge.settings().threads();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory("edge", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        loops = group;
        LoopDelay delay = new LoopDelay(edge.nanoTime());
        group.forEach(loop -> delay.watch((EventLoop) loop));
        edge.meter().measureLoopDelayBy(delay::takeWorstMs);
        edge.meter().connectionsAtMost(edge.settings().connections());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(serverChannelType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, SIZES)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        List<Channel> bound = new ArrayList<>();
        for (InetSocketAddress local : addresses.get()) {
            bound.add(bind(bootstrap, local, group));
        }
        listening = List.copyOf(bound);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("edge-discovery").factory());
        timer.scheduleWithFixedDelay(this::refresh, 0, REFRESH_MS, TimeUnit.MILLISECONDS);
        refresher = timer;
    }

    /** What is bound already is closed with the event loops if this fails. */
    private Channel bind(ServerBootstrap bootstrap, InetSocketAddress local, MultiThreadIoEventLoopGroup group) {
        try {
            Channel channel = bootstrap.bind(local).sync().channel();
            log.info(
                    "Serving on {} with {} event loops ({})",
                    local,
                    group.executorCount(),
                    Epoll.isAvailable() ? "epoll" : "NIO");
            return channel;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while binding " + local, e);
        } catch (Exception e) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            loops = null;
            String hint = e instanceof BindException
                            || e.getMessage() != null && e.getMessage().contains("in use")
                    ? "another process listens there, or the address is not this machine's"
                    : "see the cause";
            throw new IllegalStateException("cannot listen on " + local + ": " + hint, e);
        }
    }

    private void refresh() {
        try {
            edge.fetchers().refresh();
        } catch (RuntimeException e) {
            // What was found last stands; a periodic task that throws would never run again.
            log.warn("Could not look for origin-fetch servers", e);
        }
    }

    private void accept(SocketChannel channel) {
        if (edge.metrics().connections() >= edge.settings().connections()) {
            edge.metrics().cut("connection-limit");
            channel.close();
            return;
        }
        ClientConnections siblings =
                connections.computeIfAbsent(channel.eventLoop(), loop -> new ClientConnections(loop, edge.nanoTime()));
        channel.pipeline().addLast(new ClientConnection(edge, ownFields, channel, siblings));
    }

    /** Whether requests are being taken. */
    boolean listening() {
        List<Channel> channels = listening;
        return !channels.isEmpty() && channels.stream().allMatch(Channel::isActive);
    }

    /** What is listened on. */
    List<InetSocketAddress> addresses() {
        return listening.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /** The port that is listened on, on every address. */
    int port() {
        List<InetSocketAddress> listened = addresses();
        return listened.isEmpty() ? 0 : listened.getFirst().getPort();
    }

    @Override
    public synchronized void stop() {
        MultiThreadIoEventLoopGroup group = loops;
        if (group == null) {
            return;
        }
        loops = null;
        if (refresher != null) {
            refresher.shutdownNow();
        }
        List<Channel> channels = listening;
        listening = List.of();
        channels.forEach(channel -> channel.close().awaitUninterruptibly(1_000));
        connections.forEach((loop, open) -> loop.execute(open::drain));
        long until = edge.nanoTime().getAsLong() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MS);
        while (edge.metrics().connections() > 0 && edge.nanoTime().getAsLong() < until) {
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000);
        edge.memory().clear();
    }

    @Override
    public synchronized boolean isRunning() {
        return loops != null;
    }
}
