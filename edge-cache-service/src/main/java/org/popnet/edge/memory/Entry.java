package org.popnet.edge.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Storability;
import org.popnet.caching.Vary;

/** What the memory tier holds under a key. */
sealed interface Entry permits StoredResponse, Entry.Varies, Entry.Marker {
    /** Bytes it occupies, off heap and on. */
    long weight();

    /** The responses under this key differ by request fields; each stands under a key of its own. */
    final class Varies implements Entry {
        private static final int VARIANTS_MAX = 64;
        private static final AtomicLong IDS = new AtomicLong();

        /** In every variant's key, so that variants of an index that is gone are never found again. */
        private final long id = IDS.incrementAndGet();

        private final Vary vary;
        private final Map<CacheKey, Boolean> variants = new ConcurrentHashMap<>();

        Varies(Vary vary) {
            this.vary = vary;
        }

        Vary vary() {
            return vary;
        }

        CacheKey variant(CacheKey primary, Headers request) {
            return new CacheKey(primary.site(), primary.target(), id + ":" + vary.key(request));
        }

        /**
         * Makes room for a variant.
         *
         * @param stored tells which variants are still there
         * @return false if there are too many
         */
        boolean admit(CacheKey variant, Predicate<CacheKey> stored) {
            if (variants.size() >= VARIANTS_MAX && !variants.containsKey(variant)) {
                variants.keySet().removeIf(stored.negate());
                if (variants.size() >= VARIANTS_MAX) {
                    return false;
                }
            }
            variants.put(variant, true);
            return true;
        }

        Iterable<CacheKey> variants() {
            return variants.keySet();
        }

        @Override
        public long weight() {
            return 1024;
        }
    }

    /**
     * Nothing is stored under this key, and for some time no use in trying.
     *
     * @param why what the last response was judged
     * @param untilMs milliseconds since the epoch
     */
    record Marker(Lookup.Kind kind, Storability why, long untilMs) implements Entry {
        @Override
        public long weight() {
            return 300;
        }
    }

    static @Nullable StoredResponse response(@Nullable Entry entry) {
        return entry instanceof StoredResponse response ? response : null;
    }
}
