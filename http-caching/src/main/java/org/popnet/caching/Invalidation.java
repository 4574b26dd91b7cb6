package org.popnet.caching;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Set;

/** Which stored URIs an unsafe request makes invalid (RFC 9111 §4.4). */
public final class Invalidation {
    private Invalidation() {}

    /** Whether a method may change state (RFC 9110 §9.2.1); unknown ones count as unsafe. */
    public static boolean unsafe(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> false;
            default -> true;
        };
    }

    /**
     * The path and query of every URI of this site to forget: the target's, and those that {@code Location} and {@code
     * Content-Location} name at the same origin: scheme, host and port. Empty unless the method is unsafe and the status
     * 2xx or 3xx.
     *
     * @param scheme by which the request came: {@code http} or {@code https}
     * @param authority the host that was asked, with its port if the client gave one
     * @param target path and query of the request
     */
    public static Set<String> targets(
            String method, String scheme, String authority, String target, int status, Headers response) {
        Set<String> targets = new LinkedHashSet<>();
        if (!unsafe(method) || status < 200 || status >= 400) {
            return targets;
        }
        targets.add(target);
        for (String name : new String[] {"Location", "Content-Location"}) {
            String value = response.first(name);
            if (value != null) {
                addSameOrigin(scheme + "://" + authority, target, value, targets);
            }
        }
        return targets;
    }

    private static void addSameOrigin(String origin, String target, String reference, Set<String> targets) {
        try {
            URI asked = URI.create(origin + target);
            URI resolved = asked.resolve(reference.strip());
            if (isSameOrigin(asked, resolved) && resolved.getRawPath() != null) {
                String path = resolved.getRawPath().isEmpty() ? "/" : resolved.getRawPath();
                targets.add(resolved.getRawQuery() == null ? path : path + "?" + resolved.getRawQuery());
            }
        } catch (IllegalArgumentException e) {
            // Not a URI reference: names nothing to forget.
        }
    }

    /** RFC 9110 §4.3.1. */
    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost() != null
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
