package org.popnet.caching;

import java.util.List;

/** Comma-separated lists (RFC 9110 §5.6.1) in which a comma inside a quoted string does not separate. */
final class Lists {
    private Lists() {}

    /** Adds the trimmed, non-empty members of the line. A quote that is never closed runs to the end of the line. */
    static void split(String line, List<String> into) {
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= line.length(); i++) {
            char c = i == line.length() ? ',' : line.charAt(i);
            if (quoted && i < line.length()) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',') {
                String member =
                        line.substring(start, Math.min(i, line.length())).strip();
                if (!member.isEmpty()) {
                    into.add(member);
                }
                start = i + 1;
            }
        }
        if (start < line.length()) {
            String rest = line.substring(start).strip();
            if (!rest.isEmpty()) {
                into.add(rest);
            }
        }
    }

    /** Whether this is a token of RFC 9110 §5.6.2. */
    static boolean isToken(String text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** delta-seconds (RFC 9111 §1.2.2): digits only; beyond 2^31 counts as 2^31. -1 if it is anything else. */
    static long deltaSeconds(String text) {
        if (text.isEmpty()) {
            return -1;
        }
        long seconds = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            seconds = Math.min(seconds * 10 + (c - '0'), 1L << 31);
        }
        return seconds;
    }
}
