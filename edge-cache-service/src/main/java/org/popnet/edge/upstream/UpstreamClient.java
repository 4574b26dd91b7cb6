package org.popnet.edge.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.popnet.platform.origin.TlsContexts;

/** Sends requests on, from the event loop of whoever asks, over that loop's own pool of connections. */
public final class UpstreamClient {
    private final Class<? extends Channel> channelType;
    private final ByteBufAllocator allocator;
    private final InetAddress localAddress;
    private final UpstreamSettings settings;
    private final UpstreamObserver observer;
    private final LongSupplier nanoTime;
    private final TlsContexts tls;
    private final Map<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();

    /** @param localAddress every connection is bound to it */
    public UpstreamClient(
            Class<? extends Channel> channelType,
            ByteBufAllocator allocator,
            InetAddress localAddress,
            UpstreamSettings settings,
            UpstreamObserver observer,
            LongSupplier nanoTime) {
        this.channelType = channelType;
        this.allocator = allocator;
        this.localAddress = localAddress;
        this.settings = settings;
        this.observer = observer;
        this.nanoTime = nanoTime;
        this.tls = new TlsContexts(InstantSource.system());
    }

    /**
     * Begins a call; on the loop's own thread.
     *
     * @param candidates whom to ask, best first
     */
    public UpstreamCall call(
            EventLoop loop, List<Upstream> candidates, UpstreamRequest request, ResponseListener listener) {
        ConnectionPool pool = pools.computeIfAbsent(
                loop, l -> new ConnectionPool(l, channelType, allocator, localAddress, settings, nanoTime, tls));
        UpstreamCall call = new UpstreamCall(pool, candidates, request, listener, observer, nanoTime);
        // Not within this call: whoever makes it must have its result before it hears anything.
        loop.execute(call::start);
        return call;
    }
}
