package org.popnet.edge.memory;

import java.time.Instant;
import java.util.List;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.caching.HttpDates;

/** What of a received response's fields is kept, and what they say beside it. */
final class Received {
    private Received() {}

    /** The fields to store. */
    static Headers stored(Headers received, long nowMs) {
        return dated(Hops.endToEnd(received).without(Received::notStored), nowMs);
    }

    /** RFC 9110 §6.6.1: a recipient with a clock adds a missing {@code Date}. */
    static Headers dated(Headers received, long nowMs) {
        return received.contains("Date")
                ? received
                : received.with("Date", HttpDates.format(Instant.ofEpochMilli(nowMs)));
    }

    static boolean notStored(String name) {
        return name.equalsIgnoreCase("Age")
                || name.equalsIgnoreCase("Content-Length")
                || name.equalsIgnoreCase("Cache-Status")
                || name.equalsIgnoreCase("Surrogate-Key");
    }

    /** The surrogate keys. */
    static List<String> tags(Headers received) {
        String keys = received.combined("Surrogate-Key");
        return keys == null ? List.of() : List.of(keys.strip().split("[\\s,]+"));
    }

    /** In bytes, or {@link Body#UNKNOWN}. */
    static long contentLength(Headers received) {
        String length = received.first("Content-Length");
        try {
            return length == null ? Body.UNKNOWN : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Body.UNKNOWN;
        }
    }
}
