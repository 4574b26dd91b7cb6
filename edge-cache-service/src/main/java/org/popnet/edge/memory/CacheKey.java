package org.popnet.edge.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stored response is found by.
 *
 * @param site the domain, in lower case: two customers with the same path never meet
 * @param target path and query exactly as asked for: decoding could make two resources one
 * @param variant empty, or what selects among the site's variants of this target (RFC 9111 §4.1), or which of its
 *     segments it is
 */
public record CacheKey(String site, String target, String variant) {
    /** No variant begins so. */
    private static final String SEGMENT = "#";

    public CacheKey(String site, String target) {
        this(site, target, "");
    }

    /** The normalised values of the selecting fields; null for a field that the request did not have. */
    List<@Nullable String> selectedBy() {
        if (variant.isEmpty() || segment() >= 0) {
            return List.of();
        }
        List<@Nullable String> values = new ArrayList<>();
        for (String value : variant.substring(variant.indexOf(':') + 1).split("\n", -1)) {
            values.add(value.isEmpty() ? null : value.substring(1));
        }
        return Collections.unmodifiableList(values);
    }

    /** The key of one of this target's segments. */
    CacheKey segment(int number) {
        return new CacheKey(site, target, SEGMENT + number);
    }

    /** The number of the segment that this is the key of; -1 for what is none. */
    int segment() {
        return variant.startsWith(SEGMENT) ? Integer.parseInt(variant, SEGMENT.length(), variant.length(), 10) : -1;
    }

    CacheKey primary() {
        return variant.isEmpty() ? this : new CacheKey(site, target);
    }
}
