package org.popnet.dns.server;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Answer.Section;
import org.popnet.dns.wire.Cookies;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.QueryDecoder;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.OriginNames;
import org.popnet.dns.zone.Zone;
import org.popnet.dns.zone.ZoneEntry;

/**
 * The path of a query: {@link QueryDecoder} → zone → {@link ClientLocation} → {@link Steering} → {@link Answer}. It is
 * the same for every transport, reads one immutable view, waits for nothing, and allocates nothing for steered answers.
 * What stands at a name decides who fills the answer: {@link SteeredAnswers}, {@link RecordAnswers} or {@link
 * NodeAnswers}; each of them returns a {@link Reply}.
 */
final class QueryPipeline {
    /** No answer is sent. */
    static final int SILENCE = 0;

    private static final int META_TYPES_FROM = 128;

    /** Aliases told in one answer; whoever wants to follow further asks again. */
    private static final int ALIASES_MAX = 8;

    private final Knowledge knowledge;
    private final CookieCheck cookieCheck;
    private final SteeredAnswers steeredAnswers;
    private final DnsMetrics metrics;
    private final ResponseLimiter limiter;
    private final QueryLog log;
    private final Lookahead lookahead;

    QueryPipeline(
            Knowledge knowledge,
            Cookies cookies,
            InstantSource wallClock,
            DnsMetrics metrics,
            ResponseLimiter limiter,
            QueryLog log,
            int tcpInviteOneIn) {
        this.knowledge = knowledge;
        cookieCheck = new CookieCheck(cookies, wallClock);
        steeredAnswers = new SteeredAnswers(knowledge, cookieCheck, tcpInviteOneIn);
        this.metrics = metrics;
        this.limiter = limiter;
        this.log = log;
        lookahead = new Lookahead(knowledge.clientLocation(), knowledge.persistence());
    }

    /**
     * Answers the query in {@code x.in}.
     *
     * @return the length of the answer in {@code x.answer.bytes()}, or {@link #SILENCE}
     */
    int respond(Exchange x) {
        decode(x, nowMs());
        return answer(x, view());
    }

    long nowMs() {
        return knowledge.nowMs();
    }

    /** What answers are made from now. */
    View view() {
        return knowledge.view();
    }

    /** Decodes the query in {@code x.in}: the first step, which needs nothing but what came. */
    void decode(Exchange x, long nowMs) {
        x.nowMs = nowMs;
        x.subject = 0;
        x.domainClass = DomainClass.NONE;
        x.logged = null;
        x.keptMs = 0;
        x.entry = null;
        x.verdict = QueryDecoder.decode(x.in, x.inLength, x.query);
    }

    /**
     * Has what decoded queries need come into the cache, for all of them at once.
     *
     * @param view that they will be answered from
     */
    void lookAhead(Exchange[] batch, int count, View view) {
        if (count > 1) {
            lookahead.over(batch, count, view);
        }
    }

    /**
     * Answers a decoded query.
     *
     * @return as {@link #respond}
     */
    int answer(Exchange x, View view) {
        Query query = x.query;
        QueryDecoder.Verdict verdict = x.verdict;
        if (verdict == QueryDecoder.Verdict.DROP_SHORT || verdict == QueryDecoder.Verdict.DROP_RESPONSE) {
            metrics.dropped(verdict);
            return SILENCE;
        }
        x.answer.begin(query, x.transport == Exchange.Transport.TCP ? Dns.MESSAGE_BYTES_MAX : query.udpLimit());
        int reply =
                switch (verdict) {
                    case ANSWER -> question(x, view);
                    case COOKIE_ONLY -> cookieCheck.verdict(x);
                    case FORMERR -> Dns.FORMERR;
                    case NOTIMP -> Dns.NOTIMP;
                    case BADVERS -> Dns.BADVERS;
                    case DROP_SHORT, DROP_RESPONSE -> throw new IllegalStateException("dropped before");
                };
        return finish(x, Reply.rcode(reply), Reply.isAuthoritative(reply));
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
        long seconds = x.query.hasCookie() ? cookieCheck.nowSeconds() : 0;
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
                && !cookieCheck.isValid(x)
                && !NodeAnswers.isMember(x, knowledge.view());
    }

    private int question(Exchange x, View view) {
        Query query = x.query;
        int type = query.type();
        if (query.recordClass() != Dns.IN || type == Dns.AXFR || type == Dns.IXFR) {
            return Dns.REFUSED;
        }
        if (type == Dns.OPT) {
            return Dns.FORMERR;
        }
        if (type >= META_TYPES_FROM && type < Dns.ANY) {
            return Dns.NOTIMP;
        }
        ZoneEntry entry = x.entry == null ? view.zone().find(query, 0) : x.entry;
        if (entry == null) {
            return unlisted(x, view);
        }
        x.subject = query.suffixHash(0); // that of the entry's name, but near
        return entry(x, view, entry, null);
    }

    /**
     * Answers with what stands at a name.
     *
     * @param owner the name, if it is not the one in question but what that is an alias of
     */
    private int entry(Exchange x, View view, ZoneEntry entry, @Nullable WireName owner) {
        // A steered name is a customer's: its zone is not fetched from memory to learn that.
        boolean network = !(entry instanceof ZoneEntry.Steered) && entry.zone().network();
        x.domainClass = network ? DomainClass.NETWORK : DomainClass.STATIC;
        return switch (entry) {
            case ZoneEntry.Steered steered -> steeredAnswers.steered(x, view, steered, owner);
            case ZoneEntry.Apex apex -> RecordAnswers.apex(x, apex.zone(), apex.records(), owner);
            case ZoneEntry.Static records -> RecordAnswers.records(x, records.zone(), records.records(), owner);
            case ZoneEntry.Alias alias -> alias(x, view, alias, owner);
            case ZoneEntry.Delegation delegation -> RecordAnswers.delegation(x, delegation);
            case ZoneEntry.Host host -> NodeAnswers.host(x, view, host);
            case ZoneEntry.Service service -> NodeAnswers.service(x, view, service);
            case ZoneEntry.EmptyNonTerminal empty ->
                empty.membersOnly() && !NodeAnswers.isMember(x, view)
                        ? Dns.REFUSED
                        : RecordAnswers.noData(x, empty.zone());
        };
    }

    /** A name without an entry: below a delegation, covered by a wildcard, or absent. */
    private int unlisted(Exchange x, View view) {
        OriginNames origins = view.zone().origins();
        if (origins.covers(x.query)) {
            return NodeAnswers.origin(x, view, origins);
        }
        ZoneEntry entry = view.zone().search(x.query, x.match);
        if (entry != null) {
            x.subject = entry.name().hash();
            return entry(x, view, entry, null);
        }
        Zone zone = x.match.zone();
        if (zone == null) {
            return Dns.REFUSED;
        }
        return RecordAnswers.nxDomain(x, zone);
    }

    /** The alias, then what it leads to as far as that is ours (RFC 1034, 4.3.2). */
    private int alias(Exchange x, View view, ZoneEntry.Alias first, @Nullable WireName owner) {
        x.answer.record(Section.ANSWER, owner, first.record(), first.ttlSeconds());
        int type = x.query.type();
        if (type == Dns.CNAME || type == Dns.ANY) {
            return Reply.authoritative(Dns.NOERROR);
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
                case ZoneEntry.Steered steered -> steeredAnswers.steered(x, view, steered, alias.target());
                case ZoneEntry.Apex apex -> RecordAnswers.apex(x, apex.zone(), apex.records(), alias.target());
                case ZoneEntry.Static records ->
                    RecordAnswers.records(x, records.zone(), records.records(), alias.target());
                case ZoneEntry.EmptyNonTerminal empty
                when !empty.membersOnly() -> RecordAnswers.noData(x, empty.zone());
                case null ->
                    x.match.zone() == null || x.match.zone().network()
                            ? Reply.authoritative(Dns.NOERROR)
                            : RecordAnswers.nxDomain(x, x.match.zone());
                // The client asks again, there or here, with its own address.
                default -> Reply.authoritative(Dns.NOERROR);
            };
        }
        return Reply.authoritative(Dns.NOERROR);
    }
}
