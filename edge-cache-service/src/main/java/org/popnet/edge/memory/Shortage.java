package org.popnet.edge.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Policy.CacheEntry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel has less memory for bodies than it was thought to have. Counts it, says so now and then, and has the tier make
 * room, or what is stored already would keep out all that comes later.
 */
final class Shortage {
    private static final Logger log = LoggerFactory.getLogger(Shortage.class);
    private static final Duration TELL_EVERY = Duration.ofMinutes(1);
    /** What was made room for is fetched meanwhile; more often, a shortage that lasts would empty the tier. */
    private static final Duration SHED_EVERY = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Runnable shed;
    private final LongAdder refusals = new LongAdder();
    private final AtomicLong tellAtMs = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong shedAtMs = new AtomicLong(Long.MIN_VALUE);

    /** @param shed gives some memory back to the kernel */
    Shortage(InstantSource clock, Runnable shed) {
        this.clock = clock;
        this.shed = shed;
    }

    /** A body cannot be kept. @param why the kernel's words */
    void refused(String why) {
        refusals.increment();
        if (due(tellAtMs, TELL_EVERY)) {
            log.warn(
                    "The kernel has no memory for a body ({}): it is passed on and not kept, {} so far. Lower "
                            + "popnet.edge.memory, or raise what the machine or its limits leave to this process",
                    why,
                    refusals.sum());
        }
        if (due(shedAtMs, SHED_EVERY)) {
            shed.run();
        }
    }

    /** Removes the entries that are least worth keeping until they weigh as much. */
    static void forgetColdest(Cache<CacheKey, Entry> entries, long bytes) {
        entries.policy()
                .eviction()
                .ifPresent(eviction -> entries.invalidateAll(eviction.coldest(coldest -> {
                    List<CacheKey> keys = new ArrayList<>();
                    long weight = 0;
                    for (Iterator<? extends CacheEntry<CacheKey, Entry>> each = coldest.iterator();
                            weight < bytes && each.hasNext(); ) {
                        CacheEntry<CacheKey, Entry> entry = each.next();
                        keys.add(entry.getKey());
                        weight += entry.weight();
                    }
                    return keys;
                })));
    }

    private boolean due(AtomicLong atMs, Duration every) {
        long now = clock.millis();
        long at = atMs.get();
        return now >= at && atMs.compareAndSet(at, now + every.toMillis());
    }

    /** Bodies that could not be kept. */
    long refusals() {
        return refusals.sum();
    }
}
