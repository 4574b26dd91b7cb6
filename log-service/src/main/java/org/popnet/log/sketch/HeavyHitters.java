package org.popnet.log.sketch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The most frequent keys of a stream, in at most {@code capacity} counters: the mergeable summary of Misra and Gries as
 * Agarwal et al. give it (2012, "Mergeable Summaries", section 2). Two are merged by adding up counters; when more than
 * {@code capacity} remain, the largest that does not fit is subtracted from all, and those at zero or below go.
 *
 * <p>However a stream was cut and merged, a key's true count lies between its counter and its counter +
 * {@link #error()}, and the error is at most {@link #total()} / (capacity + 1). So every key with a larger share than
 * that is here, and while no more than {@code capacity} distinct keys have come all counts are exact. For one thread.
 */
public final class HeavyHitters {
    private final int capacity;
    private final Map<String, long[]> counters = new HashMap<>();
    private long total;
    private long error;

    /**
     * A key's counter.
     *
     * @param count at least so many are certain
     * @param bytes what came with those that were seen since the key was last dropped: at least so many are certain
     */
    public record Counter(String key, long count, long bytes) {}

    /** @param capacity counters kept when {@link #trim() trimmed} or merged, at least 1 */
    public HeavyHitters(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + ": must be 1 at least");
        }
        this.capacity = capacity;
    }

    /** A summary as it was stored: its {@link #total}, {@link #error} and {@link #counters}. */
    public HeavyHitters(int capacity, long total, long error, List<Counter> counters) {
        this(capacity);
        this.total = total;
        this.error = error;
        counters.forEach(c -> this.counters.put(c.key(), new long[] {c.count(), c.bytes()}));
        trim();
    }

    /** Counts occurrences exactly; the caller bounds how many distinct keys it adds before it trims or merges. */
    public void add(String key, long count, long bytes) {
        long[] counter = counters.computeIfAbsent(key, k -> new long[2]);
        counter[0] += count;
        counter[1] += bytes;
        total += count;
    }

    public void merge(HeavyHitters other) {
        other.counters.forEach((key, more) -> {
            long[] counter = counters.computeIfAbsent(key, k -> new long[2]);
            counter[0] += more[0];
            counter[1] += more[1];
        });
        total += other.total;
        error += other.error;
        trim();
    }

    /** Cuts down to the capacity. */
    public void trim() {
        if (counters.size() <= capacity) {
            return;
        }
        long[] counts = counters.values().stream().mapToLong(c -> c[0]).toArray();
        Arrays.sort(counts);
        long excess = counts[counts.length - 1 - capacity];
        counters.values().removeIf(counter -> (counter[0] -= excess) <= 0);
        error += excess;
    }

    /** Everything that was added, here or in what was merged. */
    public long total() {
        return total;
    }

    /** By how much a counter may be too low, and the largest count that a key without a counter can have. */
    public long error() {
        return error;
    }

    /** The largest first, then by key. */
    public List<Counter> counters() {
        List<Counter> sorted = new ArrayList<>(counters.size());
        counters.forEach((key, counter) -> sorted.add(new Counter(key, counter[0], counter[1])));
        sorted.sort(Comparator.comparingLong(Counter::count).reversed().thenComparing(Counter::key));
        return sorted;
    }
}
