package org.popnet.dns.server;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Answer.Section;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.RecordSets;
import org.popnet.dns.zone.Zone;
import org.popnet.dns.zone.ZoneEntry;

/** Answers that are the same for everybody: a zone's records, referrals, and that there is nothing; see {@link Reply}. */
final class RecordAnswers {
    private static final RecordData MINIMAL_ANY = RecordData.hinfo("RFC8482", "");
    private static final int MINIMAL_ANY_TTL_SECONDS = 3600;

    private RecordAnswers() {}

    /** A name's static records of the type in question. */
    static int records(Exchange x, Zone zone, RecordSets records, @Nullable WireName owner) {
        int index = records.indexOf(x.query.type());
        if (index < 0) {
            return x.query.type() == Dns.ANY ? minimalAny(x, owner) : noData(x, zone);
        }
        for (int i = 0; i < records.size(index); i++) {
            x.answer.record(Section.ANSWER, owner, records.get(index, i), records.ttlSeconds(index));
        }
        return Reply.authoritative(Dns.NOERROR);
    }

    /** Others answer for the name: who they are (RFC 1034, 4.3.2; glue must be whole, RFC 9471). */
    static int delegation(Exchange x, ZoneEntry.Delegation entry) {
        if (x.query.type() == Dns.DS && x.query.nameLength() == entry.name().length()) {
            // The one type that stands on this side of the cut (RFC 4035, 3.1.4.1).
            return noData(x, entry.zone());
        }
        RecordSets servers = entry.records();
        int index = servers.indexOf(Dns.NS);
        for (int i = 0; i < servers.size(index); i++) {
            x.answer.record(Section.AUTHORITY, entry.name(), servers.get(index, i), servers.ttlSeconds(index));
        }
        for (int i = 0; i < entry.glue().size(); i++) {
            ZoneEntry.Glue glue = entry.glue().get(i);
            if (!x.answer.record(Section.ADDITIONAL, glue.owner(), glue.address(), glue.ttlSeconds())) {
                x.answer.truncate();
            }
        }
        return Dns.NOERROR;
    }

    static int nxDomain(Exchange x, Zone zone) {
        x.subject = zone.apex().hash();
        x.domainClass = zone.network() ? DomainClass.NETWORK : DomainClass.STATIC;
        x.answer.record(Section.AUTHORITY, zone.apex(), zone.soa(), Zone.NEGATIVE_TTL_SECONDS);
        return Reply.authoritative(Dns.NXDOMAIN);
    }

    static int noData(Exchange x, Zone zone) {
        x.answer.record(Section.AUTHORITY, zone.apex(), zone.soa(), Zone.NEGATIVE_TTL_SECONDS);
        return Reply.authoritative(Dns.NOERROR);
    }

    static int minimalAny(Exchange x, @Nullable WireName owner) {
        x.answer.record(Section.ANSWER, owner, MINIMAL_ANY, MINIMAL_ANY_TTL_SECONDS);
        return Reply.authoritative(Dns.NOERROR);
    }

    /** SOA and NS, which the network makes, and the static records beside them. */
    static int apex(Exchange x, Zone zone, RecordSets records, @Nullable WireName owner) {
        Answer answer = x.answer;
        switch (x.query.type()) {
            case Dns.SOA -> answer.record(Section.ANSWER, owner, zone.soa(), Zone.NEGATIVE_TTL_SECONDS);
            case Dns.NS -> {
                for (int i = 0; i < zone.servers().size(); i++) {
                    answer.record(Section.ANSWER, owner, zone.servers().get(i), Zone.INFRASTRUCTURE_TTL_SECONDS);
                }
                for (int i = 0; i < zone.glue().size(); i++) {
                    Zone.Glue glue = zone.glue().get(i);
                    answer.record(Section.ADDITIONAL, glue.owner(), glue.address(), Zone.INFRASTRUCTURE_TTL_SECONDS);
                }
            }
            case Dns.ANY -> {
                return minimalAny(x, owner);
            }
            default -> {
                return records(x, zone, records, owner);
            }
        }
        return Reply.authoritative(Dns.NOERROR);
    }
}
