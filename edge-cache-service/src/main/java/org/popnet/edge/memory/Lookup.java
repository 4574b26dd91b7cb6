package org.popnet.edge.memory;

import org.jspecify.annotations.Nullable;

/** What memory has for a request. Responses come retained: whoever is handed one releases it. */
public sealed interface Lookup {
    /** fresh */
    record Hit(StoredResponse response) implements Lookup {}

    /** stale, but to be served at once while it is revalidated in the background (RFC 5861 §3) */
    record Stale(StoredResponse response, CacheKey key) implements Lookup {}

    /**
     * To be fetched.
     *
     * @param key what to fill
     * @param stale what is there to be revalidated, or to be served should the origin fail
     * @param variant whether other variants of the target are stored
     */
    record Miss(CacheKey key, @Nullable StoredResponse stale, boolean variant) implements Lookup {}

    /** Known not to be stored. */
    record Pass(Kind kind) implements Lookup {}

    /** Why something is not stored. */
    enum Kind {
        /** meant for one client, or changing all the time: straight to the customer's server */
        UNCACHEABLE,
        /** too large for memory: through origin-fetch, range for range */
        LARGE
    }
}
