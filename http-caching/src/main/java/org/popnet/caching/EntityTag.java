package org.popnet.caching;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entity tag (RFC 9110 §8.8.3).
 *
 * @param opaque what stands between the quotes
 */
public record EntityTag(boolean weak, String opaque) {

    /** @return the tag, or null if the text is none */
    public static @Nullable EntityTag parse(String text) {
        String tag = text.strip();
        boolean weak = tag.startsWith("W/");
        int start = weak ? 2 : 0;
        int last = tag.length() - 1;
        if (last <= start || tag.charAt(start) != '"' || tag.charAt(last) != '"') {
            return null;
        }
        String opaque = tag.substring(start + 1, last);
        for (int i = 0; i < opaque.length(); i++) {
            char c = opaque.charAt(i);
            if (c <= 0x20 || c == '"' || c == 0x7f) {
                return null;
            }
        }
        return new EntityTag(weak, opaque);
    }

    static @Nullable EntityTag of(Headers response) {
        String tag = response.first("ETag");
        return tag == null ? null : parse(tag);
    }

    /** Weak comparison (§8.8.3.2). */
    public boolean weaklyEquals(EntityTag other) {
        return opaque.equals(other.opaque);
    }

    /** Strong comparison: neither is weak. */
    public boolean stronglyEquals(EntityTag other) {
        return !weak && !other.weak && opaque.equals(other.opaque);
    }

    /** Whether a list such as {@code If-None-Match} holds {@code *} or a tag equal to this by weak comparison. */
    static boolean anyWeaklyEqual(List<String> members, @Nullable EntityTag mine) {
        return any(members, mine, false);
    }

    static boolean anyStronglyEqual(List<String> members, @Nullable EntityTag mine) {
        return any(members, mine, true);
    }

    private static boolean any(List<String> members, @Nullable EntityTag mine, boolean strong) {
        for (String member : members) {
            if (member.equals("*")) {
                return true;
            }
            EntityTag theirs = parse(member);
            if (theirs != null && mine != null && (strong ? mine.stronglyEquals(theirs) : mine.weaklyEquals(theirs))) {
                return true;
            }
        }
        return false;
    }
}
