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
    /** Of what was read, so that reading it is not found to be useless and left out; nobody waits to see it. */
    @SuppressWarnings("UnusedVariable")
    private long read;

    Lookahead(ClientLocation location, PersistenceTable persistence) {
        this.location = location;
        this.persistence = persistence;
    }

    /** @param view that the queries will be answered from */
    void over(Exchange[] batch, int count, View view) {
        long sum = entries(batch, count, view.zone());
        sum += clients(batch, count, view.latencies());
        sum += domains(batch, count, view.latencies());
        read = sum;
    }

    private static long entries(Exchange[] batch, int count, ZoneSnapshot zone) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.verdict == QueryDecoder.Verdict.ANSWER) {
                sum += zone.touchSlot(x.query);
            }
        }
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.verdict == QueryDecoder.Verdict.ANSWER) {
                sum += zone.touchEntry(x.query);
            }
        }
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.verdict == QueryDecoder.Verdict.ANSWER) {
                x.entry = zone.find(x.query, 0);
            }
        }
        return sum;
    }

    private long clients(Exchange[] batch, int count, Latencies latencies) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.entry instanceof ZoneEntry.Steered steered) {
                Query query = x.query;
                boolean told = query.subnetKnown();
                long high = told ? query.subnetHigh() : x.sourceHigh;
                long low = told ? query.subnetLow() : x.sourceLow;
                int bits = location.bits(high, low);
                int known = told ? Math.min(query.subnetSource(), bits) : bits;
                x.clientHigh = Address.maskHigh(high, low, known);
                x.clientLow = Address.maskLow(high, low, known);
                x.clientHash = Hash.of(x.clientHigh, x.clientLow);
                sum += latencies.touchSlot(x.clientHash) + steered.domain().identity();
            }
        }
        return sum;
    }

    private long domains(Exchange[] batch, int count, Latencies latencies) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.entry instanceof ZoneEntry.Steered steered) {
                sum += latencies.touchRow(x.clientHigh, x.clientLow);
                x.keptKey = 0;
                if (steered.domain().terms().persistenceMs() > 0) {
                    x.keptKey = PersistenceTable.key(x.clientHash, identity(x, steered.domain()));
                    sum += persistence.touchKeys(x.keptKey);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            Exchange x = batch[i];
            if (x.entry instanceof ZoneEntry.Steered && x.keptKey != 0) {
                sum += persistence.touchRecord(x.keptKey);
            }
        }
        return sum;
    }

    private static long identity(Exchange x, SteeredDomain domain) {
        CandidateGroup[] groups = x.query.type() == Dns.AAAA ? domain.v6() : domain.v4();
        return domain.identityOf(groups);
    }
}
