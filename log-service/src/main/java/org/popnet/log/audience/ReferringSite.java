package org.popnet.log.audience;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The host that a {@code Referer} names: paths and queries of other sites are not ours to keep. */
final class ReferringSite {
    /** A {@code Referer} that names no host. */
    static final String UNREADABLE = "unreadable";

    private static final int HOST_MAX = 253;

    private ReferringSite() {}

    /** The host, in lower case, without port; null without a referrer. */
    static @Nullable String of(@Nullable String referrer) {
        if (referrer == null || referrer.isBlank() || referrer.equals("-")) {
            return null;
        }
        int scheme = referrer.indexOf("://");
        int start = scheme < 0 ? -1 : scheme + 3;
        if (start < 0 || start > 20) {
            return UNREADABLE;
        }
        int end = start;
        while (end < referrer.length() && "/?#".indexOf(referrer.charAt(end)) < 0) {
            end++;
        }
        String authority = referrer.substring(start, end);
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        if (host.startsWith("[")) {
            int close = host.indexOf(']');
            return close < 0 ? UNREADABLE : checked(host.substring(0, close + 1));
        }
        int port = host.indexOf(':');
        return checked(port < 0 ? host : host.substring(0, port));
    }

    private static String checked(String host) {
        if (host.isEmpty() || host.length() > HOST_MAX) {
            return UNREADABLE;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!(Character.isLetterOrDigit(c) || ".-_:[]".indexOf(c) >= 0)) {
                return UNREADABLE;
            }
        }
        return host.toLowerCase(Locale.ROOT);
    }
}
