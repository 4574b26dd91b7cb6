package org.popnet.dns.server;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.PersistenceTable;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.Answer.Section;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneEntry;

/**
 * Answers that depend on who asks: {@link ClientLocation} → {@link Steering} → addresses; see {@link Reply}. Waits for
 * nothing and allocates nothing.
 */
final class SteeredAnswers {
    private final Knowledge knowledge;
    private final CookieCheck cookieCheck;
    private final int tcpInviteOneIn;

    /** @param tcpInviteOneIn of so many clients worth measuring, one is asked to come over TCP; 0 for none */
    SteeredAnswers(Knowledge knowledge, CookieCheck cookieCheck, int tcpInviteOneIn) {
        this.knowledge = knowledge;
        this.cookieCheck = cookieCheck;
        this.tcpInviteOneIn = tcpInviteOneIn;
    }

    /**
     * Answers with addresses for the client, or with what stands beside them.
     *
     * @param owner the name, if it is not the one in question but what that is an alias of
     */
    int steered(Exchange x, View view, ZoneEntry.Steered entry, @Nullable WireName owner) {
        SteeredDomain domain = view.held().of(entry.domain());
        int type = x.query.type();
        CandidateGroup[] groups = type == Dns.A ? domain.v4() : type == Dns.AAAA ? domain.v6() : null;
        if (groups == null) {
            return entry.isApex()
                    ? RecordAnswers.apex(x, entry.zone(), entry.records(), owner)
                    : RecordAnswers.records(x, entry.zone(), entry.records(), owner);
        }
        x.domainClass = DomainClass.STEERED;
        int oneIn = domain.terms().queryLogOneIn();
        if (oneIn > 0 && x.oneIn(oneIn)) {
            x.logged = domain;
            x.loggedSince = System.nanoTime();
        }
        if (groups.length == 0
                && (type == Dns.A ? entry.domain().v4() : entry.domain().v6()).length > 0) {
            // No edge has taken up this domain yet: whoever asks again in a moment is served.
            return Dns.SERVFAIL;
        }
        if (groups.length == 0) {
            return RecordAnswers.noData(x, entry.zone());
        }
        long now = x.nowMs;
        locate(x, view, now);
        choose(x, view, domain, groups, now);
        if (mayLearn(x, now)) {
            x.answer.truncate();
        }
        Choice choice = x.choice;
        if (choice.kind() == Choice.Kind.SERVFAIL) {
            return Dns.SERVFAIL;
        }
        String elsewhere = choice.host();
        if (elsewhere != null) {
            RecordData alias = RecordData.name(Dns.CNAME, WireName.of(elsewhere));
            x.answer.record(Section.ANSWER, owner, alias, domain.ttlSeconds());
        } else if (choice.count() == 0) {
            return RecordAnswers.noData(x, entry.zone());
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
        return Reply.authoritative(Dns.NOERROR);
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
        int answers = domain.terms().answers();
        long persistenceMs = domain.terms().persistenceMs();
        if (persistenceMs == 0) {
            Steering.choose(domain, groups, answers, 0, x.client, view.states(), x.choice, null);
            return;
        }
        PersistenceTable table = knowledge.persistence();
        long key = PersistenceTable.key(x.client.hash(), domain.identityOf(groups));
        boolean settled = x.client.settled() && Steering.settled(groups, view.states());
        long previous = table.find(key, now, settled);
        Steering.choose(domain, groups, answers, previous, x.client, view.states(), x.choice, null);
        if (previous != 0 && !x.choice.persisted() && domain.isUpByOtherFamily(groups, previous, view.states())) {
            // Seldom: otherwise each family's queries would take the client from the other's server.
            key = PersistenceTable.key(x.client.hash(), domain.identityApart(groups));
            previous = table.find(key, now, settled);
            Steering.choose(domain, groups, answers, previous, x.client, view.states(), x.choice, null);
        }
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
        if (x.transport == Exchange.Transport.TCP || cookieCheck.isValid(x)) {
            knowledge.latencyRequests().offer(x.sourceHigh, x.sourceLow, now);
            return false;
        }
        return x.oneIn(tcpInviteOneIn);
    }
}
