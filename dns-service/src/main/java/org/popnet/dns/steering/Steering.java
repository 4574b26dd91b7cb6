package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.SteeringRule;

/**
 * Chooses the best servers for a client: a pure function of immutable snapshots, which allocates nothing unless a trace
 * is asked for.
 *
 * <p>Candidates that are down or overloaded are left out as long as others remain. The rest are scored in milliseconds,
 * lower is better: {@code latency·w + loss·w + response·w + cost·w + load·u/(1−u)}, u the share of capacity in use.
 * Those within the rule's tolerance, or 10 %, of the best share the traffic in proportion to weight × spare capacity:
 * each client falls to one of them by weighted rendezvous hashing (Schindelhauer and Schomaker, 2005), so that name
 * servers with the same knowledge agree without talking. A POP is chosen first, then the node in it.
 */
public final class Steering {
    /** Scores within this share of the best count as equal, whatever the tolerance. */
    private static final double NEAR_SHARE = 0.10;

    private static final double UTILISATION_MAX = 0.99;
    private static final double SPARE_MIN = 0.01;
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
        SteeringRule rule = domain.domain().rule();
        out.level = bestLevel(groups, states);
        if (out.level == Choice.Level.DOWN && rule.whenAllDown() == SteeringRule.WhenAllDown.NONE) {
            return;
        }
        long lastGoodSince = out.level == Choice.Level.DOWN && rule.whenAllDown() == SteeringRule.WhenAllDown.LAST_GOOD
                ? lastDown(groups, states) - LAST_GOOD_MS
                : Long.MIN_VALUE;
        if (trace != null) {
            reject(groups, states, out.level, lastGoodSince, trace);
        }
        if (previous != 0) {
            keep(groups, previous, states, out, lastGoodSince);
        }
        int wanted = Math.min(answers, Choice.ANSWERS_MAX);
        int round = out.count;
        while (out.count < wanted) {
            round++;
            CandidateGroup group = bestGroup(domain, groups, client, states, out, lastGoodSince, round, trace);
            if (group == null) {
                break;
            }
            out.chosen[out.count] = bestMember(domain, group, client, states, out, lastGoodSince);
            out.count++;
        }
    }

    private static Choice.Level bestLevel(CandidateGroup[] groups, TargetStates states) {
        boolean overloaded = false;
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                if (!states.down()[member.target()]) {
                    if (states.utilisation()[member.target()] < TargetStates.OVERLOADED) {
                        return Choice.Level.HEALTHY;
                    }
                    overloaded = true;
                }
            }
        }
        return overloaded ? Choice.Level.OVERLOADED : Choice.Level.DOWN;
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

    private static boolean eligible(Candidate candidate, TargetStates states, Choice.Level level, long lastGoodSince) {
        int target = candidate.target();
        return switch (level) {
            case HEALTHY -> !states.down()[target] && states.utilisation()[target] < TargetStates.OVERLOADED;
            case OVERLOADED -> !states.down()[target];
            case DOWN -> states.downSinceMs()[target] >= lastGoodSince;
        };
    }

    private static void keep(
            CandidateGroup[] groups, long previous, TargetStates states, Choice out, long lastGoodSince) {
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                if (member.identity() == previous && eligible(member, states, out.level, lastGoodSince)) {
                    out.chosen[out.count++] = member;
                    out.persisted = true;
                    out.clientMattered = true;
                    return;
                }
            }
        }
    }

    private static @Nullable CandidateGroup bestGroup(
            SteeredDomain domain,
            CandidateGroup[] groups,
            ClientView client,
            TargetStates states,
            Choice out,
            long lastGoodSince,
            int round,
            @Nullable Trace trace) {
        SteeringRule rule = domain.domain().rule();
        double best = Double.POSITIVE_INFINITY;
        int open = 0;
        for (int i = 0; i < groups.length; i++) {
            double score = score(groups[i], rule, client, states, out, lastGoodSince, null);
            out.groupScore[i] = score;
            if (score < Double.POSITIVE_INFINITY) {
                open++;
                best = Math.min(best, score);
            }
        }
        if (open == 0) {
            return null;
        }
        out.clientMattered |= open > 1;
        double near = best + Math.max(rule.tolerance().toNanos() / 1e6, Math.abs(best) * NEAR_SHARE);
        CandidateGroup winner = null;
        double winning = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < groups.length; i++) {
            if (out.groupScore[i] <= near) {
                double share = share(groups[i], states, out, lastGoodSince);
                double draw = draw(domain, client, groups[i].identity(), share);
                if (draw > winning) {
                    winning = draw;
                    winner = groups[i];
                }
            }
        }
        if (trace != null) {
            for (int i = 0; i < groups.length; i++) {
                if (out.groupScore[i] < Double.POSITIVE_INFINITY) {
                    score(groups[i], rule, client, states, out, lastGoodSince, trace);
                    trace.row(new Trace.Row(
                            round,
                            groups[i].name(),
                            out.groupScore[i],
                            trace.takeTerms(),
                            out.groupScore[i] <= near,
                            groups[i] == winner));
                }
            }
        }
        return winner;
    }

    /** The score of what is left of a group, or infinity if nothing is. */
    private static double score(
            CandidateGroup group,
            SteeringRule rule,
            ClientView client,
            TargetStates states,
            Choice out,
            long lastGoodSince,
            @Nullable Trace trace) {
        double capacity = 0;
        double used = 0;
        double response = 0;
        double cost = 0;
        for (Candidate member : group.members()) {
            if (eligible(member, states, out.level, lastGoodSince) && !out.holds(member)) {
                double share = member.capacity();
                capacity += share;
                used += share * states.utilisation()[member.target()];
                response += share * states.responseMs()[member.target()];
                cost += share * member.cost();
            }
        }
        if (capacity == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double u = Math.min(used / capacity, UTILISATION_MAX);
        double latency;
        double loss;
        if (group.pop() == CandidateGroup.SERVER) {
            int via = nearestVantage(group.members()[0].target(), client, states);
            latency = sum(group.members()[0].target(), via, client, states);
            loss = via < 0 ? 0 : client.lossPercent(via);
            // The vantage point's response time holds the service's share already.
            response = 0;
        } else {
            latency = client.latencyMs(group.pop());
            loss = client.lossPercent(group.pop());
            response /= capacity;
        }
        cost /= capacity;
        SteeringRule.Weights weights = rule.weights();
        double load = u / (1 - u);
        if (trace != null) {
            trace.term("latency", latency, weights.latency(), latency * weights.latency());
            trace.term("response", response, weights.response(), response * weights.response());
            trace.term("loss", loss, weights.loss(), loss * weights.loss());
            trace.term("load", u, weights.load(), load * weights.load());
            trace.term("cost", cost, weights.cost(), cost * weights.cost());
        }
        return latency * weights.latency()
                + response * weights.response()
                + loss * weights.loss()
                + load * weights.load()
                + cost * weights.cost();
    }

    /** The POP by way of which a customer's server is nearest (the sum rule), or -1 if no probe knows the server. */
    private static int nearestVantage(int target, ClientView client, TargetStates states) {
        float[] from = states.responseFromMs()[target];
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int pop = 0; pop < from.length; pop++) {
            double total = client.latencyMs(pop) + from[pop];
            if (total < least) {
                least = total;
                best = pop;
            }
        }
        return best;
    }

    private static double sum(int target, int via, ClientView client, TargetStates states) {
        if (via >= 0) {
            return client.latencyMs(via) + states.responseFromMs()[target][via];
        }
        // A server nobody has measured must not look better than those that were.
        double worst = 0;
        for (float ms : client.latencyMs) {
            worst = Math.max(worst, ms);
        }
        return worst;
    }

    private static Candidate bestMember(
            SteeredDomain domain,
            CandidateGroup group,
            ClientView client,
            TargetStates states,
            Choice out,
            long lastGoodSince) {
        SteeringRule rule = domain.domain().rule();
        double best = Double.POSITIVE_INFINITY;
        int open = 0;
        Candidate only = group.members()[0];
        for (Candidate member : group.members()) {
            if (eligible(member, states, out.level, lastGoodSince) && !out.holds(member)) {
                best = Math.min(best, score(member, rule, states));
                only = member;
                open++;
            }
        }
        if (open == 1) {
            return only;
        }
        out.clientMattered = true;
        double near = best + Math.max(rule.tolerance().toNanos() / 1e6, Math.abs(best) * NEAR_SHARE);
        Candidate winner = only;
        double winning = Double.NEGATIVE_INFINITY;
        for (Candidate member : group.members()) {
            if (eligible(member, states, out.level, lastGoodSince)
                    && !out.holds(member)
                    && score(member, rule, states) <= near) {
                double draw = draw(domain, client, member.identity(), share(member, states));
                if (draw > winning) {
                    winning = draw;
                    winner = member;
                }
            }
        }
        return winner;
    }

    /** A node's score within its POP, where the client's distance is the same for all. */
    private static double score(Candidate member, SteeringRule rule, TargetStates states) {
        double u = Math.min(states.utilisation()[member.target()], UTILISATION_MAX);
        SteeringRule.Weights weights = rule.weights();
        return states.responseMs()[member.target()] * weights.response()
                + u / (1 - u) * weights.load()
                + member.cost() * weights.cost();
    }

    private static double share(CandidateGroup group, TargetStates states, Choice out, long lastGoodSince) {
        double share = 0;
        for (Candidate member : group.members()) {
            if (eligible(member, states, out.level, lastGoodSince) && !out.holds(member)) {
                share += share(member, states);
            }
        }
        return share;
    }

    private static double share(Candidate member, TargetStates states) {
        double spare = Math.max(SPARE_MIN, 1 - states.utilisation()[member.target()]);
        return member.weight() * member.capacity() * spare;
    }

    private static double draw(SteeredDomain domain, ClientView client, long identity, double share) {
        double unit = Hash.unit(Hash.mix(client.hash() ^ Hash.mix(domain.identity() ^ identity)));
        return -share / Math.log(unit);
    }

    private static void reject(
            CandidateGroup[] groups, TargetStates states, Choice.Level level, long lastGoodSince, Trace trace) {
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                if (!eligible(member, states, level, lastGoodSince)) {
                    trace.reject(
                            member,
                            states.down()[member.target()]
                                    ? "down"
                                    : "overloaded: "
                                            + Math.round(100 * states.utilisation()[member.target()])
                                            + " % of its capacity in use");
                }
            }
        }
    }
}
