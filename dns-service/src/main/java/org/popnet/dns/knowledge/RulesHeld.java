package org.popnet.dns.knowledge;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Service;

/**
 * Which edges hold which domains' rules: edges take the tree later than name servers, and an edge that does not hold a
 * domain answers its users with an error (421). With every report an edge tells the generation that it has activated; a
 * domain is steered only to edges that have told one that holds it. Guarded by its owner's lock.
 *
 * <p>A name server that hears from nobody has no reason to believe that edges are behind: where no edge has confirmed a
 * domain, those that have told nothing at all are candidates; those that have told an older generation never are.
 */
final class RulesHeld {
    /** From which generation on the tree has a domain as it is: hosted, of this customer. */
    private Map<String, Long> since = new HashMap<>();
    /** The generation that an edge told last, by its name. */
    private final Map<String, Long> told = new HashMap<>();
    /** Of the current tree, those that had to be looked at: finding them again takes longer than all the rest. */
    private final Map<String, SteeredDomain> found = new HashMap<>();

    private boolean changed = true;
    private HeldDomains held = HeldDomains.ALL;

    /** Takes up a tree; what was hosted before keeps the generation it came with. */
    void follow(@Nullable ZoneSnapshot before, ZoneSnapshot next) {
        long now = next.tree().generation().number();
        Map<String, Long> kept = new HashMap<>();
        next.tree().tree().domains().forEach((name, domain) -> {
            if (domain.candidates().hosted()) {
                Domain old = before == null ? null : before.tree().tree().domain(name);
                boolean same = old != null
                        && old.candidates().hosted()
                        && old.customer().equals(domain.customer());
                kept.put(name, same ? since.getOrDefault(name, 0L) : before == null ? 0L : now);
            }
        });
        since = kept;
        found.clear();
        changed = true;
    }

    /**
     * Takes up from when domains were known before a restart; all others came while this name server was away.
     *
     * @param known by name; empty if nothing was written
     */
    void restore(Map<String, Long> known, long generation) {
        if (!known.isEmpty()) {
            since.replaceAll((name, any) -> Math.min(generation, known.getOrDefault(name, generation)));
            changed = true;
        }
    }

    /** From which generation on each domain is hosted as it is; 0 for longer than anybody remembers. */
    Map<String, Long> since() {
        return since;
    }

    /**
     * Takes what an edge tells.
     *
     * @param generation that it has activated; 0 if it has no tree yet
     * @return whether that is news
     */
    boolean take(String edge, long generation) {
        Long last = told.put(edge, generation);
        boolean news = last == null || last != generation;
        changed |= news;
        return news;
    }

    void retain(Set<String> machines) {
        changed |= told.keySet().retainAll(machines);
    }

    /** The domains that not all of their edges hold, with the candidates that remain. */
    HeldDomains compile(ZoneSnapshot zone) {
        if (!changed) {
            return held;
        }
        changed = false;
        long oldest = told.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        // What came with this generation or before, every edge holds; what was always there, also one that told
        // nothing.
        long heldByAll = oldest == 0 ? -1 : haveAllTold(zone) ? oldest : 0;
        Map<CandidateGroup[], Map<Long, CandidateGroup[]>> made = new IdentityHashMap<>();
        Map<SteeredDomain, SteeredDomain> narrowed = new IdentityHashMap<>();
        since.forEach((name, came) -> {
            SteeredDomain domain = came <= heldByAll ? null : found.computeIfAbsent(name, any -> find(any, zone));
            if (domain == null) {
                return;
            }
            SteeredDomain left = domain.with(
                    narrow(domain.v4(), came, made),
                    narrow(domain.v6(), came, made),
                    narrow(domain.overflowV4(), came, made),
                    narrow(domain.overflowV6(), came, made));
            if (!left.hasCandidatesOf(domain)) {
                narrowed.put(domain, left);
            }
        });
        held = narrowed.isEmpty() ? HeldDomains.ALL : new HeldDomains(narrowed, Map.copyOf(since), Map.copyOf(told));
        return held;
    }

    /** Whether every edge of the tree has told a generation. */
    private boolean haveAllTold(ZoneSnapshot zone) {
        return zone.tree()
                .tree()
                .nodes(Service.EDGE_CACHE)
                .allMatch(edge -> told.containsKey(edge.name().toString()));
    }

    private static @Nullable SteeredDomain find(String name, ZoneSnapshot zone) {
        return zone.find(WireName.of(name)) instanceof ZoneEntry.Steered entry ? entry.domain() : null;
    }

    /** Domains with the same candidates share what is left of them. */
    private CandidateGroup[] narrow(
            CandidateGroup[] groups, long came, Map<CandidateGroup[], Map<Long, CandidateGroup[]>> made) {
        return made.computeIfAbsent(groups, any -> new HashMap<>()).computeIfAbsent(came, any -> left(groups, came));
    }

    private CandidateGroup[] left(CandidateGroup[] groups, long came) {
        if (Stream.of(groups).flatMap(group -> Stream.of(group.members())).allMatch(edge -> confirmed(edge, came))) {
            return groups;
        }
        CandidateGroup[] confirmed = CandidateGroup.only(groups, edge -> confirmed(edge, came));
        return confirmed.length > 0
                ? confirmed
                : CandidateGroup.only(
                        groups,
                        edge -> edge.isNode() && !told.containsKey(edge.id().machine()));
    }

    /** Customers' servers need no rules; and what was always there, every edge has that has a tree at all. */
    private boolean confirmed(Candidate candidate, long came) {
        if (!candidate.isNode()) {
            return true;
        }
        Long generation = told.get(candidate.id().machine());
        return generation == null ? came == 0 : generation >= Math.max(1, came);
    }
}
