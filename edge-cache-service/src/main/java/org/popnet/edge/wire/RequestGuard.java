package org.popnet.edge.wire;

import java.util.Locale;
import org.popnet.caching.Headers;

/**
 * Refuses requests whose meaning is not beyond doubt, before a byte of them goes further: framing (RFC 9112 §6), {@code
 * Host} (§3.2), the form of the target. What passes names one host and one path.
 */
public final class RequestGuard {
    private RequestGuard() {}

    /**
     * What a request is about.
     *
     * @param host in lower case, without port or trailing dot
     * @param path path and query, beginning with {@code /}; {@code *} for OPTIONS
     */
    public record Subject(String host, String path) {}

    /** How long the body is, from the framing fields. */
    static long bodyBytes(Headers headers, int minorVersion) throws RequestRefusedException {
        int lengths = headers.count("Content-Length");
        int codings = headers.count("Transfer-Encoding");
        if (codings > 0) {
            if (lengths > 0) {
                throw new RequestRefusedException(400, "both Content-Length and Transfer-Encoding");
            }
            if (minorVersion == 0) {
                throw new RequestRefusedException(400, "Transfer-Encoding in HTTP/1.0");
            }
            if (codings > 1 || !"chunked".equalsIgnoreCase(headers.first("Transfer-Encoding"))) {
                throw new RequestRefusedException(400, "transfer coding other than chunked");
            }
            return RequestHead.CHUNKED;
        }
        if (lengths == 0) {
            return 0;
        }
        String length = headers.first("Content-Length");
        boolean digits = length != null
                && !length.isEmpty()
                && length.length() <= 18
                && length.chars().allMatch(c -> c >= '0' && c <= '9');
        if (lengths > 1 || !digits) {
            throw new RequestRefusedException(
                    400, lengths > 1 ? "repeated Content-Length" : "malformed Content-Length");
        }
        return Long.parseLong(length);
    }

    /** @throws RequestRefusedException if host or target are missing, malformed or contradict each other */
    public static Subject subject(RequestHead request) throws RequestRefusedException {
        if (request.headers().count("Host") != 1) {
            throw new RequestRefusedException(
                    400, request.headers().contains("Host") ? "repeated Host" : "missing Host");
        }
        String host = host(String.valueOf(request.headers().first("Host")), "malformed Host");
        String target = request.target();
        if (request.method().equals("CONNECT")) {
            throw new RequestRefusedException(405, "method CONNECT is not offered");
        }
        if (target.startsWith("/")) {
            return new Subject(host, target);
        }
        if (target.equals("*") && request.method().equals("OPTIONS")) {
            return new Subject(host, target);
        }
        int scheme = target.indexOf("://");
        String name = scheme < 0 ? "" : target.substring(0, scheme).toLowerCase(Locale.ROOT);
        if (!name.equals("http") && !name.equals("https")) {
            throw new RequestRefusedException(400, "malformed request target");
        }
        String rest = target.substring(scheme + 3);
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        if (!host(rest.substring(0, end), "malformed request target").equals(host)) {
            throw new RequestRefusedException(400, "absolute-form target unlike Host");
        }
        String path = rest.substring(end);
        return new Subject(host, path.startsWith("/") ? path : "/" + path);
    }

    private static String host(String authority, String reason) throws RequestRefusedException {
        int colon = authority.lastIndexOf(':');
        String host = authority;
        if (colon >= 0 && authority.indexOf(']') < colon) {
            String port = authority.substring(colon + 1);
            if (port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new RequestRefusedException(400, reason);
            }
            host = authority.substring(0, colon);
        }
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        boolean literal = host.startsWith("[") && host.endsWith("]");
        String inner = literal ? host.substring(1, host.length() - 1) : host;
        boolean wrong = inner.isEmpty() || inner.length() > 253 || inner.startsWith(".") || inner.contains("..");
        for (int i = 0; i < inner.length() && !wrong; i++) {
            char c = inner.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            wrong = !letterOrDigit && c != '.' && c != '-' && c != '_' && !(literal && c == ':');
        }
        if (wrong) {
            throw new RequestRefusedException(400, reason);
        }
        return host.toLowerCase(Locale.ROOT);
    }
}
