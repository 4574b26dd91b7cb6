package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.SteeringRule;

/**
 * Chooses the best servers for a client: a pure function of immutable snapshots, which allocates nothing unless a trace
 * is asked for.
 *
 * <p>Candidates that are down or overloaded are left out as long as others remain. The rest are scored in milliseconds,
 * lower is better: {@code latency·w + loss·w + response·w + cost·w + load·u⁴}, u the share of capacity in use
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
        SteeringRule rule = domain.terms().rule();
        if (out.level == Choice.Level.DOWN && !domain.isList(groups) && !anyWhenAllDown(rule, groups, states, out)) {
            if (trace != null) {
                Rejection.ofNobodyNamed(groups, states, out, trace);
            }
            return;
        }
        if (previous != 0) {
            keep(groups, previous, states, out);
        }
        CandidateGroup[] from = groups;
        boolean overflows = out.level == Choice.Level.OVERLOADED
                && rule.overflow().isPresent()
                && !out.persisted
                && !domain.isList(groups);
        if (overflows) {
            from = overflow(rule.overflow().get(), domain.overflowOf(groups), groups, states, out);
        }
        if (trace != null) {
            Rejection.of(groups, states, out, trace);
            if (overflows) {
                Rejection.ofOverflow(domain.overflowOf(groups), groups, states, out, trace);
            }
        }
        if (out.kind == Choice.Kind.HOST) {
            return;
        }
        fill(rule, from, Math.min(answers, Choice.ANSWERS_MAX), client, states, out, trace);
    }

    /**
     * Whether better knowledge of the candidates is not on its way: probes have measured all customers' servers among
     * them that are up. A choice made before compares guesses.
     */
    public static boolean settled(CandidateGroup[] groups, TargetStates states) {
        for (CandidateGroup group : groups) {
            if (group.pop() == CandidateGroup.SERVER) {
                int target = group.members()[0].target();
                if (!states.settled()[target] && !states.down()[target]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void fill(
            SteeringRule rule,
            CandidateGroup[] groups,
            int wanted,
            ClientView client,
            TargetStates states,
            Choice out,
            @Nullable Trace trace) {
        if (out.count >= wanted) {
            return;
        }
        out.toleranceMs = rule.tolerance().toNanos() / 1e6;
        for (int i = 0; i < groups.length; i++) {
            Scoring.score(groups, i, rule, client, states, out, null);
        }
        while (out.count < wanted) {
            int group = bestGroup(groups, out);
            if (trace != null) {
                tell(rule, groups, client, states, out, group, trace);
            }
            if (group < 0) {
                break;
            }
            Candidate member = bestMember(rule, groups[group], states, out);
            out.chosen[out.count] = member;
            out.count++;
            if (out.count < wanted) {
                Scoring.score(groups, group, rule, client, states, out, null);
            }
        }
    }

    private static Choice.Level bestLevel(CandidateGroup[] groups, TargetStates states, Choice out) {
        boolean overloaded = false;
        for (CandidateGroup group : groups) {
            GroupFigures figures = group.figures(states);
            if (figures.uniform) {
                if (figures.open > 0) {
                    return Choice.Level.HEALTHY;
                }
                overloaded |= figures.up;
                continue;
            }
            for (Candidate member : group.members()) {
                if (!states.down()[member.target()]) {
                    if (!Scoring.overloaded(member, states, out)) {
                        return Choice.Level.HEALTHY;
                    }
                    overloaded = true;
                }
            }
        }
        return overloaded ? Choice.Level.OVERLOADED : Choice.Level.DOWN;
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

    /** The index of the group that the client falls to; -1 if nothing is left. */
    private static int bestGroup(CandidateGroup[] groups, Choice out) {
        double[] scores = out.groupScore;
        int first = -1;
        int open = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < groups.length; i++) {
            double score = scores[i];
            if (score < Double.POSITIVE_INFINITY) {
                open++;
                if (score < best) {
                    best = score;
                    first = i;
                }
            }
        }
        out.best = first;
        if (open <= 1) {
            return first;
        }
        out.clientMattered = true;
        double baseOfBest = out.groupBase[first];
        int winner = first;
        double winning = 0;
        for (int i = 0; i < groups.length; i++) {
            if (i != first && near(i, best, baseOfBest, out)) {
                if (winning == 0) {
                    winning = Scoring.draw(groups[first].identity(), out.groupShare[first], out);
                }
                double draw = Scoring.draw(groups[i].identity(), out.groupShare[i], out);
                if (draw > winning) {
                    winning = draw;
                    winner = i;
                }
            }
        }
        return winner;
    }

    private static boolean near(int i, double best, double baseOfBest, Choice out) {
        return out.groupScore[i] < Double.POSITIVE_INFINITY
                && Scoring.near(out.groupScore[i], out.groupBase[i], best, baseOfBest, out.toleranceMs);
    }

    private static Candidate bestMember(SteeringRule rule, CandidateGroup group, TargetStates states, Choice out) {
        Candidate[] members = group.members();
        if (members.length == 1) {
            return members[0];
        }
        GroupFigures figures = group.figures(states);
        boolean known = figures.holdFor(out);
        if (known && figures.only != null) {
            return figures.only;
        }
        out.memberRoom(members.length);
        double loadWeight = rule.weights().load();
        int first = 0;
        int left = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < members.length; i++) {
            Candidate member = members[i];
            double score = Double.POSITIVE_INFINITY;
            boolean open =
                    known ? figures.memberShare[i] > 0 : Scoring.eligible(member, states, out) && !out.holds(member);
            if (open) {
                double base = Scoring.base(member, rule, states);
                score = base
                        + Scoring.load(known ? figures.memberLoad[i] : Scoring.steep(utilisation(member, states)), out)
                                * loadWeight;
                out.memberBase[i] = base;
                left++;
                if (score < best) {
                    best = score;
                    first = i;
                }
            }
            out.memberScore[i] = score;
        }
        if (left == 1) {
            return members[first];
        }
        out.clientMattered = true;
        double baseOfBest = out.memberBase[first];
        int winner = first;
        double winning = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < members.length; i++) {
            double score = out.memberScore[i];
            if (score < Double.POSITIVE_INFINITY
                    && Scoring.near(score, out.memberBase[i], best, baseOfBest, out.toleranceMs)) {
                double share =
                        known ? figures.memberShare[i] : Scoring.share(members[i], utilisation(members[i], states));
                double draw = Scoring.draw(members[i].identity(), share, out);
                if (draw > winning) {
                    winning = draw;
                    winner = i;
                }
            }
        }
        return members[winner];
    }

    private static float utilisation(Candidate member, TargetStates states) {
        return states.utilisation()[member.target()];
    }

    private static void tell(
            SteeringRule rule,
            CandidateGroup[] groups,
            ClientView client,
            TargetStates states,
            Choice out,
            int winner,
            Trace trace) {
        if (winner < 0) {
            return;
        }
        double best = out.groupScore[out.best];
        double baseOfBest = out.groupBase[out.best];
        double shares = 0;
        for (int i = 0; i < groups.length; i++) {
            if (near(i, best, baseOfBest, out)) {
                shares += out.groupShare[i];
            }
        }
        for (int i = 0; i < groups.length; i++) {
            if (out.groupScore[i] < Double.POSITIVE_INFINITY) {
                Scoring.score(groups, i, rule, client, states, out, trace);
                boolean equal = near(i, best, baseOfBest, out);
                trace.row(new Trace.Row(
                        out.count + 1,
                        groups[i],
                        out.groupScore[i],
                        trace.takeTerms(),
                        equal,
                        equal ? out.groupShare[i] / shares : 0,
                        i == winner,
                        trace.takeVia()));
            }
        }
    }
}
