package org.popnet.dns.server;

import org.popnet.dns.knowledge.PersistenceTable;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.QueryDecoder;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;

/**
 * Has the memory that a batch of queries needs come into the processor's cache before they are answered. An answer takes
 * its name's entry, its domain, the client's row of latencies and its record of persistence from tables of many
 * megabytes, each found by the one before: answered one by one, queries mostly wait for memory. Here each step is taken
 * for all queries before the next one, in loops so short that the processor has the waits of many queries overlap.
 *
 * <p>Nothing is decided here but which entry stands at a name. What is read may be changed meanwhile: it is only read
 * to have it near.
 */
final class Lookahead {
    private final ClientLocation location;
    private final PersistenceTable persistence;
    /** Those to be answered, and by their places the hashes of names and of clients, later the keys of their records. */
    private Exchange[] asked = {};

    private long[] names = {};
    private long[] clients = {};
    /** Of what was read, so that reading it is not found to be useless and left out; nobody waits to see it. */
    @SuppressWarnings("UnusedVariable")
    private long read;

    Lookahead(ClientLocation location, PersistenceTable persistence) {
        this.location = location;
        this.persistence = persistence;
    }

    /**
     * @param count of the batch, how many are filled in
     * @param view that the queries will be answered from
     */
    void over(Exchange[] batch, int count, View view) {
        if (asked.length < batch.length) {
            asked = new Exchange[batch.length];
            names = new long[batch.length];
            clients = new long[batch.length];
        }
        int answered = 0;
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.verdict == QueryDecoder.Verdict.ANSWER && x.query.labels() > 0) {
                asked[answered] = x;
                names[answered] = x.query.suffixHash(0);
                clients[answered] = client(x);
                answered++;
            }
        }
        ZoneSnapshot zone = view.zone();
        Latencies latencies = view.latencies();
        read = slots(answered, zone, latencies)
                + rows(answered, zone, latencies)
                + entries(answered, zone)
                + records(keys(answered));
    }

    /** The hash of the prefix that the client is known by: that of {@link ClientLocation}. */
    private long client(Exchange x) {
        Query query = x.query;
        boolean told = query.subnetKnown();
        long high = told ? query.subnetHigh() : x.sourceHigh;
        long low = told ? query.subnetLow() : x.sourceLow;
        int bits = location.bits(high, low);
        int known = told ? Math.min(query.subnetSource(), bits) : bits;
        return Hash.of(Address.maskHigh(high, low, known), Address.maskLow(high, low, known));
    }

    private long slots(int count, ZoneSnapshot zone, Latencies latencies) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += zone.touchSlot(names[i]) + latencies.touchSlot(clients[i]);
        }
        return sum;
    }

    private long rows(int count, ZoneSnapshot zone, Latencies latencies) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += zone.touchEntry(names[i]) + latencies.touchRow(clients[i]);
        }
        return sum;
    }

    /** Finds what stands at each name; comparing names takes so long that nothing is waited for beside it. */
    private long entries(int count, ZoneSnapshot zone) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += zone.touchDomain(names[i]);
        }
        for (int i = 0; i < count; i++) {
            asked[i].entry = zone.find(asked[i].query, 0);
        }
        return sum;
    }

    /**
     * Makes the keys of the records of clients that are kept at their servers.
     *
     * @return how many there are; they are the first of {@link #clients} then
     */
    private int keys(int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (asked[i].entry instanceof ZoneEntry.Steered steered
                    && steered.domain().terms().persistenceMs() > 0) {
                clients[kept++] = PersistenceTable.key(clients[i], identity(asked[i], steered.domain()));
            }
        }
        return kept;
    }

    private long records(int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += persistence.touchKeys(clients[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += persistence.touchRecord(clients[i]);
        }
        return sum;
    }

    private static long identity(Exchange x, SteeredDomain domain) {
        CandidateGroup[] groups = x.query.type() == Dns.AAAA ? domain.v6() : domain.v4();
        return domain.identityOf(groups);
    }
}
