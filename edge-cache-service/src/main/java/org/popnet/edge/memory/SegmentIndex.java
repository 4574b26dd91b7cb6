package org.popnet.edge.memory;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which segments of a URL are stored, whether or not its head is; follows what is stored and removed. */
final class SegmentIndex {
    private final Map<CacheKey, Map<Integer, StoredResponse>> segments = new ConcurrentHashMap<>();

    void add(StoredResponse response) {
        int number = response.key().segment();
        if (number >= 0) {
            segments.compute(response.key().primary(), (key, members) -> {
                Map<Integer, StoredResponse> all = members == null ? new ConcurrentHashMap<>() : members;
                all.put(number, response);
                return all;
            });
        }
    }

    void remove(StoredResponse response) {
        int number = response.key().segment();
        if (number >= 0) {
            segments.computeIfPresent(response.key().primary(), (key, members) -> {
                members.remove(number, response);
                return members.isEmpty() ? null : members;
            });
        }
    }

    /** What is stored of a URL; not retained. */
    Collection<StoredResponse> of(CacheKey primary) {
        Map<Integer, StoredResponse> members = segments.get(primary);
        return members == null ? List.of() : members.values();
    }

    @Nullable StoredResponse find(CacheKey primary, int number) {
        Map<Integer, StoredResponse> members = segments.get(primary);
        return members == null ? null : members.get(number);
    }
}
