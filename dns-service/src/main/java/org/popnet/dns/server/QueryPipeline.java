package org.popnet.dns.server;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.PersistenceTable;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.PrefixMap;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Answer.Section;
import org.popnet.dns.wire.Cookies;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.QueryDecoder;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.OriginNames;
import org.popnet.dns.zone.RecordSets;
import org.popnet.dns.zone.ServiceTarget;
import org.popnet.dns.zone.Zone;
import org.popnet.dns.zone.ZoneEntry;

/**
 * The path of a query: {@link QueryDecoder} → zone → {@link ClientLocation} → {@link Steering} → {@link Answer}. It is
 * the same for every transport, reads one immutable view, waits for nothing, and allocates nothing for steered answers.
 */
final class QueryPipeline {
    /** No answer is sent. */
    static final int SILENCE = 0;

    private static final int META_TYPES_FROM = 128;
    private static final RecordData MINIMAL_ANY = RecordData.hinfo("RFC8482", "");
    private static final int MINIMAL_ANY_TTL_SECONDS = 3600;
    private static final int SERVICE_TTL_SECONDS = 5;
    /** Origins that are not near the best come behind those that are (RFC 2782: lower is tried first). */
    private static final int ORIGIN_PRIORITY = 10;

    /** Aliases told in one answer; whoever wants to follow further asks again. */
    private static final int ALIASES_MAX = 8;

    private final Knowledge knowledge;
    private final Cookies cookies;
    private final InstantSource wallClock;
    private final DnsMetrics metrics;
    private final ResponseLimiter limiter;
    private final QueryLog log;
    private final int tcpInviteOneIn;

    QueryPipeline(
            Knowledge knowledge,
            Cookies cookies,
            InstantSource wallClock,
            DnsMetrics metrics,
            ResponseLimiter limiter,
            QueryLog log,
            int tcpInviteOneIn) {
        this.knowledge = knowledge;
        this.cookies = cookies;
        this.wallClock = wallClock;
        this.metrics = metrics;
        this.limiter = limiter;
        this.log = log;
        this.tcpInviteOneIn = tcpInviteOneIn;
    }

    /**
     * Answers the query in {@code x.in}.
     *
     * @return the length of the answer in {@code x.answer.bytes()}, or {@link #SILENCE}
     */
    int respond(Exchange x) {
        Query query = x.query;
        x.nowMs = knowledge.nowMs();
        x.subject = 0;
        x.domainClass = DomainClass.NONE;
        x.logged = null;
        x.keptMs = 0;
        QueryDecoder.Verdict verdict = QueryDecoder.decode(x.in, x.inLength, query);
        if (verdict == QueryDecoder.Verdict.DROP_SHORT || verdict == QueryDecoder.Verdict.DROP_RESPONSE) {
            metrics.dropped(verdict);
            return SILENCE;
        }
        x.answer.begin(query, x.transport == Exchange.Transport.TCP ? Dns.MESSAGE_BYTES_MAX : query.udpLimit());
        return switch (verdict) {
            case ANSWER -> answer(x, knowledge.view());
            case COOKIE_ONLY -> finish(x, Dns.NOERROR, false);
            case FORMERR -> finish(x, Dns.FORMERR, false);
            case NOTIMP -> finish(x, Dns.NOTIMP, false);
            case BADVERS -> finish(x, Dns.BADVERS, false);
            case DROP_SHORT, DROP_RESPONSE -> throw new IllegalStateException("dropped before");
        };
    }

    private int finish(Exchange x, int rcode, boolean authoritative) {
        if (x.transport == Exchange.Transport.UDP && !limiter.isOff() && limited(x, rcode)) {
            boolean slips = x.oneIn(limiter.slip());
            metrics.limited(slips);
            if (!slips) {
                return SILENCE;
            }
            x.answer.truncate();
        } else if (x.keptMs > 0) {
            keep(x);
        }
        long seconds = x.query.hasCookie() ? wallClock.millis() / 1000 : 0;
        int length = x.answer.finish(rcode, authoritative, x.sourceHigh, x.sourceLow, seconds);
        metrics.answered(x.transport, x.domainClass, rcode);
        if (x.logged != null) {
            log.offer(x, x.logged, rcode, System.nanoTime() - x.loggedSince);
        }
        return length;
    }

    /** Remembers whom the client was sent to; whoever gets no answer, as forged sources in a flood, takes no place. */
    private void keep(Exchange x) {
        knowledge
                .persistence()
                .record(x.keptKey, x.choice.get(0).identity(), x.nowMs, x.nowMs + x.keptMs, x.keptAsGuess);
    }

    /** Whoever has shown that it receives at its address is looked at only when it is over the limit. */
    private boolean limited(Exchange x, int rcode) {
        return !limiter.admit(ResponseLimiter.kind(rcode), x.subject, x.sourceHigh, x.sourceLow, x.nowMs)
                && !validCookie(x)
                && !member(x, knowledge.view());
    }

    private int answer(Exchange x, View view) {
        Query query = x.query;
        int type = query.type();
        if (query.recordClass() != Dns.IN || type == Dns.AXFR || type == Dns.IXFR) {
            return finish(x, Dns.REFUSED, false);
        }
        if (type == Dns.OPT) {
            return finish(x, Dns.FORMERR, false);
        }
        if (type >= META_TYPES_FROM && type < Dns.ANY) {
            return finish(x, Dns.NOTIMP, false);
        }
        ZoneEntry entry = view.zone().find(query, 0);
        if (entry == null) {
            return unlisted(x, view);
        }
        x.subject = entry.name().hash();
        return entry(x, view, entry, null);
    }

    /**
     * Answers with what stands at a name.
     *
     * @param owner the name, if it is not the one in question but what that is an alias of
     */
    private int entry(Exchange x, View view, ZoneEntry entry, @Nullable WireName owner) {
        x.domainClass = entry.zone().network() ? DomainClass.NETWORK : DomainClass.STATIC;
        return switch (entry) {
            case ZoneEntry.Steered steered -> steered(x, view, steered, owner);
            case ZoneEntry.Apex apex -> apex(x, apex.zone(), apex.records(), owner);
            case ZoneEntry.Static records -> records(x, records.zone(), records.records(), owner);
            case ZoneEntry.Alias alias -> alias(x, view, alias, owner);
            case ZoneEntry.Delegation delegation -> delegation(x, delegation);
            case ZoneEntry.Host host -> host(x, view, host);
            case ZoneEntry.Service service -> service(x, view, service);
            case ZoneEntry.EmptyNonTerminal empty ->
                empty.membersOnly() && !member(x, view) ? finish(x, Dns.REFUSED, false) : noData(x, empty.zone());
        };
    }

    /** A name without an entry: below a delegation, covered by a wildcard, or absent. */
    private int unlisted(Exchange x, View view) {
        OriginNames origins = view.zone().origins();
        if (origins.covers(x.query)) {
            return origin(x, view, origins);
        }
        ZoneEntry entry = view.zone().search(x.query, x.match);
        if (entry != null) {
            x.subject = entry.name().hash();
            return entry(x, view, entry, null);
        }
        Zone zone = x.match.zone();
        if (zone == null) {
            return finish(x, Dns.REFUSED, false);
        }
        return nxDomain(x, zone);
    }

    /** A name's static records of the type in question. */
    private int records(Exchange x, Zone zone, RecordSets records, @Nullable WireName owner) {
        int index = records.indexOf(x.query.type());
        if (index < 0) {
            return x.query.type() == Dns.ANY ? minimalAny(x, owner) : noData(x, zone);
        }
        for (int i = 0; i < records.size(index); i++) {
            x.answer.record(Section.ANSWER, owner, records.get(index, i), records.ttlSeconds(index));
        }
        return finish(x, Dns.NOERROR, true);
    }

    /** The alias, then what it leads to as far as that is ours (RFC 1034, 4.3.2). */
    private int alias(Exchange x, View view, ZoneEntry.Alias first, @Nullable WireName owner) {
        x.answer.record(Section.ANSWER, owner, first.record(), first.ttlSeconds());
        int type = x.query.type();
        if (type == Dns.CNAME || type == Dns.ANY) {
            return finish(x, Dns.NOERROR, true);
        }
        ZoneEntry.Alias alias = first;
        for (int i = 1; i < ALIASES_MAX; i++) {
            ZoneEntry next = view.zone().search(alias.target(), x.match);
            if (next instanceof ZoneEntry.Alias further) {
                x.answer.record(Section.ANSWER, alias.target(), further.record(), further.ttlSeconds());
                alias = further;
                continue;
            }
            return switch (next) {
                case ZoneEntry.Steered steered -> steered(x, view, steered, alias.target());
                case ZoneEntry.Apex apex -> apex(x, apex.zone(), apex.records(), alias.target());
                case ZoneEntry.Static records -> records(x, records.zone(), records.records(), alias.target());
                case ZoneEntry.EmptyNonTerminal empty when !empty.membersOnly() -> noData(x, empty.zone());
                case null ->
                    x.match.zone() == null || x.match.zone().network()
                            ? finish(x, Dns.NOERROR, true)
                            : nxDomain(x, x.match.zone());
                // The client asks again, there or here, with its own address.
                default -> finish(x, Dns.NOERROR, true);
            };
        }
        return finish(x, Dns.NOERROR, true);
    }

    /** Others answer for the name: who they are (RFC 1034, 4.3.2; glue must be whole, RFC 9471). */
    private int delegation(Exchange x, ZoneEntry.Delegation entry) {
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
        return finish(x, Dns.NOERROR, false);
    }

    private int nxDomain(Exchange x, Zone zone) {
        x.subject = zone.apex().hash();
        x.domainClass = zone.network() ? DomainClass.NETWORK : DomainClass.STATIC;
        x.answer.record(Section.AUTHORITY, zone.apex(), zone.soa(), Zone.NEGATIVE_TTL_SECONDS);
        return finish(x, Dns.NXDOMAIN, true);
    }

    private int noData(Exchange x, Zone zone) {
        x.answer.record(Section.AUTHORITY, zone.apex(), zone.soa(), Zone.NEGATIVE_TTL_SECONDS);
        return finish(x, Dns.NOERROR, true);
    }

    private int minimalAny(Exchange x, @Nullable WireName owner) {
        x.answer.record(Section.ANSWER, owner, MINIMAL_ANY, MINIMAL_ANY_TTL_SECONDS);
        return finish(x, Dns.NOERROR, true);
    }

    /** SOA and NS, which the network makes, and the static records beside them. */
    private int apex(Exchange x, Zone zone, RecordSets records, @Nullable WireName owner) {
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
        return finish(x, Dns.NOERROR, true);
    }

    private int host(Exchange x, View view, ZoneEntry.Host host) {
        if (host.membersOnly() && !member(x, view)) {
            return finish(x, Dns.REFUSED, false);
        }
        if (x.query.type() == Dns.ANY) {
            return minimalAny(x, null);
        }
        boolean found = false;
        for (RecordData address : host.addresses()) {
            if (address.type() == x.query.type()) {
                x.answer.record(Section.ANSWER, null, address, Zone.INFRASTRUCTURE_TTL_SECONDS);
                found = true;
            }
        }
        return found ? finish(x, Dns.NOERROR, true) : noData(x, host.zone());
    }

    private int service(Exchange x, View view, ZoneEntry.Service service) {
        x.domainClass = DomainClass.SERVICE;
        if (!member(x, view)) {
            return finish(x, Dns.REFUSED, false);
        }
        if (x.query.type() == Dns.ANY) {
            return minimalAny(x, null);
        }
        if (x.query.type() != Dns.SRV || service.targets().isEmpty()) {
            return noData(x, service.zone());
        }
        boolean[] down = view.states().down();
        for (ServiceTarget target : service.targets()) {
            boolean up = target.target() == ServiceTarget.UNWATCHED || !down[target.target()];
            x.answer.record(Section.ANSWER, null, up ? target.healthy() : target.unhealthy(), SERVICE_TTL_SECONDS);
        }
        for (ServiceTarget target : service.targets()) {
            serviceAddress(x, target.host(), target.address());
        }
        return finish(x, Dns.NOERROR, true);
    }

    /** A customer's servers as seen from a POP: every one is listed, the best first. */
    private int origin(Exchange x, View view, OriginNames origins) {
        x.domainClass = DomainClass.SERVICE;
        if (!member(x, view)) {
            return finish(x, Dns.REFUSED, false);
        }
        OriginNames.Question question = origins.parse(x.query);
        if (question == null) {
            return nxDomain(x, origins.zone());
        }
        CandidateGroup[] servers = question.domain().origins();
        if (x.query.type() != Dns.SRV || servers.length == 0) {
            return noData(x, origins.zone());
        }
        ClientLocation.locatePop(question.pop(), view.zone().topology(), x.client);
        Choice choice = x.choice;
        Steering.choose(question.domain(), servers, servers.length, 0, x.client, view.states(), choice, null);
        int priority = ORIGIN_PRIORITY;
        for (int i = 0; i < choice.count(); i++) {
            originRecord(x, origins, choice.get(i), priority);
            priority += ORIGIN_PRIORITY;
        }
        for (CandidateGroup server : servers) {
            if (!choice.holds(server.members()[0])) {
                originRecord(x, origins, server.members()[0], priority);
                priority += ORIGIN_PRIORITY;
            }
        }
        for (CandidateGroup server : servers) {
            OriginNames.Host host = origins.host(server.members()[0].target());
            serviceAddress(x, host.name(), host.address());
        }
        return finish(x, Dns.NOERROR, true);
    }

    /** Our own nodes rely on these: if one does not fit, they shall come over TCP. */
    private static void serviceAddress(Exchange x, WireName host, RecordData address) {
        if (!x.answer.record(Section.ADDITIONAL, host, address, Zone.INFRASTRUCTURE_TTL_SECONDS)) {
            x.answer.truncate();
        }
    }

    private static void originRecord(Exchange x, OriginNames origins, Candidate server, int priority) {
        OriginNames.Host host = origins.host(server.target());
        WireName name = host.name();
        x.answer.record(Section.ANSWER, null, RecordData.srv(priority, 0, host.port(), name), SERVICE_TTL_SECONDS);
    }

    private int steered(Exchange x, View view, ZoneEntry.Steered entry, @Nullable WireName owner) {
        SteeredDomain domain = entry.domain();
        int type = x.query.type();
        CandidateGroup[] groups = type == Dns.A ? domain.v4() : type == Dns.AAAA ? domain.v6() : null;
        if (groups == null) {
            return entry.isApex()
                    ? apex(x, entry.zone(), entry.records(), owner)
                    : records(x, entry.zone(), entry.records(), owner);
        }
        x.domainClass = DomainClass.STEERED;
        int oneIn = domain.domain().queryLogOneIn();
        if (oneIn > 0 && x.oneIn(oneIn)) {
            x.logged = domain;
            x.loggedSince = System.nanoTime();
        }
        if (groups.length == 0) {
            return noData(x, entry.zone());
        }
        long now = x.nowMs;
        locate(x, view, now);
        choose(x, view, domain, groups, now);
        if (mayLearn(x, now)) {
            x.answer.truncate();
        }
        Choice choice = x.choice;
        if (choice.kind() == Choice.Kind.SERVFAIL) {
            return finish(x, Dns.SERVFAIL, false);
        }
        String elsewhere = choice.host();
        if (elsewhere != null) {
            RecordData alias = RecordData.name(Dns.CNAME, WireName.of(elsewhere));
            x.answer.record(Section.ANSWER, owner, alias, domain.ttlSeconds());
        } else if (choice.count() == 0) {
            return noData(x, entry.zone());
        }
        for (int i = 0; i < choice.count(); i++) {
            if (owner == null) {
                x.answer.address(choice.get(i).address(), domain.ttlSeconds());
            } else {
                x.answer.address(owner, choice.get(i).address(), domain.ttlSeconds());
            }
        }
        if (choice.clientMattered() && x.query.subnetKnown()) {
            x.answer.subnetScope(x.client.prefixBits());
        }
        return finish(x, Dns.NOERROR, true);
    }

    private void locate(Exchange x, View view, long now) {
        Query query = x.query;
        if (query.subnetKnown()) {
            knowledge
                    .clientLocation()
                    .locateSubnet(
                            query.subnetHigh(),
                            query.subnetLow(),
                            query.subnetSource(),
                            x.sourceHigh,
                            x.sourceLow,
                            view.zone().topology(),
                            view.latencies(),
                            now,
                            x.client);
        } else {
            knowledge
                    .clientLocation()
                    .locate(x.sourceHigh, x.sourceLow, view.zone().topology(), view.latencies(), now, x.client);
        }
    }

    private void choose(Exchange x, View view, SteeredDomain domain, CandidateGroup[] groups, long now) {
        int answers = domain.domain().rule().answers();
        long persistenceMs = domain.domain().rule().persistence().toMillis();
        if (persistenceMs == 0) {
            Steering.choose(domain, groups, answers, 0, x.client, view.states(), x.choice, null);
            return;
        }
        PersistenceTable table = knowledge.persistence();
        long key = PersistenceTable.key(x.client.hash(), domain.identity());
        boolean settled = x.client.settled() && Steering.settled(groups, view.states());
        long previous = table.find(key, now, settled);
        Steering.choose(domain, groups, answers, previous, x.client, view.states(), x.choice, null);
        if (x.choice.isNew()) {
            x.keptKey = key;
            x.keptMs = persistenceMs;
            x.keptAsGuess = !settled;
        }
    }

    /**
     * Has the client measured if it is worth it and it has proved that it receives at its address.
     *
     * @return whether it shall be invited to prove it, by coming over TCP
     */
    private boolean mayLearn(Exchange x, long now) {
        ClientView client = x.client;
        boolean known = x.query.subnetKnown()
                ? client.source() != ClientView.Source.TOPOLOGY
                : client.fresh() || client.source() == ClientView.Source.NODE;
        if (known || knowledge.latencyRequests().recent(x.sourceHigh, x.sourceLow, now)) {
            return false;
        }
        if (x.transport == Exchange.Transport.TCP || validCookie(x)) {
            knowledge.latencyRequests().offer(x.sourceHigh, x.sourceLow, now);
            return false;
        }
        return x.oneIn(tcpInviteOneIn);
    }

    private boolean validCookie(Exchange x) {
        return x.query.hasCookie()
                && cookies.valid(x.query, x.sourceHigh, x.sourceLow, wallClock.millis() / 1000, x.scratch);
    }

    private static boolean member(Exchange x, View view) {
        return view.zone().topology().popOfNode(x.sourceHigh, x.sourceLow) != PrefixMap.NONE;
    }
}
