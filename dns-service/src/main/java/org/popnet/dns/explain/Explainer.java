package org.popnet.dns.explain;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.PersistenceTable;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.steering.Trace;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.Zone;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.tree.AddressText;
import org.popnet.platform.tree.Service;

/** Decides as the hot path would, with the same code, and tells why. */
final class Explainer {
    /** As many as are told in one answer. */
    private static final int ALIASES_MAX = 8;

    private static final String THIS_SERVER = "this name server";

    private final Knowledge knowledge;

    Explainer(Knowledge knowledge) {
        this.knowledge = knowledge;
    }

    /**
     * Why this client gets the answer it gets.
     *
     * @param name the domain; for an alias of one, what that leads to
     * @param rcode of the answer: NOERROR or SERVFAIL
     * @param situation in a sentence, what overrules the scores; null if they alone decide
     * @param latencySource where the distances come from, and {@code latencyAgeMs} how old the oldest is
     * @param level whether candidates are healthy, all overloaded or all down, or there are none
     * @param host the name that the client is sent to instead of a server, because of that level
     * @param sources of every term of the scores that is not simply from the tree
     * @param persisted whether the client was kept at the server it was given before
     * @param kept that server, whether or not it could be kept; null if nothing is recorded
     * @param scope prefix length for which the answer holds, 0 for everybody
     */
    record Explanation(
            String name,
            String type,
            String client,
            long generation,
            String rule,
            int ttlSeconds,
            String rcode,
            @Nullable String situation,
            String latencySource,
            @Nullable Long latencyAgeMs,
            List<PopDistance> distances,
            List<Score> scores,
            List<Sources.Source> sources,
            List<Trace.Rejected> rejected,
            String level,
            @Nullable String host,
            boolean persisted,
            @Nullable Kept kept,
            int scope,
            List<Chosen> answer) {}

    /** A candidate's part in the decision, as {@link Trace.Row} has it. */
    record Score(
            int round,
            String group,
            double score,
            List<Trace.Term> terms,
            boolean near,
            double share,
            boolean chosen) {}

    /**
     * The server that the client was given before.
     *
     * @param target empty if it is no candidate any more
     * @param leftMs how long it is kept there yet
     * @param by the name server that chose it
     * @param guess whether it was chosen before all was measured: then it is chosen anew once it is
     */
    record Kept(String target, long leftMs, String by, boolean guess) {}

    /** How far the client is from a POP. */
    record PopDistance(String pop, double latencyMs, double lossPercent) {}

    /** A server in the answer. */
    record Chosen(String target, String address) {}

    /**
     * @param name a customer's domain, or an alias of one, which is explained then
     * @param v6 whether AAAA is asked for instead of A
     * @throws NotSteeredException if nothing is steered at this name
     */
    Explanation explain(String name, InetAddress client, boolean v6) {
        View view = knowledge.view();
        ZoneEntry.Steered steered = find(view.zone(), name);
        SteeredDomain domain = view.held().of(steered.domain());
        long now = knowledge.nowMs();
        ClientView where = new ClientView();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(client),
                        Address.low(client),
                        view.zone().topology(),
                        view.latencies(),
                        now,
                        where);
        Situation situation = new Situation(steered.domain(), domain, v6);
        CandidateGroup[] groups = situation.competing();
        boolean settled = where.settled() && Steering.settled(groups, view.states());
        boolean keeps = !domain.domain().rule().persistence().isZero();
        PersistenceTable table = knowledge.persistence();
        long key = PersistenceTable.key(where.hash(), domain.identityOf(groups));
        // Where nobody competes, nothing is chosen: what the rule says of candidates that are down is not for them.
        boolean competes = groups.length > 0;
        long previous = keeps && competes ? table.find(key, now, settled) : 0;
        int answers = domain.domain().rule().answers();
        Choice choice = new Choice();
        Trace trace = new Trace();
        if (competes) {
            // The scores are told for everybody, also where the client is kept at its server whatever they are.
            Steering.choose(domain, groups, answers, 0, where, view.states(), choice, trace);
        }
        if (previous != 0) {
            Steering.choose(domain, groups, answers, previous, where, view.states(), choice, null);
            if (!choice.persisted() && domain.isUpByOtherFamily(groups, previous, view.states())) {
                key = PersistenceTable.key(where.hash(), domain.identityApart(groups));
                previous = table.find(key, now, settled);
                Steering.choose(domain, groups, answers, previous, where, view.states(), choice, null);
            }
        }
        List<Trace.Rejected> rejected =
                new Rejections(knowledge).of(steered.domain(), groups, v6, view.held(), trace.rejected());
        return new Explanation(
                domain.domain().name(),
                v6 ? "AAAA" : "A",
                AddressText.of(client),
                view.zone().tree().generation().number(),
                domain.domain().rule().name(),
                domain.ttlSeconds(),
                situation.rcode(choice),
                situation.told(choice),
                where.source().name(),
                where.ageMs() < 0 ? null : where.ageMs(),
                distances(view, where),
                trace.rows().stream().map(Explainer::score).toList(),
                sources(view, where, now, v6, choice, trace),
                rejected,
                situation.level(choice),
                choice.host(),
                choice.persisted(),
                kept(keeps ? table.kept(key, now, THIS_SERVER) : null, groups),
                choice.clientMattered() ? where.prefixBits() : 0,
                answer(choice));
    }

    private static Score score(Trace.Row row) {
        return new Score(
                row.round(), row.group().name(), row.score(), row.terms(), row.near(), row.share(), row.chosen());
    }

    private static @Nullable Kept kept(@Nullable PersistenceRecord kept, CandidateGroup[] groups) {
        if (kept == null) {
            return null;
        }
        String target = Arrays.stream(groups)
                .flatMap(group -> Arrays.stream(group.members()))
                .filter(member -> member.identity() == kept.server())
                .map(member -> member.id().text())
                .findFirst()
                .orElse("");
        return new Kept(target, kept.leftMs(), kept.madeBy(), kept.guessed());
    }

    /** Of all that was scored; where all are down, beside it why those are that answer all the same. */
    private List<Sources.Source> sources(
            View view, ClientView where, long now, boolean v6, Choice choice, Trace trace) {
        Sources sources = new Sources(knowledge, view, where, now);
        Rejections rejections = new Rejections(knowledge);
        List<Sources.Source> told = new ArrayList<>();
        for (Trace.Row row : trace.rows()) {
            if (row.round() == 1) {
                if (choice.level() == Choice.Level.DOWN) {
                    Arrays.stream(row.group().members())
                            .map(Candidate::id)
                            .filter(id -> trace.rejected().stream()
                                    .noneMatch(out -> out.target().equals(id.text())))
                            .forEach(id ->
                                    told.add(new Sources.Source(id.text(), "health", rejections.down(id, v6), null)));
                }
                told.addAll(sources.of(row));
            }
        }
        return told;
    }

    /** What is steered at a name, or where its aliases lead. */
    private static ZoneEntry.Steered find(ZoneSnapshot zones, String name) {
        ZoneSnapshot.Match match = new ZoneSnapshot.Match();
        ZoneEntry entry;
        try {
            entry = zones.search(WireName.of(name.toLowerCase(Locale.ROOT)), match);
        } catch (IllegalArgumentException e) {
            throw new NotSteeredException("the name '" + name + "' is not in this network's zones");
        }
        String shown = "the name '" + name + "' ";
        for (int i = 0; i < ALIASES_MAX && entry instanceof ZoneEntry.Alias alias; i++) {
            shown = "the name '" + alias.target() + "', which '" + name + "' is an alias of, ";
            entry = zones.search(alias.target(), match);
        }
        return switch (entry) {
            case ZoneEntry.Steered steered -> steered;
            case ZoneEntry.Delegation delegation ->
                throw new NotSteeredException(
                        shown + "lies in " + delegation.name() + ", which other name servers answer for");
            case null -> {
                Zone zone = match.zone();
                throw new NotSteeredException(shown
                        + (zone == null
                                ? "is not in this network's zones"
                                : "does not exist in the zone " + zone.apex()));
            }
            default ->
                throw new NotSteeredException(
                        shown + "is not a customer's domain: its answers do not depend on clients");
        };
    }

    /** To every POP that serves or measures; the others, such as a headquarters, are no places that clients go to. */
    private static List<PopDistance> distances(View view, ClientView where) {
        Topology topology = view.zone().topology();
        Set<String> places = view.zone().tree().tree().nodes().values().stream()
                .filter(node -> node.service() == Service.EDGE_CACHE || node.service() == Service.PROBE)
                .map(node -> node.name().pop())
                .collect(Collectors.toSet());
        List<PopDistance> distances = new ArrayList<>();
        for (int pop = 0; pop < topology.pops(); pop++) {
            if (!places.contains(topology.names().get(pop))) {
                continue;
            }
            distances.add(new PopDistance(topology.names().get(pop), where.latencyMs(pop), where.lossPercent(pop)));
        }
        return distances;
    }

    private static List<Chosen> answer(Choice choice) {
        List<Chosen> answer = new ArrayList<>();
        for (int i = 0; i < choice.count(); i++) {
            Candidate candidate = choice.get(i);
            answer.add(new Chosen(candidate.id().text(), AddressText.of(candidate.address())));
        }
        return answer;
    }

    /** Nothing is steered at a name. */
    static final class NotSteeredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotSteeredException(String message) {
            super(message);
        }
    }
}
