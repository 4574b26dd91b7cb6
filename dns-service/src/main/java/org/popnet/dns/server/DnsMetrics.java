package org.popnet.dns.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.popnet.dns.knowledge.GeoLocations;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeExchange;
import org.popnet.dns.knowledge.PersistenceExchange;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.QueryDecoder;

/** What the name server counts; the hot path touches arrays of adders only. */
final class DnsMetrics {
    private static final int RCODES = Dns.BADVERS + 1;
    /** Of so many answers, one is timed. */
    static final int TIMED_ONE_IN = 64;

    private static final Duration[] LATENCY_BOUNDS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)
            .map(micros -> Duration.ofNanos(micros * 1000L))
            .toArray(Duration[]::new);

    private final LongAdder[][][] answered =
            new LongAdder[Exchange.Transport.values().length][DomainClass.values().length][RCODES];
    private final LongAdder limitedDropped = new LongAdder();
    private final LongAdder limitedSlipped = new LongAdder();
    private final LongAdder shortMessages = new LongAdder();
    private final LongAdder responses = new LongAdder();
    private final AtomicInteger receiveBufferMissing = new AtomicInteger();
    private final Timer latency;
    private final Counter sendFailures;
    private final AtomicInteger tcpConnections = new AtomicInteger();
    private final Map<TcpEnd, Counter> tcpEnds = new EnumMap<>(TcpEnd.class);

    DnsMetrics(MeterRegistry registry) {
        for (Exchange.Transport transport : Exchange.Transport.values()) {
            for (DomainClass domainClass : DomainClass.values()) {
                for (int rcode = 0; rcode < RCODES; rcode++) {
                    LongAdder adder = new LongAdder();
                    answered[transport.ordinal()][domainClass.ordinal()][rcode] = adder;
                    if (rcode <= Dns.REFUSED || rcode == Dns.BADVERS) {
                        FunctionCounter.builder("popnet.dns.queries", adder, LongAdder::sum)
                                .description("queries answered")
                                .tag("transport", transport.name().toLowerCase(Locale.ROOT))
                                .tag("class", domainClass.tag())
                                .tag("result", Dns.rcodeName(rcode))
                                .register(registry);
                    }
                }
            }
        }
        limits(registry, "dropped", limitedDropped);
        limits(registry, "slipped", limitedSlipped);
        drops(registry, "short", shortMessages);
        drops(registry, "response", responses);
        Gauge.builder("popnet.dns.udp.receive.buffer.missing", receiveBufferMissing, AtomicInteger::get)
                .description("receive buffer that the system refused each UDP socket: bursts may be lost; 0 is well")
                .baseUnit("bytes")
                .register(registry);
        latency = Timer.builder("popnet.dns.answer")
                .description("from decoded to encoded, of one query in " + TIMED_ONE_IN)
                .serviceLevelObjectives(LATENCY_BOUNDS)
                .register(registry);
        sendFailures = Counter.builder("popnet.dns.send.failures")
                .description("answers the system did not take")
                .register(registry);
        Gauge.builder("popnet.dns.tcp.connections", tcpConnections, AtomicInteger::get)
                .description("open TCP connections")
                .register(registry);
        for (TcpEnd end : TcpEnd.values()) {
            tcpEnds.put(
                    end,
                    Counter.builder("popnet.dns.tcp.closed")
                            .description("TCP connections that ended, or were not admitted")
                            .tag("reason", end.tag())
                            .register(registry));
        }
    }

    private static void drops(MeterRegistry registry, String reason, LongAdder adder) {
        FunctionCounter.builder("popnet.dns.drops", adder, LongAdder::sum)
                .description("messages that deserve no answer")
                .tag("reason", reason)
                .register(registry);
    }

    private static void limits(MeterRegistry registry, String action, LongAdder adder) {
        FunctionCounter.builder("popnet.dns.limited", adder, LongAdder::sum)
                .description("answers over the limit of their client prefix: not sent, or sent empty with TC")
                .tag("action", action)
                .register(registry);
    }

    /** Queries that were answered and not logged. */
    static void register(MeterRegistry registry, QueryLog log) {
        FunctionCounter.builder("popnet.dns.log.dropped", log, QueryLog::dropped)
                .description("queries that should have been logged and found the ring full")
                .register(registry);
    }

    /** Queries lost before we saw them. */
    static void register(MeterRegistry registry, KernelDrops drops) {
        FunctionCounter.builder("popnet.dns.drops", drops, KernelDrops::count)
                .description("queries the kernel dropped because a socket was full")
                .tag("reason", "kernel")
                .register(registry);
    }

    /** Sizes of what is known. */
    static void register(MeterRegistry registry, Knowledge knowledge) {
        Gauge.builder("popnet.dns.knowledge.latency.prefixes", knowledge, Knowledge::latencyPrefixes)
                .description("client prefixes with measured latencies")
                .register(registry);
        Gauge.builder("popnet.dns.knowledge.distances", knowledge, Knowledge::distances)
                .description("servers to which the way was measured")
                .register(registry);
        Gauge.builder("popnet.dns.knowledge.loads", knowledge, Knowledge::loads)
                .description("nodes that told their load")
                .register(registry);
        Gauge.builder("popnet.dns.knowledge.persistence", knowledge, k -> k.persistence()
                        .size(k.nowMs()))
                .description("clients kept at their server")
                .register(registry);
        FunctionCounter.builder("popnet.dns.knowledge.transitions", knowledge, Knowledge::transitions)
                .description("targets that went up or down")
                .register(registry);
        FunctionCounter.builder("popnet.dns.knowledge.latency.dropped", knowledge, Knowledge::latenciesDropped)
                .description("measurements that found the table full")
                .register(registry);
        FunctionCounter.builder("popnet.dns.knowledge.requests.dropped", knowledge, k -> k.latencyRequests()
                        .dropped())
                .description("latency requests that found the queue full")
                .register(registry);
    }

    /** Clients that nobody has measured. */
    static void register(MeterRegistry registry, GeoLocations places) {
        lookups(registry, "found", places, GeoLocations::located);
        lookups(registry, "absent", places, GeoLocations::unlocated);
    }

    private static void lookups(
            MeterRegistry registry, String result, GeoLocations places, ToDoubleFunction<GeoLocations> count) {
        FunctionCounter.builder("popnet.dns.geography.lookups", places, count)
                .description("clients looked up in the database of places")
                .tag("result", result)
                .register(registry);
    }

    /** What name servers tell each other of clients. */
    static void register(MeterRegistry registry, PersistenceExchange exchange) {
        Gauge.builder("popnet.dns.persistence.waiting", exchange, PersistenceExchange::waiting)
                .description("clients whose server the other name servers have not acknowledged yet")
                .register(registry);
        FunctionCounter.builder("popnet.dns.persistence.sent", exchange, PersistenceExchange::sent)
                .description("datagrams that told other name servers of clients, repeated ones included")
                .register(registry);
        FunctionCounter.builder("popnet.dns.persistence.taken", exchange, PersistenceExchange::taken)
                .description("clients that other name servers told of")
                .register(registry);
        FunctionCounter.builder("popnet.dns.persistence.dropped", exchange, PersistenceExchange::dropped)
                .description("clients that other name servers were not told of because too many waited")
                .register(registry);
    }

    /** What name servers learn from each other. */
    static void register(MeterRegistry registry, KnowledgeExchange exchange) {
        FunctionCounter.builder("popnet.dns.exchange.learned", exchange, KnowledgeExchange::learned)
                .description("figures and clients that another name server knew newer")
                .register(registry);
        FunctionCounter.builder("popnet.dns.exchange.refused", exchange, KnowledgeExchange::refused)
                .description("requests for knowledge that came faster than they are answered")
                .register(registry);
    }

    /** What the system gave each UDP socket, and what was asked for, in bytes. */
    void receiveBuffer(int got, int asked) {
        receiveBufferMissing.set(Math.max(0, asked - got));
    }

    void answered(Exchange.Transport transport, DomainClass domainClass, int rcode) {
        answered[transport.ordinal()][domainClass.ordinal()][rcode].increment();
    }

    void limited(boolean slipped) {
        (slipped ? limitedSlipped : limitedDropped).increment();
    }

    void dropped(QueryDecoder.Verdict verdict) {
        (verdict == QueryDecoder.Verdict.DROP_SHORT ? shortMessages : responses).increment();
    }

    void timed(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    void sendFailed() {
        sendFailures.increment();
    }

    void tcpOpened() {
        tcpConnections.incrementAndGet();
    }

    void tcpClosed(TcpEnd end) {
        tcpConnections.decrementAndGet();
        tcpRefused(end);
    }

    /** A connection that was not admitted. */
    void tcpRefused(TcpEnd end) {
        Objects.requireNonNull(tcpEnds.get(end)).increment();
    }
}
