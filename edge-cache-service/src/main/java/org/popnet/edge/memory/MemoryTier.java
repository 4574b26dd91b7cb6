package org.popnet.edge.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Storability;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushTarget;

/**
 * What this edge keeps in memory. Caffeine (W-TinyLFU) decides what stays, weighed by the bytes each response occupies.
 *
 * <p>Flushes: each raises its site's epoch before it removes anything. A fill remembers the epoch it began in, and what
 * it brought is stored only while that is still the site's; it is looked at again after storing, so that whichever of
 * the two comes second removes the response. Nothing fetched before a flush is left after it.
 */
public final class MemoryTier implements FlushTarget {
    /** Most changed URLs that are remembered until they are fetched again, and for how long; some 200 bytes each. */
    private static final int CHANGES_MAX = 50_000;

    private static final Duration CHANGES_KEPT = Duration.ofDays(1);

    private final MemorySettings settings;
    private final InstantSource clock;
    private final BodyMemory memory;
    private final Cache<CacheKey, Entry> entries;
    private final TagIndex tags = new TagIndex();
    private final Map<String, AtomicLong> epochs = new ConcurrentHashMap<>();
    private final Fills fills = new Fills();
    private final Cache<CacheKey, Change> changes = Caffeine.newBuilder()
            .maximumSize(CHANGES_MAX)
            .expireAfterWrite(CHANGES_KEPT)
            .build();

    /** An unsafe request that a URL has seen; each is another. */
    static final class Change {}

    public MemoryTier(MemorySettings settings, ByteBufAllocator allocator, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.memory = new BodyMemory(allocator, settings.bytesMax() + settings.fillBytesMax(), settings.sendFileFrom());
        this.entries = Caffeine.newBuilder()
                .maximumWeight(settings.bytesMax())
                .weigher((CacheKey key, Entry entry) -> (int) Math.min(Integer.MAX_VALUE, entry.weight()))
                // In the thread that causes it: what is evicted is freed before more is stored.
                .executor(Runnable::run)
                .removalListener((@Nullable CacheKey key, @Nullable Entry entry, RemovalCause cause) -> removed(entry))
                .build();
    }

    private void removed(@Nullable Entry entry) {
        StoredResponse response = Entry.response(entry);
        if (response != null) {
            tags.remove(response);
            response.release();
        }
    }

    /** What there is for a GET or HEAD request. */
    public Lookup lookup(CacheKey primary, Headers request) {
        CacheKey key = primary;
        Entry entry = entries.getIfPresent(key);
        boolean varies = entry instanceof Entry.Varies;
        if (entry instanceof Entry.Varies index) {
            key = index.variant(primary, request);
            entry = entries.getIfPresent(key);
        }
        long now = clock.millis();
        return switch (entry) {
            case null -> new Lookup.Miss(key, null, varies);
            case Entry.Varies _ -> new Lookup.Miss(key, null, true);
            case Entry.Marker marker ->
                now < marker.untilMs() ? new Lookup.Pass(marker.kind()) : new Lookup.Miss(key, null, varies);
            case StoredResponse response -> {
                if (!response.tryRetain()) {
                    yield new Lookup.Miss(key, null, varies);
                }
                if (response.freshness().freshAt(now)) {
                    yield new Lookup.Hit(response);
                }
                yield response.freshness().mayServeWhileRevalidating(now)
                        ? new Lookup.Stale(response, key)
                        : new Lookup.Miss(key, response, varies);
            }
        };
    }

    /** The fills in progress. */
    public Fills fills() {
        return fills;
    }

    long epoch(String site) {
        AtomicLong epoch = epochs.get(site);
        return epoch == null ? 0 : epoch.get();
    }

    MemorySettings settings() {
        return settings;
    }

    BodyMemory memory() {
        return memory;
    }

    /** Whether a fill may begin to occupy this much. */
    boolean hasRoom(long bytes) {
        return memory.bytesInUse() + bytes <= settings.bytesMax() + settings.fillBytesMax();
    }

    /**
     * Stores a complete response, unless its site was flushed since the epoch.
     *
     * @param response the caller's share passes to the tier, or is released
     * @param request what it answers, for its variant
     * @return whether it was stored
     */
    boolean store(StoredResponse response, CacheKey primary, Headers request, long epoch) {
        // Without Vary it stands for all requests, whatever varied before.
        StoredResponse placed = response.key().equals(primary) ? response : response.withBody(primary, response.body());
        if (!response.vary().fields().isEmpty()) {
            Entry.Varies index = index(primary, response);
            CacheKey variant = index.variant(primary, request);
            if (!index.admit(variant, entries.asMap()::containsKey)) {
                response.release();
                return false;
            }
            placed = response.withBody(variant, response.body());
        }
        if (epoch(primary.site()) != epoch) {
            placed.release();
            return false;
        }
        CacheKey key = placed.key();
        tags.add(placed); // before: should it be evicted at once, nothing is left behind
        entries.put(key, placed);
        if (epoch(primary.site()) != epoch) {
            entries.asMap().remove(key, placed);
            return false;
        }
        return true;
    }

    private Entry.Varies index(CacheKey primary, StoredResponse response) {
        Entry entry = entries.getIfPresent(primary);
        if (entry instanceof Entry.Varies index && index.vary().equals(response.vary())) {
            return index;
        }
        Entry.Varies index = new Entry.Varies(response.vary());
        entries.put(primary, index);
        return index;
    }

    /** Remembers that this is not to be stored for a while. */
    void mark(CacheKey key, Lookup.Kind kind, Storability why, long epoch) {
        if (epoch(key.site()) == epoch) {
            entries.put(
                    key,
                    new Entry.Marker(
                            kind, why, clock.millis() + settings.passFor().toMillis()));
        }
    }

    /** What there is under a URL; looking does not count as use. */
    public Inspection inspect(CacheKey primary) {
        Entry entry = entries.policy().getIfPresentQuietly(primary);
        List<String> vary = List.of();
        List<Inspection.Variant> variants = new ArrayList<>();
        Entry.Marker marker = entry instanceof Entry.Marker m && clock.millis() < m.untilMs() ? m : null;
        boolean filling = fills.find(primary) != null;
        if (entry instanceof Entry.Varies index) {
            vary = index.vary().fields();
            for (CacheKey key : index.variants()) {
                StoredResponse variant = Entry.response(entries.policy().getIfPresentQuietly(key));
                if (variant != null) {
                    variants.add(Inspection.Variant.of(variant));
                }
                filling |= fills.find(key) != null;
            }
        } else if (entry instanceof StoredResponse response) {
            variants.add(Inspection.Variant.of(response));
        }
        return new Inspection(
                vary,
                List.copyOf(variants),
                marker == null ? 0 : marker.untilMs(),
                marker == null ? null : marker.why(),
                marker != null && marker.kind() == Lookup.Kind.LARGE,
                filling,
                hasChanged(primary));
    }

    /**
     * Forgets targets that an unsafe request has changed (RFC 9111 §4.4), fills in progress included. That they have
     * changed is remembered until they are fetched again, because the caches behind have not seen that request.
     */
    public void invalidate(String site, Set<String> targets) {
        for (String target : targets) {
            CacheKey key = new CacheKey(site, target);
            changes.put(key, new Change());
            fills.forget(k -> k.primary().equals(key));
            removeTarget(key);
        }
    }

    /** Whether caches behind must be told that the target has changed. */
    public boolean hasChanged(CacheKey key) {
        return change(key) != null;
    }

    @Nullable Change change(CacheKey key) {
        return changes.getIfPresent(key.primary());
    }

    /** The caches behind know of this change now. */
    void told(CacheKey key, @Nullable Change change) {
        if (change != null) {
            changes.asMap().remove(key.primary(), change);
        }
    }

    @Override
    public long apply(FlushOrder order) {
        epochs.computeIfAbsent(order.site(), s -> new AtomicLong()).incrementAndGet();
        fills.forget(key -> key.site().equals(order.site()));
        return switch (order.kind()) {
            case URL -> removeTarget(new CacheKey(order.site(), order.value()));
            case PREFIX -> removeAll(order.site(), target -> target.startsWith(order.value()));
            case WILDCARD -> removeAll(order.site(), new Wildcard(order.value()));
            case TAG -> {
                long removed = 0;
                for (CacheKey key : tags.keys(order.site(), order.value())) {
                    removed += remove(key);
                }
                yield removed;
            }
            case ALL -> removeAll(order.site(), target -> true);
        };
    }

    private long removeTarget(CacheKey primary) {
        Entry entry = entries.asMap().get(primary);
        long removed = 0;
        if (entry instanceof Entry.Varies index) {
            for (CacheKey variant : index.variants()) {
                removed += remove(variant);
            }
        }
        return removed + remove(primary);
    }

    private long removeAll(String site, Predicate<String> target) {
        long removed = 0;
        for (CacheKey key : entries.asMap().keySet()) {
            if (key.site().equals(site) && target.test(key.target())) {
                removed += remove(key);
            }
        }
        return removed;
    }

    private long remove(CacheKey key) {
        return entries.asMap().remove(key) instanceof StoredResponse ? 1 : 0;
    }

    /** What bodies occupy off heap: stored, being filled, or evicted and still being read. */
    public long bytesInUse() {
        return memory.bytesInUse();
    }

    /** Parts of the file in memory that are held: by bodies, or by what is still being sent of them. */
    public long extentsOpen() {
        return memory.extentsOpen();
    }

    public long objects() {
        return entries.estimatedSize();
    }

    /** Forgets everything, at the end. */
    public void clear() {
        fills.forget(key -> true);
        entries.invalidateAll();
        entries.cleanUp();
    }
}
