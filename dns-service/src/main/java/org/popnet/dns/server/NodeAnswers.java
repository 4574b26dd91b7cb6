package org.popnet.dns.server;

import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.PrefixMap;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.Answer.Section;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.OriginNames;
import org.popnet.dns.zone.ServiceTarget;
import org.popnet.dns.zone.Zone;
import org.popnet.dns.zone.ZoneEntry;

/** Answers for the network's own nodes: hosts, services, and customers' servers as seen from a POP; see {@link Reply}. */
final class NodeAnswers {
    private static final int SERVICE_TTL_SECONDS = 5;
    /** Origins that are not near the best come behind those that are (RFC 2782: lower is tried first). */
    private static final int ORIGIN_PRIORITY = 10;

    private NodeAnswers() {}

    /** Whether a node of the network asks; some names are told to nobody else. */
    static boolean isMember(Exchange x, View view) {
        return view.zone().topology().popOfNode(x.sourceHigh, x.sourceLow) != PrefixMap.NONE;
    }

    static int host(Exchange x, View view, ZoneEntry.Host host) {
        if (host.membersOnly() && !isMember(x, view)) {
            return Dns.REFUSED;
        }
        if (x.query.type() == Dns.ANY) {
            return RecordAnswers.minimalAny(x, null);
        }
        boolean found = false;
        for (RecordData address : host.addresses()) {
            if (address.type() == x.query.type()) {
                x.answer.record(Section.ANSWER, null, address, Zone.INFRASTRUCTURE_TTL_SECONDS);
                found = true;
            }
        }
        return found ? Reply.authoritative(Dns.NOERROR) : RecordAnswers.noData(x, host.zone());
    }

    static int service(Exchange x, View view, ZoneEntry.Service service) {
        x.domainClass = DomainClass.SERVICE;
        if (!isMember(x, view)) {
            return Dns.REFUSED;
        }
        if (x.query.type() == Dns.ANY) {
            return RecordAnswers.minimalAny(x, null);
        }
        if (x.query.type() != Dns.SRV || service.targets().isEmpty()) {
            return RecordAnswers.noData(x, service.zone());
        }
        boolean[] down = view.states().down();
        for (ServiceTarget target : service.targets()) {
            boolean up = target.target() == ServiceTarget.UNWATCHED || !down[target.target()];
            x.answer.record(Section.ANSWER, null, up ? target.healthy() : target.unhealthy(), SERVICE_TTL_SECONDS);
        }
        for (ServiceTarget target : service.targets()) {
            serviceAddress(x, target.host(), target.address());
        }
        return Reply.authoritative(Dns.NOERROR);
    }

    /** A customer's servers as seen from a POP: every one is listed, the best first. */
    static int origin(Exchange x, View view, OriginNames origins) {
        x.domainClass = DomainClass.SERVICE;
        if (!isMember(x, view)) {
            return Dns.REFUSED;
        }
        OriginNames.Question question = origins.parse(x.query);
        if (question == null) {
            return RecordAnswers.nxDomain(x, origins.zone());
        }
        if (x.query.type() == Dns.ANY) {
            return RecordAnswers.minimalAny(x, null);
        }
        CandidateGroup[] servers = question.domain().origins();
        if (x.query.type() != Dns.SRV || servers.length == 0) {
            return RecordAnswers.noData(x, origins.zone());
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
        return Reply.authoritative(Dns.NOERROR);
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
}
