package org.popnet.caching;

import java.util.Set;
import java.util.TreeSet;

/** What belongs to one connection or one hop, and the traces that hops leave. */
public final class Hops {
    private static final Set<String> HOP_BY_HOP = caseInsensitive(
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authenticate",
            "Proxy-Authentication-Info",
            "Proxy-Authorization",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade");

    private Hops() {}

    /** The fields that go on to the next hop (RFC 9110 §7.6.1): without those of the connection and those it names. */
    public static Headers endToEnd(Headers headers) {
        Set<String> dropped = HOP_BY_HOP;
        if (headers.contains("Connection")) {
            dropped = new TreeSet<>(HOP_BY_HOP);
            // A sender could name fields that must not vanish here; these stay whatever it says.
            for (String name : headers.members("Connection")) {
                if (!name.equalsIgnoreCase("Cache-Control")
                        && !name.equalsIgnoreCase("Host")
                        && !name.equalsIgnoreCase("CDN-Loop")
                        && !name.equalsIgnoreCase("Authorization")
                        && !name.equalsIgnoreCase("Content-Length")) {
                    dropped.add(name);
                }
            }
        }
        return headers.without(dropped::contains);
    }

    /**
     * Whether {@code CDN-Loop} (RFC 8586) already names this network: the request has come round.
     *
     * @param zone the network's zone; each of its nodes adds a name in it
     */
    public static boolean looped(Headers request, String zone) {
        if (!request.contains("CDN-Loop")) {
            return false;
        }
        for (String member : request.members("CDN-Loop")) {
            int semicolon = member.indexOf(';');
            String id = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
            if (id.equalsIgnoreCase(zone)
                    || id.regionMatches(true, id.length() - zone.length() - 1, "." + zone, 0, zone.length() + 1)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> caseInsensitive(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(Set.of(names));
        return set;
    }
}
