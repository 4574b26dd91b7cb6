package org.popnet.dns.server;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** What all TCP connections of a listener share: who answers, the exchanges it answers in, the clock and the counters. */
final class TcpShared {
    private final ToIntFunction<Exchange> pipeline;
    private final Supplier<Exchange> newExchange;
    private final DnsMetrics metrics;
    private final LongSupplier clockMs;
    /** Those in nobody's use; with the others they are as many as were ever in use at the same time. */
    private final ConcurrentLinkedQueue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

    /**
     * @param pipeline answers a query, like {@link QueryPipeline#respond}
     * @param newExchange makes one for an answer over TCP
     */
    TcpShared(
            ToIntFunction<Exchange> pipeline,
            Supplier<Exchange> newExchange,
            DnsMetrics metrics,
            LongSupplier clockMs) {
        this.pipeline = pipeline;
        this.newExchange = newExchange;
        this.metrics = metrics;
        this.clockMs = clockMs;
    }

    /** Answers the query in {@code x.in}, like {@link QueryPipeline#respond}. */
    int respond(Exchange x) {
        return pipeline.applyAsInt(x);
    }

    /** An exchange that nobody uses; give it back before waiting for anything. */
    Exchange take() {
        Exchange pooled = exchanges.poll();
        return pooled == null ? newExchange.get() : pooled;
    }

    void giveBack(Exchange x) {
        exchanges.offer(x);
    }

    long nowMs() {
        return clockMs.getAsLong();
    }

    /** A query waits, and its connection has as many in progress as it may have. */
    void full() {
        metrics.tcpPaused(TcpPause.PIPELINED_MAX);
    }

    /** A query waits until its client has fetched earlier answers. */
    void unread() {
        metrics.tcpPaused(TcpPause.UNREAD);
    }
}
