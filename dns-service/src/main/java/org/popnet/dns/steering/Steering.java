package org.popnet.dns.steering;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.SteeringRule;

/**
 * Chooses the best servers for a client: a pure function of immutable snapshots, which allocates nothing unless a trace
 * is asked for.
 *
 * <p>Candidates that are down or overloaded are left out as long as others remain. The rest are scored in milliseconds,
 * lower is better: {@code latency·w + loss·w + response·w + cost·w + load·u/(1−u)}, u the share of capacity in use
 * ({@link Scoring}). Those within the rule's tolerance, or 10 %, of the best share the traffic in proportion to weight ×
 * spare capacity: each client falls to one of them by weighted rendezvous hashing (Schindelhauer and Schomaker, 2005),
 * so that name servers with the same knowledge agree without talking. A POP is chosen first, then the node in it.
 *
 * <p>A client that is to be kept stays with its server as long as that is healthy, also when it is overloaded: that is
 * where its session is.
 */
public final class Steering {
    /** Servers that went down this close to the last one were "the last healthy ones". */
    private static final long LAST_GOOD_MS = 2000;

    private Steering() {}

    /**
     * Decides.
     *
     * @param groups those of the domain's candidates that have an address of the family asked for
     * @param previous the identity of the candidate that this client was given before and shall keep; 0 if none
     * @param out is filled; it stays empty if the rule wants no answer while everything is down
     * @param trace told why, if not null
     */
    public static void choose(
            SteeredDomain domain,
            CandidateGroup[] groups,
            int answers,
            long previous,
            ClientView client,
            TargetStates states,
            Choice out,
            @Nullable Trace trace) {
        out.reset(groups.length);
        out.seed = Hash.mix(client.hash() ^ Hash.mix(domain.identity()));
        out.level = bestLevel(groups, states, out);
        SteeringRule rule = domain.domain().rule();
        if (out.level == Choice.Level.DOWN && !anyWhenAllDown(rule, groups, states, out)) {
            if (trace != null) {
                reject(groups, states, out, trace);
            }
            return;
        }
        if (trace != null) {
            reject(groups, states, out, trace);
        }
        if (previous != 0) {
            keep(groups, previous, states, out);
        }
        CandidateGroup[] from = groups;
        if (out.level == Choice.Level.OVERLOADED && rule.overflow().isPresent() && !out.persisted) {
            from = overflow(rule.overflow().get(), domain.overflowOf(groups), groups, states, out);
            if (out.kind == Choice.Kind.HOST) {
                return;
            }
        }
        fill(rule, from, Math.min(answers, Choice.ANSWERS_MAX), client, states, out, trace);
    }

    private static void fill(
            SteeringRule rule,
            CandidateGroup[] groups,
            int wanted,
            ClientView client,
            TargetStates states,
            Choice out,
            @Nullable Trace trace) {
        out.unknownMs = Scoring.unknownMs(groups, client, states);
        int round = out.count;
        while (out.count < wanted) {
            round++;
            CandidateGroup group = bestGroup(rule, groups, client, states, out, round, trace);
            if (group == null) {
                break;
            }
            out.chosen[out.count] = bestMember(rule, group, states, out);
            out.count++;
        }
    }

    private static Choice.Level bestLevel(CandidateGroup[] groups, TargetStates states, Choice out) {
        boolean healthy = false;
        boolean overloaded = false;
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                int target = member.target();
                if (!states.down()[target]) {
                    boolean busy = Scoring.overloaded(member, states, out);
                    healthy |= !busy;
                    overloaded |= busy;
                    // Who is turned away depends on who asks.
                    out.clientMattered |= states.shed()[target] > 0;
                }
            }
        }
        return healthy ? Choice.Level.HEALTHY : overloaded ? Choice.Level.OVERLOADED : Choice.Level.DOWN;
    }

    /** What the rule says when all are down: whether servers shall be named all the same. */
    private static boolean anyWhenAllDown(SteeringRule rule, CandidateGroup[] groups, TargetStates states, Choice out) {
        switch (rule.whenAllDown()) {
            case ALL -> {
                return true;
            }
            case LAST_GOOD -> {
                out.lastGoodSince = lastDown(groups, states) - LAST_GOOD_MS;
                return true;
            }
            case NONE -> {
                return false;
            }
            case SERVFAIL -> {
                out.kind = Choice.Kind.SERVFAIL;
                return false;
            }
            case CNAME -> {
                out.kind = Choice.Kind.HOST;
                out.host = rule.downHost().orElse(null);
                return false;
            }
        }
        throw new IllegalStateException("what to do when all are down: " + rule.whenAllDown());
    }

    /** Where those go whom every candidate turns away; back to the candidates if nobody there has room either. */
    private static CandidateGroup[] overflow(
            SteeringRule.Overflow overflow,
            CandidateGroup[] there,
            CandidateGroup[] candidates,
            TargetStates states,
            Choice out) {
        if (overflow.host().isPresent()) {
            out.level = Choice.Level.OVERFLOW;
            out.kind = Choice.Kind.HOST;
            out.host = overflow.host().get();
            return SteeredDomain.NOWHERE;
        }
        if (bestLevel(there, states, out) != Choice.Level.HEALTHY) {
            return candidates;
        }
        out.level = Choice.Level.OVERFLOW;
        out.room(there.length);
        return there;
    }

    private static long lastDown(CandidateGroup[] groups, TargetStates states) {
        long last = Long.MIN_VALUE;
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                last = Math.max(last, states.downSinceMs()[member.target()]);
            }
        }
        return last;
    }

    private static void keep(CandidateGroup[] groups, long previous, TargetStates states, Choice out) {
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                if (member.identity() == previous) {
                    boolean stays = out.level == Choice.Level.DOWN
                            ? Scoring.eligible(member, states, out)
                            : !states.down()[member.target()];
                    if (stays) {
                        out.chosen[out.count++] = member;
                        out.persisted = true;
                        out.clientMattered = true;
                    }
                    return;
                }
            }
        }
    }

    private static @Nullable CandidateGroup bestGroup(
            SteeringRule rule,
            CandidateGroup[] groups,
            ClientView client,
            TargetStates states,
            Choice out,
            int round,
            @Nullable Trace trace) {
        double best = Double.POSITIVE_INFINITY;
        double baseOfBest = 0;
        int open = 0;
        for (int i = 0; i < groups.length; i++) {
            Scoring.score(groups[i], i, rule, client, states, out, null);
            if (out.groupScore[i] < Double.POSITIVE_INFINITY) {
                open++;
                if (out.groupScore[i] < best) {
                    best = out.groupScore[i];
                    baseOfBest = out.groupBase[i];
                }
            }
        }
        if (open == 0) {
            return null;
        }
        out.clientMattered |= open > 1;
        CandidateGroup winner = null;
        double winning = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < groups.length; i++) {
            if (near(i, best, baseOfBest, rule, out)) {
                double draw = Scoring.draw(groups[i].identity(), Scoring.share(groups[i], states, out), out);
                if (draw > winning) {
                    winning = draw;
                    winner = groups[i];
                }
            }
        }
        if (trace != null) {
            tell(rule, groups, client, states, out, round, best, baseOfBest, winner, trace);
        }
        return winner;
    }

    private static boolean near(int i, double best, double baseOfBest, SteeringRule rule, Choice out) {
        return out.groupScore[i] < Double.POSITIVE_INFINITY
                && Scoring.near(out.groupScore[i], out.groupBase[i], best, baseOfBest, rule);
    }

    private static Candidate bestMember(SteeringRule rule, CandidateGroup group, TargetStates states, Choice out) {
        double best = Double.POSITIVE_INFINITY;
        double baseOfBest = 0;
        int open = 0;
        Candidate only = group.members()[0];
        for (Candidate member : group.members()) {
            if (Scoring.eligible(member, states, out) && !out.holds(member)) {
                double base = Scoring.base(member, rule, states);
                double score = base + Scoring.loadMs(member, rule, states, out);
                if (score < best) {
                    best = score;
                    baseOfBest = base;
                }
                only = member;
                open++;
            }
        }
        if (open == 1) {
            return only;
        }
        out.clientMattered = true;
        Candidate winner = only;
        double winning = Double.NEGATIVE_INFINITY;
        for (Candidate member : group.members()) {
            if (Scoring.eligible(member, states, out) && !out.holds(member)) {
                double base = Scoring.base(member, rule, states);
                double score = base + Scoring.loadMs(member, rule, states, out);
                if (Scoring.near(score, base, best, baseOfBest, rule)) {
                    double draw = Scoring.draw(member.identity(), Scoring.share(member, states), out);
                    if (draw > winning) {
                        winning = draw;
                        winner = member;
                    }
                }
            }
        }
        return winner;
    }

    private static void tell(
            SteeringRule rule,
            CandidateGroup[] groups,
            ClientView client,
            TargetStates states,
            Choice out,
            int round,
            double best,
            double baseOfBest,
            @Nullable CandidateGroup winner,
            Trace trace) {
        double shares = 0;
        for (int i = 0; i < groups.length; i++) {
            if (near(i, best, baseOfBest, rule, out)) {
                shares += Scoring.share(groups[i], states, out);
            }
        }
        for (int i = 0; i < groups.length; i++) {
            if (out.groupScore[i] < Double.POSITIVE_INFINITY) {
                Scoring.score(groups[i], i, rule, client, states, out, trace);
                boolean equal = near(i, best, baseOfBest, rule, out);
                trace.row(new Trace.Row(
                        round,
                        groups[i].name(),
                        out.groupScore[i],
                        trace.takeTerms(),
                        equal,
                        equal ? Scoring.share(groups[i], states, out) / shares : 0,
                        groups[i] == winner));
            }
        }
    }

    private static void reject(CandidateGroup[] groups, TargetStates states, Choice out, Trace trace) {
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                if (states.down()[member.target()] && !served(member, states, out)) {
                    trace.reject(member, "down");
                } else if (!states.down()[member.target()] && !Scoring.eligible(member, states, out)) {
                    trace.reject(member, busy(states.utilisation()[member.target()], states.shed()[member.target()]));
                }
            }
        }
    }

    private static boolean served(Candidate member, TargetStates states, Choice out) {
        return out.level == Choice.Level.DOWN
                && out.kind == Choice.Kind.SERVERS
                && Scoring.eligible(member, states, out);
    }

    private static String busy(float utilisation, float shed) {
        String used = "overloaded: %d %% of its capacity in use".formatted(Math.round(100 * utilisation));
        return shed > 0
                ? String.format(
                        Locale.ROOT, "%s, turns away %.0f %% of the clients, this one among them", used, 100 * shed)
                : used;
    }
}
