package org.popnet.caching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a message: ordered, with repeated names kept apart, names compared without regard to case
 * (RFC 9110 §5.1). Immutable; one array, so that a stored response costs little.
 */
public final class Headers {
    public static final Headers EMPTY = new Headers(new String[0]);

    /** Names at even places, values at odd ones. */
    private final String[] fields;

    private Headers(String[] fields) {
        this.fields = fields;
    }

    /** @throws IllegalArgumentException if the count is odd */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(namesAndValues.length + " names and values: must be pairs");
        }
        return new Headers(namesAndValues.clone());
    }

    public static Builder builder() {
        return new Builder(new ArrayList<>());
    }

    /** How many field lines there are. */
    public int size() {
        return fields.length / 2;
    }

    public String name(int i) {
        return fields[2 * i];
    }

    public String value(int i) {
        return fields[2 * i + 1];
    }

    /** The value of the first line of this name, or null. */
    public @Nullable String first(String name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                return fields[i + 1];
            }
        }
        return null;
    }

    public boolean contains(String name) {
        return first(name) != null;
    }

    /** How many lines carry this name. */
    public int count(String name) {
        int count = 0;
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                count++;
            }
        }
        return count;
    }

    /** The values of all lines of this name, in order. */
    public List<String> all(String name) {
        if (!contains(name)) {
            return List.of();
        }
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                values.add(fields[i + 1]);
            }
        }
        return values;
    }

    /** The lines of this name joined by ", " (RFC 9110 §5.3), or null if there is none. */
    public @Nullable String combined(String name) {
        List<String> values = all(name);
        return values.isEmpty() ? null : values.size() == 1 ? values.getFirst() : String.join(", ", values);
    }

    /** The non-empty members of a comma-separated list field (RFC 9110 §5.6.1); commas in quotes do not separate. */
    public List<String> members(String name) {
        List<String> members = new ArrayList<>();
        for (String line : all(name)) {
            Lists.split(line, members);
        }
        return members;
    }

    public void forEach(BiConsumer<String, String> line) {
        for (int i = 0; i < fields.length; i += 2) {
            line.accept(fields[i], fields[i + 1]);
        }
    }

    /** The lines whose names do not pass; this if all remain. */
    public Headers without(Predicate<String> name) {
        List<String> kept = new ArrayList<>(fields.length);
        for (int i = 0; i < fields.length; i += 2) {
            if (!name.test(fields[i])) {
                kept.add(fields[i]);
                kept.add(fields[i + 1]);
            }
        }
        return kept.size() == fields.length ? this : new Headers(kept.toArray(String[]::new));
    }

    public Headers without(String name) {
        return without(name::equalsIgnoreCase);
    }

    /** These with all lines of the name replaced by one, at the end. */
    public Headers with(String name, String value) {
        return without(name).toBuilder().add(name, value).build();
    }

    public Builder toBuilder() {
        return new Builder(new ArrayList<>(Arrays.asList(fields)));
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Headers other && Arrays.equals(fields, other.fields);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(fields);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    public boolean isEmpty() {
        return fields.length == 0;
    }

    /** Collects header lines. */
    public static final class Builder {
        private final List<String> fields;

        private Builder(List<String> fields) {
            this.fields = fields;
        }

        public Builder add(String name, String value) {
            fields.add(name);
            fields.add(value);
            return this;
        }

        public Builder addAll(Headers headers) {
            headers.forEach(this::add);
            return this;
        }

        public Headers build() {
            return fields.isEmpty() ? EMPTY : new Headers(fields.toArray(String[]::new));
        }
    }
}
