package org.popnet.edge.memory;

/**
 * What a stored response is found by.
 *
 * @param site the domain, in lower case: two customers with the same path never meet
 * @param target path and query exactly as asked for: decoding could make two resources one
 * @param variant empty, or what selects among the site's variants of this target (RFC 9111 §4.1)
 */
public record CacheKey(String site, String target, String variant) {
    public CacheKey(String site, String target) {
        this(site, target, "");
    }

    CacheKey primary() {
        return variant.isEmpty() ? this : new CacheKey(site, target);
    }
}
