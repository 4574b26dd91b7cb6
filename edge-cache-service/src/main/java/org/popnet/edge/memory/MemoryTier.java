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
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshening;
import org.popnet.caching.Headers;
import org.popnet.caching.RepresentationVersion;
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
    /** Of so many parts of what may be stored one is forgotten when the kernel runs short of memory. */
    private static final int SHED_PARTS = 32;

    private final MemorySettings settings;
    private final InstantSource clock;
    private final Shortage shortage;
    private final BodyMemory memory;
    private final Cache<CacheKey, Entry> entries;
    private final TagIndex tags = new TagIndex();
    private final Map<String, AtomicLong> epochs = new ConcurrentHashMap<>();
    private final Fills fills = new Fills();
    private final Room room;
    private final LargeResponses large;
    private final Cache<CacheKey, Change> changes = Caffeine.newBuilder()
            .maximumSize(CHANGES_MAX)
            .expireAfterWrite(CHANGES_KEPT)
            .build();

    /** An unsafe request that a URL has seen; each is another. */
    static final class Change {}

    public MemoryTier(MemorySettings settings, ByteBufAllocator allocator, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.shortage = new Shortage(clock, () -> Shortage.forgetColdest(entries(), settings.bytesMax() / SHED_PARTS));
        this.memory = new BodyMemory(
                allocator, settings.bytesMax() + settings.fillBytesMax(), settings.sendFileFrom(), shortage::refused);
        this.room = new Room(memory, settings);
        this.large = new LargeResponses(this);
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
            large.index().remove(response);
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
            case null -> {
                StoredResponse rebuilt = varies ? null : large.rebuilt(primary);
                yield rebuilt == null ? new Lookup.Miss(key, null, varies) : judged(rebuilt, key, varies, now);
            }
            case Entry.Varies _ -> new Lookup.Miss(key, null, true);
            case Entry.Marker marker ->
                now < marker.untilMs() ? new Lookup.Pass(marker.kind()) : new Lookup.Miss(key, null, varies);
            case StoredResponse response ->
                response.tryRetain() ? judged(response, key, varies, now) : new Lookup.Miss(key, null, varies);
        };
    }

    /** @param response retained */
    private static Lookup judged(StoredResponse response, CacheKey key, boolean varies, long now) {
        if (response.freshness().freshAt(now)) {
            return new Lookup.Hit(response);
        }
        return response.freshness().mayServeWhileRevalidating(now)
                ? new Lookup.Stale(response, key)
                : new Lookup.Miss(key, response, varies);
    }

    /** The fills in progress. */
    public Fills fills() {
        return fills;
    }

    /** Responses that are kept by segments. */
    public LargeResponses large() {
        return large;
    }

    Cache<CacheKey, Entry> entries() {
        return entries;
    }

    Room room() {
        return room;
    }

    long now() {
        return clock.millis();
    }

    /** What a site's flushes raise; what was asked for in an earlier one is not stored. */
    public long epoch(String site) {
        AtomicLong epoch = epochs.get(site);
        return epoch == null ? 0 : epoch.get();
    }

    MemorySettings settings() {
        return settings;
    }

    BodyMemory memory() {
        return memory;
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
        RepresentationVersion version = placed.segmented() ? placed.version() : null;
        large.drop(primary, part -> version == null || !version.same(part.version()));
        return put(placed, epoch);
    }

    /** @param response the caller's share passes to the tier, or is released */
    boolean put(StoredResponse response, long epoch) {
        CacheKey key = response.key();
        tags.add(response); // before: should it be evicted at once, nothing is left behind
        large.index().add(response);
        entries.put(key, response);
        if (epoch(key.site()) != epoch) {
            entries.asMap().remove(key, response);
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

    /**
     * Brings what is stored up to date by a 200 to a HEAD request that has gone forward for it, or forgets it if that shows
     * another version (RFC 9111 §4.3.5).
     *
     * @param stale what is stored; the caller's share stays the caller's
     * @param request the HEAD request's fields
     * @param begunMs when it was sent
     * @param epoch of the site then
     */
    public void head(
            StoredResponse stale,
            Headers request,
            Headers received,
            CachePolicy policy,
            boolean tagged,
            long begunMs,
            long epoch) {
        if (stale.status() != 200) {
            return;
        }
        long now = clock.millis();
        Headers stored = stale.headers().with("Content-Length", Long.toString(stale.length()));
        if (Freshening.headContradicts(stored, received)) {
            entries.asMap().remove(stale.key(), stale);
            return;
        }
        StoredResponse fresh = stale.freshened(received, policy, tagged, begunMs, now);
        if (Storability.of("GET", request, 200, fresh.headers(), policy, now).storable()) {
            store(fresh, stale.key().primary(), request, epoch);
        } else {
            fresh.release();
            entries.asMap().remove(stale.key(), stale);
        }
    }

    /** Remembers that this is not to be stored for a while. */
    void mark(CacheKey key, Lookup.Kind kind, Storability why, long epoch) {
        if (epoch(key.site()) == epoch) {
            large.drop(key, part -> true);
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
                    variants.add(Inspection.Variant.of(variant, List.of()));
                }
                filling |= fills.find(key) != null;
            }
        } else if (entry instanceof StoredResponse response) {
            variants.add(Inspection.Variant.of(
                    response, response.segmented() ? large.index().of(primary) : List.of()));
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
            large.runs().forget(k -> k.primary().equals(key));
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
        large.runs().forget(key -> key.site().equals(order.site()));
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
        return removed + remove(primary) + large.drop(primary, part -> true);
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

    long remove(CacheKey key) {
        return entries.asMap().remove(key) instanceof StoredResponse removed && !removed.segmented() ? 1 : 0;
    }

    /** What bodies occupy off heap: stored, being filled, or evicted and still being read. */
    public long bytesInUse() {
        return memory.bytesInUse();
    }

    /** Parts of the file in memory that are held: by bodies, or by what is still being sent of them. */
    public long extentsOpen() {
        return memory.extentsOpen();
    }

    /** Bodies that were not kept, or not to be, because the kernel had no memory for them. */
    public long refusals() {
        return shortage.refusals();
    }

    /** What was reserved and is not yet occupied. */
    public long bytesReserved() {
        return room.reserved();
    }

    public long objects() {
        return entries.estimatedSize();
    }

    /** Forgets everything, at the end. */
    public void clear() {
        fills.forget(key -> true);
        large.runs().forget(key -> true);
        entries.invalidateAll();
        entries.cleanUp();
    }
}
