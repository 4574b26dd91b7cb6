package org.popnet.fetch.serve;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.EntityTag;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginResponse;

/**
 * Goes on with a body that broke off, from where it broke, at whichever server now is the best: by a range request with
 * {@code If-Range} (RFC 9110 §13.1.5), which needs a strong entity tag. What does not continue the very same
 * representation is not taken.
 */
final class Resumption {
    static final int TIMES_MAX = 3;

    private final Headers received;
    private final Ask ask;
    private long length;
    private int times;

    /** Sends the request for the rest. */
    interface Ask {
        OriginResponse ask(Headers rangeAndCondition) throws IOException;
    }

    /** @param length of the whole body; -1 if it is not known */
    Resumption(Headers received, long length, Ask ask) {
        this.received = received;
        this.length = length;
        this.ask = ask;
    }

    /** Length of the whole body as far as it is known by now; -1 if it is not. */
    long length() {
        return length;
    }

    /** @return the rest from this position on; null if it cannot be had */
    @Nullable OriginResponse from(long position) {
        String tag = received.first("ETag");
        EntityTag mine = tag == null ? null : EntityTag.parse(tag);
        if (tag == null || mine == null || mine.weak() || times++ >= TIMES_MAX) {
            return null;
        }
        OriginResponse rest;
        try {
            rest = ask.ask(Headers.of("Range", "bytes=" + position + "-", "If-Range", tag));
        } catch (IOException e) {
            return null;
        }
        if (continues(rest, mine, position)) {
            return rest;
        }
        rest.close();
        return null;
    }

    private boolean continues(OriginResponse rest, EntityTag mine, long position) {
        String tag = rest.headers().first("ETag");
        EntityTag theirs = tag == null ? null : EntityTag.parse(tag);
        String encoding = rest.headers().combined("Content-Encoding");
        String range = rest.headers().first("Content-Range");
        if (rest.status() != 206
                || theirs == null
                || !mine.stronglyEquals(theirs)
                || range == null
                || !Objects.equals(encoding, received.combined("Content-Encoding"))) {
            return false;
        }
        // bytes FIRST-LAST/WHOLE, to the end
        int slash = range.indexOf('/');
        try {
            long whole = Long.parseLong(range.substring(slash + 1).strip());
            String expected = "bytes " + position + "-" + (whole - 1);
            if (slash < 0 || !range.substring(0, slash).strip().equalsIgnoreCase(expected) || whole <= position) {
                return false;
            }
            if ((length >= 0 && length != whole) || (rest.length() >= 0 && rest.length() != whole - position)) {
                return false;
            }
            length = whole;
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
