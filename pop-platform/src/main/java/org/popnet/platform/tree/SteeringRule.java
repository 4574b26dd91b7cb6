package org.popnet.platform.tree;

import java.time.Duration;

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
        WhenAllDown whenAllDown) {

    /**
     * What each measure weighs in a score in milliseconds.
     *
     * @param latency per millisecond of network latency
     * @param response per millisecond of service response time
     * @param loss per per cent of packet loss
     * @param load per u/(1-u), u the share of capacity in use
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
        NONE
    }

    /** The rule named {@code default} before a tree changes it. */
    public static final SteeringRule DEFAULT = new SteeringRule(
            "default",
            Duration.ofSeconds(20),
            1,
            new Weights(1, 0.5, 20, 50, 1),
            Duration.ofMillis(5),
            3,
            2,
            0.5,
            Duration.ZERO,
            WhenAllDown.ALL);
}
