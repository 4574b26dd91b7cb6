package org.popnet.platform.tree;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping of the document, its keys in the order in which they stand. */
record Section(Value value, Map<String, Value> entries) {
    void only(List<String> keys) {
        entries.forEach((key, entry) -> {
            if (!keys.contains(key)) {
                entry.wrong("unknown key '" + Value.shown(key) + "': must be one of " + String.join(", ", keys)
                        + NearMiss.hint(key, keys));
            }
        });
    }

    Optional<Value> find(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    Optional<Value> require(String key) {
        Optional<Value> found = find(key);
        if (found.isEmpty()) {
            value.wrong("'" + key + "' is missing: must stand here");
        }
        return found;
    }

    <T> Optional<T> find(String key, ScalarType<T> type) {
        return find(key).flatMap(v -> v.as(type));
    }

    <T> T find(String key, ScalarType<T> type, T otherwise) {
        return find(key, type).orElse(otherwise);
    }

    <T> Optional<T> require(String key, ScalarType<T> type) {
        return require(key).flatMap(v -> v.as(type));
    }

    /** The mapping under this key; empty if it is absent or no mapping. */
    Optional<Section> mapping(String key) {
        return find(key).flatMap(Value::mapping);
    }
}
