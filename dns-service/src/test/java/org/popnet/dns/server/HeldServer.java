package org.popnet.dns.server;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.popnet.dns.wire.Dns;

/**
 * The TCP side of a name server on a loopback address of its own, whose answers a test holds back: no query of a real
 * one waits for anything.
 */
final class HeldServer implements AutoCloseable {
    static final int IDLE_MS = 2000;
    private static final int STOP_WAIT_MS = 120_000;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final AtomicLong clockMs = new AtomicLong(10_000_000_000L);
    final InetSocketAddress address = RunningServer.freeAddress();
    final TcpListener listener;
    /** Queries that came to be answered. */
    final AtomicInteger asked = new AtomicInteger();
    /** Queries being answered now, and the most there ever were. */
    final AtomicInteger inProgress = new AtomicInteger();

    final AtomicInteger inProgressMost = new AtomicInteger();
    /** Exchanges that there are. */
    final AtomicInteger exchanges = new AtomicInteger();
    /** Threads that answered. */
    final Set<Long> threads = ConcurrentHashMap.newKeySet();

    private final Map<Integer, CountDownLatch> held = new ConcurrentHashMap<>();

    /** @param answerer what answers once a query is no longer held back, like {@link QueryPipeline#respond} */
    HeldServer(int pipelinedMax, ToIntFunction<Exchange> answerer) throws IOException {
        this(pipelinedMax, answerer, new ServerSocket());
    }

    /** @param accepting not bound yet */
    HeldServer(int pipelinedMax, ToIntFunction<Exchange> answerer, ServerSocket accepting) throws IOException {
        DnsSettings settings = new DnsSettings(
                1,
                false,
                1 << 20,
                Duration.ZERO,
                300,
                250,
                pipelinedMax,
                Duration.ofMillis(IDLE_MS),
                0,
                Optional.empty());
        listener = new TcpListener(
                settings,
                x -> answer(x, answerer),
                () -> RunningServer.exchange(
                        Exchange.Transport.TCP,
                        TcpListener.queryBytesMax(),
                        Dns.MESSAGE_BYTES_MAX,
                        exchanges.incrementAndGet()),
                new DnsMetrics(registry),
                clockMs::get,
                STOP_WAIT_MS);
        listener.bind(accepting, address);
        listener.start();
    }

    private int answer(Exchange x, ToIntFunction<Exchange> answerer) {
        asked.incrementAndGet();
        inProgressMost.accumulateAndGet(inProgress.incrementAndGet(), Math::max);
        threads.add(Thread.currentThread().threadId());
        try {
            CountDownLatch latch = held.get(id(x));
            if (latch != null) {
                latch.await();
            }
            return answerer.applyAsInt(x);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            inProgress.decrementAndGet();
        }
    }

    static int id(Exchange x) {
        return (x.in[0] & 0xff) << 8 | x.in[1] & 0xff;
    }

    /** Has queries with this id wait. */
    void hold(int id) {
        held.put(id, new CountDownLatch(1));
    }

    void release(int id) {
        CountDownLatch latch = held.remove(id);
        if (latch != null) {
            latch.countDown();
        }
    }

    double ended(String reason) {
        return registry.get("popnet.dns.tcp.closed")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    double paused(String reason) {
        return registry.get("popnet.dns.tcp.paused")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    @Override
    public void close() {
        held.keySet().forEach(this::release);
        listener.close();
    }
}
