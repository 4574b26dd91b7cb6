package org.popnet.dns.knowledge;

/**
 * How a target is judged.
 *
 * @param rise good results in a row that turn a vantage point to up
 * @param fall bad results in a row that turn it to down
 * @param quorum share of the assigned vantage points that must hold that it is down
 * @param assigned how many vantage points watch it
 * @param staleMs results older than this count no more
 */
record Watch(int rise, int fall, double quorum, int assigned, long staleMs) {
    /** Each target is watched by the three nearest probes, or by all if there are fewer. */
    static final int VANTAGE_POINTS = 3;

    static Watch of(int rise, int fall, double quorum, int probes, long staleMs) {
        return new Watch(rise, fall, quorum, Math.min(VANTAGE_POINTS, probes), staleMs);
    }

    /** How many must hold that it is down: more than the quorum, and two at least where there are two. */
    int needed() {
        int more = (int) Math.floor(quorum * assigned) + 1;
        return Math.max(Math.min(2, assigned), Math.min(more, Math.max(1, assigned)));
    }
}
