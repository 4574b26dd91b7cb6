package org.popnet.caching;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code Content-Range} of a 206 says (RFC 9110 §14.4): which bytes these are, both ends inclusive, of a whole of
 * known length.
 */
public record ContentRange(long first, long last, long whole) {
    private static final Pattern BYTES = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

    public ContentRange {
        if (first < 0 || last < first || whole <= last) {
            throw new IllegalArgumentException(
                    "bytes " + first + "-" + last + "/" + whole + ": must be 0 ≤ first ≤ last < whole");
        }
    }

    /** @return null if there is no such field or several, or it contradicts itself or does not say the whole's length */
    public static @Nullable ContentRange of(Headers received) {
        String field = received.count("Content-Range") == 1 ? received.first("Content-Range") : null;
        Matcher parts = BYTES.matcher(field == null ? "" : field.strip());
        if (!parts.matches()) {
            return null;
        }
        long first = Long.parseLong(parts.group(1));
        long last = Long.parseLong(parts.group(2));
        long whole = Long.parseLong(parts.group(3));
        return first <= last && last < whole ? new ContentRange(first, last, whole) : null;
    }

    /** Whether this is what was asked for, no byte more or less: as far as the whole reaches. */
    public boolean answers(ByteRange asked) {
        return first == asked.first() && last == Math.min(asked.last(), whole - 1);
    }

    public long length() {
        return last - first + 1;
    }
}
