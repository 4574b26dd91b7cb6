package org.popnet.dns.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
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
    private static final String PREFIX = "popnet.dns.";
    private static final int RCODES = Dns.BADCOOKIE + 1;
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
    private final LongAdder sendFailures = new LongAdder();
    private final AtomicInteger tcpConnections = new AtomicInteger();
    private final Map<TcpEnd, LongAdder> tcpEnds = new EnumMap<>(TcpEnd.class);
    private final Map<TcpPause, LongAdder> tcpPauses = new EnumMap<>(TcpPause.class);

    DnsMetrics(MeterRegistry registry) {
        for (Exchange.Transport transport : Exchange.Transport.values()) {
            for (DomainClass domainClass : DomainClass.values()) {
                for (int rcode = 0; rcode < RCODES; rcode++) {
                    LongAdder adder = new LongAdder();
                    answered[transport.ordinal()][domainClass.ordinal()][rcode] = adder;
                    if (rcode <= Dns.REFUSED || rcode == Dns.BADVERS || rcode == Dns.BADCOOKIE) {
                        String via = transport.name().toLowerCase(Locale.ROOT);
                        Tags tags =
                                Tags.of("transport", via, "class", domainClass.tag(), "result", Dns.rcodeName(rcode));
                        count(registry, "queries", "queries answered", adder, LongAdder::sum, tags);
                    }
                }
            }
        }
        limits(registry, "dropped", limitedDropped);
        limits(registry, "slipped", limitedSlipped);
        drops(registry, "short", "messages that deserve no answer", shortMessages, LongAdder::sum);
        drops(registry, "response", "messages that deserve no answer", responses, LongAdder::sum);
        Gauge.builder(PREFIX + "udp.receive.buffer.missing", receiveBufferMissing, AtomicInteger::get)
                .description("receive buffer that the system refused each UDP socket: bursts may be lost; 0 is well")
                .baseUnit("bytes")
                .register(registry);
        latency = Timer.builder(PREFIX + "answer")
                .description("from decoded to encoded, of one query in " + TIMED_ONE_IN)
                .serviceLevelObjectives(LATENCY_BOUNDS)
                .register(registry);
        count(registry, "send.failures", "answers the system did not take", sendFailures, LongAdder::sum);
        gauge(registry, "tcp.connections", "open TCP connections", tcpConnections, AtomicInteger::get);
        for (TcpEnd end : TcpEnd.values()) {
            LongAdder ended = new LongAdder();
            tcpEnds.put(end, ended);
            String what = "TCP connections that ended, or were not admitted";
            count(registry, "tcp.closed", what, ended, LongAdder::sum, Tags.of("reason", end.tag()));
        }
        for (TcpPause pause : TcpPause.values()) {
            LongAdder paused = new LongAdder();
            tcpPauses.put(pause, paused);
            String what = "times that queries waited on their TCP connection";
            count(registry, "tcp.paused", what, paused, LongAdder::sum, Tags.of("reason", pause.tag()));
        }
    }

    /** A figure that only grows, read from where it is counted. */
    private static <T> void count(
            MeterRegistry registry, String name, String what, T counted, ToDoubleFunction<T> count, Tags tags) {
        FunctionCounter.builder(PREFIX + name, counted, count)
                .description(what)
                .tags(tags)
                .register(registry);
    }

    private static <T> void count(
            MeterRegistry registry, String name, String what, T counted, ToDoubleFunction<T> count) {
        count(registry, name, what, counted, count, Tags.empty());
    }

    /** A size, read from what has it. */
    private static <T> void gauge(MeterRegistry registry, String name, String what, T sized, ToDoubleFunction<T> size) {
        Gauge.builder(PREFIX + name, sized, size).description(what).register(registry);
    }

    private static <T> void drops(
            MeterRegistry registry, String reason, String what, T counted, ToDoubleFunction<T> count) {
        count(registry, "drops", what, counted, count, Tags.of("reason", reason));
    }

    private static void limits(MeterRegistry registry, String action, LongAdder adder) {
        String what = "answers over the limit of their client prefix: not sent, or sent empty with TC";
        count(registry, "limited", what, adder, LongAdder::sum, Tags.of("action", action));
    }

    /** Queries that were answered and not logged. */
    static void register(MeterRegistry registry, QueryLog log) {
        String what = "queries that should have been logged, and found the ring full or could not be spooled";
        count(registry, "log.dropped", what, log, QueryLog::dropped);
    }

    /** Queries lost before we saw them. */
    static void register(MeterRegistry registry, KernelDrops drops) {
        String what = "queries the kernel dropped because a socket was full";
        drops(registry, "kernel", what, drops, KernelDrops::count);
    }

    /** Sizes of what is known. */
    static void register(MeterRegistry registry, Knowledge known) {
        String prefixes = "client prefixes with measured latencies";
        gauge(registry, "knowledge.latency.prefixes", prefixes, known, Knowledge::latencyPrefixes);
        String distances = "servers to which the way was measured";
        gauge(registry, "knowledge.distances", distances, known, Knowledge::distances);
        gauge(registry, "knowledge.loads", "nodes that told their load", known, Knowledge::loads);
        String users = "client prefixes whose own connections tell how far they are";
        gauge(registry, "knowledge.passive.prefixes", users, known, Knowledge::passivePrefixes);
        String unheld = "domains that not all of their edges have confirmed";
        gauge(registry, "knowledge.domains.unconfirmed", unheld, known, Knowledge::domainsUnconfirmed);
        ToDoubleFunction<Knowledge> kept = k -> k.persistence().size(k.nowMs());
        gauge(registry, "knowledge.persistence", "clients kept at their server", known, kept);
        String transitions = "targets that went up or down";
        count(registry, "knowledge.transitions", transitions, known, Knowledge::transitions);
        String dropped = "measurements that found the table full";
        count(registry, "knowledge.latency.dropped", dropped, known, Knowledge::latenciesDropped);
        String requests = "latency requests that found the queue full";
        ToDoubleFunction<Knowledge> lost = k -> k.latencyRequests().dropped();
        count(registry, "knowledge.requests.dropped", requests, known, lost);
    }

    /** Clients that nobody has measured. */
    static void register(MeterRegistry registry, GeoLocations places) {
        String what = "clients looked up in the database of places";
        count(registry, "geography.lookups", what, places, GeoLocations::located, Tags.of("result", "found"));
        count(registry, "geography.lookups", what, places, GeoLocations::unlocated, Tags.of("result", "absent"));
    }

    /** What name servers tell each other of clients. */
    static void register(MeterRegistry registry, PersistenceExchange exchange) {
        String waiting = "clients whose server the other name servers have not acknowledged yet";
        gauge(registry, "persistence.waiting", waiting, exchange, PersistenceExchange::waiting);
        String sent = "datagrams that told other name servers of clients, repeated ones included";
        count(registry, "persistence.sent", sent, exchange, PersistenceExchange::sent);
        String taken = "clients that other name servers told of";
        count(registry, "persistence.taken", taken, exchange, PersistenceExchange::taken);
        String dropped = "clients that other name servers were not told of because too many waited";
        count(registry, "persistence.dropped", dropped, exchange, PersistenceExchange::dropped);
    }

    /** What name servers learn from each other. */
    static void register(MeterRegistry registry, KnowledgeExchange exchange) {
        String learned = "figures and clients that another name server knew newer";
        count(registry, "exchange.learned", learned, exchange, KnowledgeExchange::learned);
        String refused = "requests for knowledge that came faster than they are answered";
        count(registry, "exchange.refused", refused, exchange, KnowledgeExchange::refused);
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

    void tcpPaused(TcpPause pause) {
        Objects.requireNonNull(tcpPauses.get(pause)).increment();
    }
}
