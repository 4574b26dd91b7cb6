package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.SteeringRule;

/**
 * Who may be chosen, what a candidate scores in milliseconds, and its share among equals.
 *
 * <p>Load is told with a delay (reports, and answers that resolvers keep), and everybody who saw the same figure would
 * leave at the same moment and come back together. Four things prevent that: the figures are damped where they come in;
 * each client takes load more or less seriously than the next (by a factor from 1/3 to 3 that is always the same for
 * this client and domain), so that a growing load moves one after another; candidates that differ by their load alone,
 * or by little beside it, share by spare capacity instead of by who is ahead; and an overloaded server turns away only
 * the share of clients that is too many for it, always the same ones first.
 */
final class Scoring {
    private static final double SPARE_MIN = 0.01;
    /** The logarithm of the greatest factor by which clients differ in how seriously they take load. */
    private static final double SENSITIVITY_LOG = Math.log(3);
    /** Differences below this part of the load count as none. */
    private static final double EQUAL_SHARE_OF_LOAD = 0.5;
    /** Scores within this share of the best count as equal, whatever the tolerance. */
    private static final double NEAR_SHARE = 0.10;

    private static final long SENSITIVITY = 0x5e75171_5e75171L;
    private static final long SHED = 0x5eed_5eed_5eedL;
    /** Totals this close are equal: of them the way by the probe that is nearer to the server counts. */
    private static final double SAME_MS = 0.05;

    private static final double UNMEASURED_FACTOR = 1.5;
    private static final double UNMEASURED_EXTRA_MS = 20;

    /** Beyond this, more load counts no more. */
    private static final double LOAD_MAX = 1.3;

    private Scoring() {}

    /** Sums over some members of a group, by their capacity. */
    static final class Sum {
        double capacity;
        double free;
        private double used;
        private double response;
        private double cost;

        void clear() {
            capacity = 0;
            free = 0;
            used = 0;
            response = 0;
            cost = 0;
        }

        void add(Candidate member, TargetStates states) {
            double share = member.capacity();
            float utilisation = states.utilisation()[member.target()];
            capacity += share;
            free += share(member, utilisation);
            used += share * utilisation;
            response += share * states.responseMs()[member.target()];
            cost += share * member.cost();
        }

        double utilisation() {
            return used / capacity;
        }

        double responseMs() {
            return response / capacity;
        }

        double cost() {
            return cost / capacity;
        }
    }

    static boolean eligible(Candidate candidate, TargetStates states, Choice out) {
        int target = candidate.target();
        Choice.Level level = out.level;
        if (level.room) {
            return !states.down()[target] && !overloaded(candidate, states, out);
        }
        return level == Choice.Level.DOWN ? states.downSinceMs()[target] >= out.lastGoodSince : !states.down()[target];
    }

    /** Whether it is too busy for this client. */
    static boolean overloaded(Candidate candidate, TargetStates states, Choice out) {
        int target = candidate.target();
        float shed = states.shed()[target];
        if (shed > 0) {
            // Who is turned away depends on who asks.
            out.clientMattered = true;
            return Hash.unit(Hash.mix(out.seed ^ SHED)) < shed;
        }
        return states.utilisation()[target] >= TargetStates.OVERLOADED;
    }

    /** Scores what is left of a group, with and without its load, and sums up what is free; infinity if nothing is. */
    static void score(
            CandidateGroup[] groups,
            int index,
            SteeringRule rule,
            ClientView client,
            TargetStates states,
            Choice out,
            @Nullable Trace trace) {
        CandidateGroup group = groups[index];
        GroupFigures figures = group.figures(states);
        double free;
        double response;
        double cost;
        double steep;
        double u = 0;
        if (trace == null && figures.holdFor(out)) {
            if (figures.open == 0) {
                out.groupScore[index] = Double.POSITIVE_INFINITY;
                return;
            }
            free = figures.free;
            response = figures.responseMs;
            cost = figures.cost;
            steep = figures.load;
        } else {
            Sum sum = out.sum;
            sum.clear();
            for (Candidate member : group.members()) {
                if (eligible(member, states, out) && !out.holds(member)) {
                    sum.add(member, states);
                }
            }
            if (sum.capacity == 0) {
                out.groupScore[index] = Double.POSITIVE_INFINITY;
                return;
            }
            free = sum.free;
            response = sum.responseMs();
            cost = sum.cost();
            u = sum.utilisation();
            steep = steep(u);
        }
        double latency;
        double loss;
        if (group.pop() == CandidateGroup.SERVER) {
            int target = group.members()[0].target();
            int via = nearestVantage(target, client, states);
            if (trace != null) {
                trace.via(via);
            }
            latency = via < 0
                    ? unknownMs(groups, client, states, out)
                    : client.latencyMs(via) + states.distanceFromMs()[target][via];
            loss = via < 0 ? 0 : both(client.lossPercent(via), lossFrom(target, via, states));
        } else {
            latency = client.latencyMs(group.pop());
            loss = client.lossPercent(group.pop());
        }
        double load = load(steep, out);
        SteeringRule.Weights weights = rule.weights();
        if (trace != null) {
            trace.term("latency", latency, weights.latency(), latency * weights.latency());
            trace.term("response", response, weights.response(), response * weights.response());
            trace.term("loss", loss, weights.loss(), loss * weights.loss());
            trace.term("load", u, weights.load(), load * weights.load());
            trace.term("cost", cost, weights.cost(), cost * weights.cost());
        }
        double base = latency * weights.latency()
                + response * weights.response()
                + loss * weights.loss()
                + cost * weights.cost();
        out.groupShare[index] = free;
        out.groupBase[index] = base;
        out.groupScore[index] = base + load * weights.load();
    }

    /**
     * Whether a candidate shares traffic with the best: its score is within the rule's tolerance, or 10 %, of the best
     * one's, or it would be if it were not for their loads.
     */
    static boolean near(double score, double base, double best, double baseOfBest, double tolerance) {
        double equal =
                Math.max(Math.max(tolerance, baseOfBest * NEAR_SHARE), (best - baseOfBest) * EQUAL_SHARE_OF_LOAD);
        return score <= best + Math.max(tolerance, best * NEAR_SHARE) || Math.abs(base - baseOfBest) <= equal;
    }

    /** A node's score within its POP, where the client's distance is the same for all, without its load. */
    static double base(Candidate member, SteeringRule rule, TargetStates states) {
        SteeringRule.Weights weights = rule.weights();
        return states.responseMs()[member.target()] * weights.response() + member.cost() * weights.cost();
    }

    /**
     * The fourth power of the share in use. How strongly a loop of load and answers reacts goes by the slope of this over
     * its value: 4/u, which falls towards full, where that of u/(1−u) grows without bound and the loop swings.
     */
    static double steep(double u) {
        if (u <= 0) {
            return 0;
        }
        double bounded = Math.min(u, LOAD_MAX);
        return bounded * bounded * bounded * bounded;
    }

    /** As seriously as this client takes it; where all are overloaded, all clients alike. */
    static double load(double steep, Choice out) {
        if (steep <= 0) {
            return 0;
        }
        if (out.sensitivity == 0) {
            out.sensitivity = out.level.room
                    ? Math.exp(SENSITIVITY_LOG * (2 * Hash.unit(Hash.mix(out.seed ^ SENSITIVITY)) - 1))
                    : 1;
        }
        return out.sensitivity * steep;
    }

    private static double lossFrom(int target, int via, TargetStates states) {
        float[] loss = states.lossFromPercent()[target];
        return via < loss.length && !Float.isNaN(loss[via]) ? loss[via] : 0;
    }

    /** Loss on the one way or the other. */
    private static double both(double one, double other) {
        return one + other - one * other / 100;
    }

    /** The POP by way of which a customer's server is nearest (the sum rule), or -1 if no probe knows the server. */
    static int nearestVantage(int target, ClientView client, TargetStates states) {
        float[] from = states.distanceFromMs()[target];
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int pop = 0; pop < from.length; pop++) {
            double total = client.latencyMs(pop) + from[pop];
            if (total < least - SAME_MS || (best >= 0 && total <= least + SAME_MS && from[pop] < from[best])) {
                least = total;
                best = pop;
            }
        }
        return best;
    }

    /** A server nobody has measured must not look better than those that were. */
    private static double unknownMs(CandidateGroup[] groups, ClientView client, TargetStates states, Choice out) {
        if (!Double.isNaN(out.unknownMs)) {
            return out.unknownMs;
        }
        double worst = 0;
        for (float ms : client.latencyMs) {
            worst = Math.max(worst, ms);
        }
        for (CandidateGroup group : groups) {
            if (group.pop() == CandidateGroup.SERVER) {
                int target = group.members()[0].target();
                int via = nearestVantage(target, client, states);
                if (via >= 0) {
                    worst = Math.max(worst, client.latencyMs(via) + states.distanceFromMs()[target][via]);
                }
            }
        }
        out.unknownMs = worst * UNMEASURED_FACTOR + UNMEASURED_EXTRA_MS;
        return out.unknownMs;
    }

    /** What of a server's weight × capacity is free. */
    static double share(Candidate member, float utilisation) {
        double spare = Math.max(SPARE_MIN, 1 - utilisation);
        return member.weight() * member.capacity() * spare;
    }

    /** The greatest wins: weighted rendezvous hashing. */
    static double draw(long identity, double share, Choice out) {
        return -share / Math.log(Hash.unit(Hash.mix(out.seed ^ identity)));
    }
}
