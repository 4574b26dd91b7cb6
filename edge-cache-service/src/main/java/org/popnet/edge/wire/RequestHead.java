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
}
