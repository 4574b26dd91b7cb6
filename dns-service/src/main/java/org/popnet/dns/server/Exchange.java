package org.popnet.dns.server;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.QueryDecoder;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;

/** One query, its answer, and all that is needed on the way between them; owned by one thread and used again. */
final class Exchange {
    static final int SCRATCH_BYTES = 64;

    /** How a query came; clients that come over TCP have proved that they receive at their address. */
    enum Transport {
        UDP,
        TCP
    }

    final Transport transport;
    final byte[] in;
    int inLength;
    /** The client's address; IPv4 in its mapped form. */
    long sourceHigh;

    long sourceLow;

    final Query query = new Query();
    final Answer answer;
    final ClientView client;
    final Choice choice;
    final ZoneSnapshot.Match match;
    final byte[] scratch;
    /** The time that this answer is made at; see {@link org.popnet.dns.knowledge.Knowledge#nowMs}. */
    long nowMs;
    /** Hash of the name or zone that the answer is for. */
    long subject;

    DomainClass domainClass = DomainClass.NONE;
    /** The domain that was asked for, if this query is one of those that are logged. */
    @Nullable SteeredDomain logged;
    /** In nanoseconds of the system's clock. */
    long loggedSince;

    /** Where and for how long the client's server is remembered once the answer is sent; 0 ms for not at all. */
    long keptKey;

    long keptMs;
    /** Whether it was chosen before all was measured that shall be. */
    boolean keptAsGuess;

    /** What to do with what came, once it is decoded. */
    QueryDecoder.Verdict verdict = QueryDecoder.Verdict.DROP_SHORT;

    /** What stands at the name in question, if it was looked up ahead; see {@link Lookahead}. */
    @Nullable ZoneEntry entry;

    private long random;

    /** @param seed for the sampling of what need not be done for all */
    Exchange(Transport transport, int bytesIn, Answer answer, long seed) {
        this.transport = transport;
        in = new byte[bytesIn];
        this.answer = answer;
        client = new ClientView();
        choice = new Choice();
        match = new ZoneSnapshot.Match();
        scratch = new byte[SCRATCH_BYTES];
        random = seed | 1;
    }

    /** Another query of the same batch: what is used only while one is answered is the same. */
    private Exchange(Exchange first, long seed) {
        transport = first.transport;
        in = new byte[first.in.length];
        answer = first.answer;
        client = first.client;
        choice = first.choice;
        match = first.match;
        scratch = first.scratch;
        random = seed | 1;
    }

    /** Room for so many queries that are decoded together and answered one after the other. */
    static Exchange[] batch(Exchange first, int size) {
        Exchange[] batch = new Exchange[size];
        batch[0] = first;
        for (int i = 1; i < size; i++) {
            batch[i] = new Exchange(first, first.random * (2 * i + 1));
        }
        return batch;
    }

    /** True once in so many calls, on average (xorshift, Marsaglia 2003). */
    boolean oneIn(int n) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return n > 0 && Long.remainderUnsigned(random, n) == 0;
    }
}
