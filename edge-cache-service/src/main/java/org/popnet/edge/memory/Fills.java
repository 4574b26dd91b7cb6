package org.popnet.edge.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The fills in progress: at most one that may still be joined for each key. */
public final class Fills {
    private final Map<CacheKey, Fill> joinable = new ConcurrentHashMap<>();

    public @Nullable Fill find(CacheKey key) {
        return joinable.get(key);
    }

    /** Puts a fill up for joining. @return one that was there before, or null */
    public @Nullable Fill offer(Fill fill) {
        return joinable.putIfAbsent(fill.key(), fill);
    }

    void remove(Fill fill) {
        joinable.remove(fill.key(), fill);
    }

    /** Has no later request join these, and none of them stored. */
    void forget(Predicate<CacheKey> key) {
        joinable.forEach((k, fill) -> {
            if (key.test(k) && joinable.remove(k, fill)) {
                fill.forbidStoring();
            }
        });
    }

    public int size() {
        return joinable.size();
    }
}
