package org.popnet.edge.upstream;

import java.time.Duration;

/**
 * Bounds of the connections to other servers.
 *
 * @param connectionsMax most connections to one server, per event loop
 * @param waitingMax most requests that wait for one of them, per event loop and server
 * @param connectTimeout also how long a request waits for a connection
 * @param firstByteTimeout from the request's end to the response's head
 * @param idleTimeout longest silence inside a body
 * @param tunnelTimeout longest silence of both sides of a connection that has switched protocols
 * @param keepAlive how long an unused connection is kept
 */
public record UpstreamSettings(
        int connectionsMax,
        int waitingMax,
        Duration connectTimeout,
        Duration firstByteTimeout,
        Duration idleTimeout,
        Duration tunnelTimeout,
        Duration keepAlive) {
    public static final UpstreamSettings DEFAULT = new UpstreamSettings(
            128,
            1_024,
            Duration.ofSeconds(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofSeconds(20));
}
