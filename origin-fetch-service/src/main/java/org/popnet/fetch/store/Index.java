package org.popnet.fetch.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one disk holds: per URL (or segment of one) its variants, each some 200 bytes. Caffeine weighs the URLs in blocks
 * and decides which of them stay (W-TinyLFU: a crawl of things asked for once does not drive out what is asked for often).
 */
final class Index {
    private final int variantsMax;
    private final Consumer<Entry> gone;
    private final AtomicLong evictions = new AtomicLong();
    private final Cache<ObjectKey, Variants> urls;
    /** By URL what is stored of it in segments, so that all of them are found when it is forgotten. */
    private final Map<ObjectKey, Segmented> segmented = new ConcurrentHashMap<>();

    /** One URL's stored responses, the newest first. */
    record Variants(List<Entry> entries) {
        int blocks() {
            long blocks = 0;
            for (Entry entry : entries) {
                blocks += entry.blocks();
            }
            return (int) Math.min(Integer.MAX_VALUE, blocks);
        }
    }

    /**
     * @param count of segments
     * @param last no stored one has a higher number
     */
    private record Segmented(int count, int last) {}

    /** @param gone told of every entry that was evicted or replaced, when nothing finds it any more */
    Index(long bytesMax, int variantsMax, Consumer<Entry> gone) {
        this.variantsMax = variantsMax;
        this.gone = gone;
        this.urls = Caffeine.newBuilder()
                .maximumWeight(Math.max(1, Entry.blocks(bytesMax)))
                .weigher((ObjectKey key, Variants variants) -> variants.blocks())
                .executor(Runnable::run)
                .evictionListener((key, variants, cause) -> evicted(key, variants))
                .build();
    }

    /** Bytes on disk that count towards the bound. */
    long bytes() {
        return urls.policy()
                .eviction()
                .map(e -> Entry.bytes(e.weightedSize().orElse(0)))
                .orElse(0L);
    }

    long size() {
        return urls.estimatedSize();
    }

    long evictions() {
        return evictions.get();
    }

    /** Asking counts as a use. */
    @Nullable Variants find(ObjectKey key) {
        return urls.getIfPresent(key);
    }

    /** As {@link #find}, for looks that say nothing of how wanted the object is. */
    List<Entry> look(ObjectKey key) {
        Variants variants = urls.asMap().get(key);
        return variants == null ? List.of() : variants.entries();
    }

    boolean contains(ObjectKey key) {
        return urls.asMap().containsKey(key);
    }

    Set<ObjectKey> keys() {
        return urls.asMap().keySet();
    }

    /** Gives all of it to this sink. */
    void describe(Catalogue.Sink sink) throws IOException {
        for (Map.Entry<ObjectKey, Variants> url : urls.asMap().entrySet()) {
            for (Entry entry : url.getValue().entries()) {
                sink.accept(url.getKey(), entry);
            }
        }
    }

    /** The highest number of a URL's stored segments; -1 if there is none. */
    int lastSegment(ObjectKey whole) {
        Segmented stored = segmented.get(whole);
        return stored == null ? -1 : stored.last();
    }

    /** Adds an entry in the place of the one of the same variant, or of the oldest if there are too many. */
    void insert(ObjectKey of, Entry added) {
        List<Entry> replaced = new ArrayList<>(1);
        urls.asMap().compute(of, (key, old) -> {
            List<Entry> entries = new ArrayList<>();
            entries.add(added);
            if (old == null) {
                came(key);
            } else {
                for (Entry entry : old.entries()) {
                    if (entry.sameVariant(added) || entries.size() >= variantsMax) {
                        replaced.add(entry);
                    } else {
                        entries.add(entry);
                    }
                }
                // Recovery meets an object's generations in any order: the highest id is the newest.
                if (!replaced.isEmpty()
                        && replaced.getFirst().sameVariant(added)
                        && replaced.getFirst().id() > added.id()) {
                    entries.set(0, replaced.set(0, added));
                }
            }
            return new Variants(List.copyOf(entries));
        });
        replaced.forEach(gone);
    }

    /** @param removed takes what is not kept; their files are the caller's to delete */
    void keepOnly(ObjectKey key, Predicate<Entry> kept, List<Entry> removed) {
        urls.asMap().computeIfPresent(key, (k, variants) -> {
            List<Entry> rest = new ArrayList<>();
            for (Entry entry : variants.entries()) {
                (kept.test(entry) ? rest : removed).add(entry);
            }
            if (rest.isEmpty()) {
                went(k);
                return null;
            }
            return new Variants(List.copyOf(rest));
        });
    }

    private void came(ObjectKey key) {
        if (key.segment() != ObjectKey.WHOLE) {
            segmented.merge(
                    key.whole(),
                    new Segmented(1, key.segment()),
                    (old, added) -> new Segmented(old.count() + 1, Math.max(old.last(), added.last())));
        }
    }

    private void went(ObjectKey key) {
        if (key.segment() != ObjectKey.WHOLE) {
            segmented.computeIfPresent(
                    key.whole(), (k, old) -> old.count() == 1 ? null : new Segmented(old.count() - 1, old.last()));
        }
    }

    private void evicted(@Nullable ObjectKey key, @Nullable Variants variants) {
        if (key != null && variants != null) {
            went(key);
            evictions.addAndGet(variants.entries().size());
            variants.entries().forEach(gone);
        }
    }
}
