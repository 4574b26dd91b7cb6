package org.popnet.edge.upstream;

import org.popnet.caching.Headers;

/**
 * A request to be sent on.
 *
 * @param headers without {@code Host} and without framing fields
 * @param bodyBytes length of the body that follows; -1 if unknown, 0 for none
 */
public record UpstreamRequest(String method, String target, Headers headers, long bodyBytes) {
    /** Whether the method gives a body a meaning. */
    boolean anticipatesBody() {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    /** Whether it may be sent again when a connection broke before the answer (RFC 9110 §9.2.2). */
    boolean repeatable() {
        return bodyBytes == 0
                && switch (method) {
                    case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" -> true;
                    default -> false;
                };
    }

    /** Whether the other side may switch to another protocol. */
    boolean upgrades() {
        return headers.contains("Upgrade");
    }
}
