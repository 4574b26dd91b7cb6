package org.popnet.dns.server;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.Query;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.AddressText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes answered queries for steered domains to the log servers, all or one in so many, as the domain wants it. What
 * answers only fills a place in a ring (Vyukov's bounded queue): it never waits, and makes no objects. One thread empties
 * the ring, makes records and spools them. When the ring is full, the query is counted and not logged.
 */
final class QueryLog {
    private static final Logger LOG = LoggerFactory.getLogger(QueryLog.class);
    private static final int CAPACITY = 1 << 13;
    private static final int MASK = CAPACITY - 1;
    private static final int NANOS_PER_MICRO = 1000;

    private final LogSink sink;
    private final InstantSource clock;
    private final Place[] places = new Place[CAPACITY];
    private final AtomicLongArray turns = new AtomicLongArray(CAPACITY);
    private final AtomicLong next = new AtomicLong();
    private long emptied;
    private final LongAdder dropped = new LongAdder();

    /** One query, written by one thread and then read by another. */
    private static final class Place {
        private @Nullable SteeredDomain domain;
        private final @Nullable Candidate[] answer = new Candidate[Choice.ANSWERS_MAX];
        private int answers;
        private long timeMs;
        private long sourceHigh;
        private long sourceLow;
        private int subnetBits;
        private long subnetHigh;
        private long subnetLow;
        private int type;
        private int rcode;
        private Exchange.Transport transport = Exchange.Transport.UDP;
        private long nanos;
    }

    QueryLog(LogSink sink, InstantSource clock) {
        this.sink = sink;
        this.clock = clock;
        for (int i = 0; i < CAPACITY; i++) {
            places[i] = new Place();
            turns.set(i, i);
        }
    }

    /** Notes the answer that was just made; the domain is logged. */
    void offer(Exchange x, SteeredDomain domain, int rcode, long nanos) {
        long turn = next.get();
        while (true) {
            long at = turns.getAcquire((int) turn & MASK);
            if (at < turn) {
                dropped.increment();
                return;
            }
            if (at == turn && next.compareAndSet(turn, turn + 1)) {
                break;
            }
            turn = next.get();
        }
        int index = (int) turn & MASK;
        fill(places[index], x, domain, rcode, nanos);
        turns.setRelease(index, turn + 1);
    }

    private void fill(Place place, Exchange x, SteeredDomain domain, int rcode, long nanos) {
        Query query = x.query;
        place.domain = domain;
        place.answers = x.answer.addresses();
        for (int i = 0; i < place.answers; i++) {
            place.answer[i] = x.choice.get(i);
        }
        place.timeMs = clock.millis();
        place.sourceHigh = x.sourceHigh;
        place.sourceLow = x.sourceLow;
        place.subnetBits = query.subnetKnown() ? query.subnetSource() : 0;
        place.subnetHigh = query.subnetHigh();
        place.subnetLow = query.subnetLow();
        place.type = query.type();
        place.rcode = rcode;
        place.transport = x.transport;
        place.nanos = nanos;
    }

    /** Queries that found the ring full, or could not be logged. */
    long dropped() {
        return dropped.sum();
    }

    /** Spools what has come; called by one thread at a time. */
    synchronized void drain() {
        for (int i = 0; i < CAPACITY; i++) {
            int index = (int) emptied & MASK;
            if (turns.getAcquire(index) != emptied + 1) {
                return;
            }
            Place place = places[index];
            SteeredDomain domain = place.domain;
            try {
                if (domain != null) {
                    sink.append(domain.domain().customer(), record(place, domain));
                }
            } catch (RuntimeException e) {
                // The next drain must not find the same record again.
                dropped.increment();
                LOG.error(
                        "a query for {} cannot be logged",
                        domain == null ? null : domain.domain().name(),
                        e);
            }
            turns.setRelease(index, emptied + CAPACITY);
            emptied++;
        }
    }

    private static QueryRecord record(Place place, SteeredDomain domain) {
        StringBuilder servers = new StringBuilder();
        for (int i = 0; i < place.answers; i++) {
            Candidate server = place.answer[i];
            if (server != null) {
                servers.append(i == 0 ? "" : " ").append(name(server));
            }
        }
        String subnet = place.subnetBits == 0
                ? null
                : AddressText.of(Address.of(place.subnetHigh, place.subnetLow)) + "/" + place.subnetBits;
        return new QueryRecord(
                place.timeMs,
                domain.domain().name(),
                AddressText.of(Address.of(place.sourceHigh, place.sourceLow)),
                subnet,
                place.type == Dns.A ? "A" : "AAAA",
                Dns.rcodeName(place.rcode),
                servers.toString(),
                place.transport.name(),
                place.nanos / NANOS_PER_MICRO,
                domain.domain().queryLogOneIn());
    }

    /** {@code edge1.westusa} of a node, {@code customer1/west} of a customer's server. */
    private static String name(Candidate server) {
        String text = server.id().text();
        String rest = text.substring(text.indexOf(':') + 1);
        int first = rest.indexOf('/');
        int second = first < 0 ? -1 : rest.indexOf('/', first + 1);
        return second < 0 ? rest : rest.substring(0, second);
    }
}
