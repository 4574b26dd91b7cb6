package org.popnet.edge.memory;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.RepresentationVersion;
import org.popnet.caching.Storability;
import org.popnet.caching.Vary;

/**
 * Responses that are kept by segments of 1 MiB, each an entry of the memory tier of its own, under a head without a body: so
 * a viewer of one minute of a film costs that minute, and the tier forgets the parts of it that nobody watches.
 */
public final class LargeResponses {
    private final MemoryTier tier;
    private final SegmentIndex index = new SegmentIndex();
    private final SegmentRuns runs;
    private final LongAdder changed = new LongAdder();

    LargeResponses(MemoryTier tier) {
        this.tier = tier;
        this.runs = new SegmentRuns(tier, tier.settings().segmentRun());
    }

    SegmentIndex index() {
        return index;
    }

    /** The segments that are being fetched. */
    public SegmentRuns runs() {
        return runs;
    }

    /**
     * A segment of this large response, retained for the caller; null if it is not there. One of another version is
     * discarded.
     *
     * @param whole its head
     */
    public @Nullable StoredResponse segment(StoredResponse whole, int number) {
        CacheKey key = whole.key().segment(number);
        StoredResponse part = Entry.response(tier.entries().getIfPresent(key));
        RepresentationVersion version = whole.version();
        if (part == null || version == null) {
            return null;
        }
        if (!version.same(part.version())) {
            tier.entries().asMap().remove(key, part);
            return null;
        }
        return part.tryRetain() ? part : null;
    }

    /** Whether a segment is there; looking does not count as use. */
    public boolean holds(StoredResponse whole, int number) {
        StoredResponse part = index.find(whole.key(), number);
        RepresentationVersion version = whole.version();
        return part != null && version != null && version.same(part.version());
    }

    /** @param segment the caller's share passes to the tier, or is released */
    boolean store(StoredResponse segment, long epoch) {
        if (tier.epoch(segment.key().site()) != epoch) {
            segment.release();
            return false;
        }
        return tier.put(segment, epoch);
    }

    /** What a part says that came later counts for the whole (RFC 9111 §3.4). */
    void freshen(StoredResponse whole, Headers fields, Freshness freshness, long epoch) {
        RepresentationVersion version = whole.version();
        StoredResponse stored = Entry.response(tier.entries().policy().getIfPresentQuietly(whole.key()));
        if (version == null
                || stored == null
                || !stored.segmented()
                || !version.same(stored.version())
                || stored.freshness().bornMs() >= freshness.bornMs()
                || tier.epoch(whole.key().site()) != epoch) {
            return;
        }
        tier.put(head(whole.key(), fields, freshness, whole.tags(), version.length(), null), epoch);
    }

    /** The head of a large response whose body is kept by index. */
    StoredResponse head(
            CacheKey key,
            Headers fields,
            Freshness freshness,
            List<String> surrogateKeys,
            long length,
            @Nullable String forwardTrace) {
        return new StoredResponse(
                key,
                200,
                fields,
                freshness,
                Vary.NONE,
                surrogateKeys,
                Body.elsewhere(tier.memory(), length),
                forwardTrace,
                () -> {});
    }

    /**
     * Forgets a version of which there is another now.
     *
     * @param misunderstood whether the server does not keep to ranges: then it is passed through for a while
     */
    void changed(SegmentSource source, boolean misunderstood) {
        changed.increment();
        RepresentationVersion version = source.version();
        CacheKey key = source.key();
        StoredResponse stored = Entry.response(tier.entries().policy().getIfPresentQuietly(key));
        if (stored != null && version.same(stored.version())) {
            tier.entries().asMap().remove(key, stored);
        }
        runs.forget(k -> k.primary().equals(key));
        drop(key, part -> version.same(part.version()));
        if (misunderstood) {
            tier.mark(key, Lookup.Kind.LARGE, Storability.STORABLE, source.epoch());
        }
    }

    /** How often there turned out to be another version of a large response. */
    public long changes() {
        return changed.sum();
    }

    long drop(CacheKey primary, Predicate<StoredResponse> which) {
        long removed = 0;
        for (StoredResponse part : index.of(primary)) {
            removed += which.test(part) ? tier.remove(part.key()) : 0;
        }
        return removed;
    }

    /** The head of a large response of which only segments are left, put back. */
    @Nullable StoredResponse rebuilt(CacheKey primary) {
        for (StoredResponse part : index.of(primary)) {
            RepresentationVersion version = part.version();
            if (version != null) {
                Headers fields = part.headers().without("Content-Range");
                StoredResponse whole = head(primary, fields, part.freshness(), part.tags(), version.length(), null);
                whole.tryRetain();
                long epoch = tier.epoch(primary.site());
                if (tier.put(whole, epoch)) {
                    return whole;
                }
                whole.release();
            }
        }
        return null;
    }
}
