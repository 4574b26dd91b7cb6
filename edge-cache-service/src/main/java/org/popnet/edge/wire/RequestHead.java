package org.popnet.edge.wire;

import org.popnet.caching.Headers;

/**
 * The head of a request as it came, syntactically right.
 *
 * @param target the request target in whatever form it came
 * @param minorVersion 0 or 1, of HTTP/1.x
 * @param bodyBytes length of the body that follows; {@link #CHUNKED} if it says so itself
 * @param headBytes length of the head on the wire
 */
public record RequestHead(
        String method, String target, int minorVersion, Headers headers, long bodyBytes, int headBytes) {
    public static final long CHUNKED = -1;

    public boolean hasBody() {
        return bodyBytes != 0;
    }

    /** Whether the client wants the connection kept (RFC 9112 §9.3). */
    public boolean keepAlive() {
        if (!headers.contains("Connection")) {
            return minorVersion == 1;
        }
        for (String option : headers.members("Connection")) {
            if (option.equalsIgnoreCase("close")) {
                return false;
            }
            if (option.equalsIgnoreCase("keep-alive") && minorVersion == 0) {
                return true;
            }
        }
        return minorVersion == 1;
    }

    /**
     * Whether the client offers to go on with the WebSocket protocol (RFC 6455 §4.1). It is the only one that is passed on:
     * others, like {@code h2c}, would carry requests past what this edge checks.
     */
    public boolean asksForWebSocket() {
        return headers.contains("Upgrade")
                && minorVersion == 1
                && method.equals("GET")
                && !hasBody()
                && lists("Upgrade", "websocket")
                && lists("Connection", "upgrade");
    }

    /** Whether the client takes fields behind a body. */
    public boolean acceptsTrailers() {
        return headers.contains("TE") && minorVersion == 1 && lists("TE", "trailers");
    }

    private boolean lists(String field, String member) {
        for (String listed : headers.members(field)) {
            if (listed.equalsIgnoreCase(member)) {
                return true;
            }
        }
        return false;
    }
}
