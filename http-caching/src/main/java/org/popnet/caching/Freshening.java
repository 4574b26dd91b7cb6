package org.popnet.caching;

import java.util.Set;
import java.util.TreeSet;

/** Stored responses brought up to date by what a later response says (RFC 9111 §3.2, §4.3.4, §4.3.5). */
public final class Freshening {
    private Freshening() {}

    /**
     * The stored header fields after a 304 (§3.2): fields that the new response has replace the stored ones of the same
     * name, except those that say how the stored bytes are to be read, or that belong to the connection.
     */
    public static Headers update(Headers stored, Headers notModified) {
        Set<String> replaced = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        Headers received = Hops.endToEnd(notModified).without(Freshening::describesBody);
        received.forEach((name, value) -> replaced.add(name));
        // A stored Age is of the stored response: the new one's, or none, counts from now on.
        replaced.add("Age");
        return stored.without(replaced::contains).toBuilder().addAll(received).build();
    }

    private static boolean describesBody(String name) {
        return name.equalsIgnoreCase("Content-Length")
                || name.equalsIgnoreCase("Content-Encoding")
                || name.equalsIgnoreCase("Content-MD5")
                || name.equalsIgnoreCase("Content-Digest")
                || name.equalsIgnoreCase("Content-Range");
    }

    /**
     * Whether a 304 is about the stored response (§4.3.4): its strong entity tag is the stored one, or its weak
     * validators match, or it has none.
     */
    public static boolean confirms(Headers stored, Headers notModified) {
        EntityTag theirs = EntityTag.of(notModified);
        if (theirs != null) {
            EntityTag mine = EntityTag.of(stored);
            return mine != null && (theirs.weak() ? mine.weaklyEquals(theirs) : mine.stronglyEquals(theirs));
        }
        String modified = notModified.first("Last-Modified");
        return modified == null || modified.equals(stored.first("Last-Modified"));
    }

    /** Whether a 200 to a HEAD request shows that the stored GET response is outdated (§4.3.5). */
    public static boolean headContradicts(Headers stored, Headers head) {
        return differs("ETag", stored, head)
                || differs("Last-Modified", stored, head)
                || differs("Content-Length", stored, head);
    }

    private static boolean differs(String name, Headers stored, Headers head) {
        String mine = stored.first(name);
        String theirs = head.first(name);
        return theirs != null && !theirs.equals(mine);
    }
}
