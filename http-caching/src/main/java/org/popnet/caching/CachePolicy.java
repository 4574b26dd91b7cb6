package org.popnet.caching;

import java.time.Duration;

/**
 * What a site's rule leaves to the cache where the RFCs leave it open.
 *
 * @param defaultLifetime how long a response without any freshness information is fresh; zero: not at all
 * @param heuristicShare share of the time since {@code Last-Modified} that counts as fresh (RFC 9111 §4.2.2), 0 to 1;
 *     0 switches heuristics off
 * @param heuristicMax longest heuristic lifetime
 * @param lifetimeMax longest lifetime of any kind
 * @param storeSetCookie whether a response with {@code Set-Cookie} may be stored: it is meant for one client, so by
 *     default not (RFC 9111 §7.3)
 * @param disconnectedMax how long beyond its lifetime a response may be used while no server can be reached, if it does
 *     not say itself (RFC 9111 §4.2.4)
 */
public record CachePolicy(
        Duration defaultLifetime,
        double heuristicShare,
        Duration heuristicMax,
        Duration lifetimeMax,
        boolean storeSetCookie,
        Duration disconnectedMax) {
    public static final CachePolicy DEFAULT = new CachePolicy(
            Duration.ZERO, 0.1, Duration.ofDays(1), Duration.ofDays(365), false, Duration.ofMinutes(10));

    public CachePolicy {
        if (!(heuristicShare >= 0 && heuristicShare <= 1)) {
            throw new IllegalArgumentException("heuristic share " + heuristicShare + ": must be 0 to 1");
        }
        if (defaultLifetime.isNegative()
                || heuristicMax.isNegative()
                || lifetimeMax.isNegative()
                || disconnectedMax.isNegative()) {
            throw new IllegalArgumentException("cache lifetimes: must not be negative");
        }
    }
}
