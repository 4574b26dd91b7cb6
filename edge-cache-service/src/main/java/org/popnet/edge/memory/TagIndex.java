package org.popnet.edge.memory;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which stored responses carry a surrogate key. An entry names the response itself, so that the removal of a replaced
 * response leaves its successor's entry alone.
 */
final class TagIndex {
    private record Tag(String site, String name) {}

    private final Map<Tag, Map<CacheKey, StoredResponse>> tagged = new ConcurrentHashMap<>();

    void add(StoredResponse response) {
        for (String tag : response.tags()) {
            tagged.compute(new Tag(response.key().site(), tag), (t, members) -> {
                Map<CacheKey, StoredResponse> all = members == null ? new ConcurrentHashMap<>(2) : members;
                all.put(response.key(), response);
                return all;
            });
        }
    }

    void remove(StoredResponse response) {
        for (String tag : response.tags()) {
            tagged.computeIfPresent(new Tag(response.key().site(), tag), (t, members) -> {
                members.remove(response.key(), response);
                return members.isEmpty() ? null : members;
            });
        }
    }

    Set<CacheKey> keys(String site, String tag) {
        return tagged.getOrDefault(new Tag(site, tag), Map.of()).keySet();
    }
}
