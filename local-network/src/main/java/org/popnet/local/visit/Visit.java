package org.popnet.local.visit;

import java.net.InetAddress;
import java.net.http.HttpHeaders;
import java.time.Duration;

/**
 * A fetched URL and the way to it.
 *
 * @param server the node or customer server that answered, by its name in the tree; its address if it is none
 * @param firstByte from sending the request to the response's head, connecting included
 * @param all to the end of the body
 */
public record Visit(
        Resolution resolution,
        InetAddress address,
        int port,
        String server,
        int status,
        HttpHeaders headers,
        byte[] body,
        Duration firstByte,
        Duration all) {

    /** What the cache that answered says of itself (RFC 9211), or what kind of server sent it. */
    public String cacheStatus() {
        return String.join(", ", headers.allValues("Cache-Status"));
    }

    /** {@code HIT}, {@code MISS}, or {@code PASS} if no cache had a say or it was not to be stored. */
    public String outcome() {
        String status = cacheStatus();
        if (status.isEmpty()) {
            return "PASS";
        }
        // The cache nearest to the user stands last (RFC 9211, 2).
        String nearest = status.substring(status.lastIndexOf(',') + 1);
        if (nearest.matches(".*;\\s*hit\\b.*")) {
            return "HIT";
        }
        return nearest.matches(".*fwd=(bypass|method|request).*") ? "PASS" : "MISS";
    }
}
