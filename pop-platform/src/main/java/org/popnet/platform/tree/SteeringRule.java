package org.popnet.platform.tree;

import java.time.Duration;
import java.util.Optional;

/**
 * How the best server of a domain is chosen; {@code extends} is already resolved.
 *
 * @param ttl of the answer's records
 * @param answers how many distinct servers an answer holds, 1 to 8
 * @param tolerance candidates whose score is within this of the best (or within 10 %) count as equal
 * @param rise consecutive good results that bring a server up
 * @param fall consecutive bad results that take a server down
 * @param quorum share of the assigned vantage points that must agree that a server is down, 0 to 1
 * @param persistence how long a client stays with its server; zero for not at all
 * @param downHost the name that clients are sent to when all are down, with {@link WhenAllDown#CNAME}
 * @param overflow where clients go whom every candidate turns away because it is overloaded; empty: they stay
 */
public record SteeringRule(
        String name,
        Duration ttl,
        int answers,
        Weights weights,
        Duration tolerance,
        int rise,
        int fall,
        double quorum,
        Duration persistence,
        WhenAllDown whenAllDown,
        Optional<String> downHost,
        Optional<Overflow> overflow) {
    public SteeringRule {
        if (downHost.isPresent() != (whenAllDown == WhenAllDown.CNAME)) {
            throw new IllegalArgumentException("rule " + name + ": a host must stand with cname, and only there");
        }
    }

    /**
     * What each measure weighs in a score in milliseconds.
     *
     * @param latency per millisecond of network latency
     * @param response per millisecond of service response time
     * @param loss per per cent of packet loss
     * @param load per u⁴, u the share of capacity in use: what a full server is worse by than an idle one
     * @param cost per unit of cost
     */
    public record Weights(double latency, double response, double loss, double load, double cost) {}

    /** What is answered when no candidate is healthy. */
    public enum WhenAllDown {
        /** every candidate, as if all were healthy */
        ALL,
        /** the last healthy ones */
        LAST_GOOD,
        /** nothing: NODATA */
        NONE,
        /** an error, so that resolvers go on with what they have cached (RFC 8767) */
        SERVFAIL,
        /** another name, outside the network */
        CNAME
    }

    /** Where clients go when all candidates are overloaded: to other servers, or to another name; one of them. */
    public record Overflow(Optional<Candidates> candidates, Optional<String> host) {
        public Overflow {
            if (candidates.isPresent() == host.isPresent()) {
                throw new IllegalArgumentException("overflow: must name servers or a host, one of them");
            }
        }
    }

    /** The rule named {@code default} before a tree changes it. */
    public static final SteeringRule DEFAULT = new SteeringRule(
            "default",
            Duration.ofSeconds(20),
            1,
            new Weights(1, 0.5, 20, 50, 1),
            Duration.ofMillis(2),
            3,
            2,
            0.5,
            Duration.ZERO,
            WhenAllDown.ALL,
            Optional.empty(),
            Optional.empty());
}
