package org.popnet.fetch.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored responses on disk, found by key and the request's selecting fields.
 *
 * <p>Memory holds an index only: per URL its variants, each some 200 bytes; heads and bodies are read from the files,
 * which the system's page cache keeps. Caffeine weighs the URLs in blocks and decides which of them stay (W-TinyLFU: a
 * crawl of things asked for once does not drive out what is asked for often). An object comes into being by the renaming
 * of its finished file, and each file has a name that is never used again, so whoever has opened one reads exactly that
 * object to its end.
 */
public final class DiskTier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DiskTier.class);

    private final StoreSettings settings;
    private final StoreDirectory directory;
    private final MeterRegistry meters;
    private final AtomicLong nextId = new AtomicLong(1);
    private volatile long firstIdSinceStart = 1;
    private final AtomicLong partialBytes = new AtomicLong();
    private final AtomicLong evictions = new AtomicLong();
    private final Cache<ObjectKey, Variants> index;
    /** Publishing reads, flushing writes: nothing comes into the index while a flush goes through it. */
    private final ReadWriteLock flushing = new ReentrantReadWriteLock();

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

    /** What the store has for a request. */
    public sealed interface Found {
        /** The caller closes the object. */
        record Hit(StoredObject object) implements Found {}

        /**
         * @param known whether other responses of this URL are stored
         * @param vary what the newest of them says selects, {@link Vary#NONE} if there is none
         */
        record Miss(boolean known, Vary vary) implements Found {}
    }

    private DiskTier(StoreSettings settings, StoreDirectory directory, MeterRegistry meters) {
        this.settings = settings;
        this.directory = directory;
        this.meters = meters;
        this.index = Caffeine.newBuilder()
                .maximumWeight(Math.max(1, Entry.blocks(settings.bytesMax().toBytes())))
                .weigher((ObjectKey key, Variants variants) -> variants.blocks())
                .executor(Runnable::run)
                .evictionListener((key, variants, cause) -> evicted(variants))
                .build();
        Gauge.builder("popnet.fetch.store.bytes", this::bytes).baseUnit("bytes").register(meters);
        Gauge.builder("popnet.fetch.store.partial.bytes", partialBytes, AtomicLong::get)
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("popnet.fetch.store.urls", index, Cache::estimatedSize).register(meters);
        FunctionCounter.builder("popnet.fetch.store.evictions", evictions, AtomicLong::get)
                .register(meters);
    }

    /**
     * Opens the store and finds again what it holds.
     *
     * @throws UnusableStoreException if the directory cannot be used
     */
    public static DiskTier open(Path root, StoreSettings settings, MeterRegistry meters) {
        StoreDirectory directory = StoreDirectory.open(root);
        try {
            DiskTier tier = new DiskTier(settings, directory, meters);
            Recovery.Result result = Recovery.run(directory, tier::insert);
            tier.nextId.set(result.highestId() + 1);
            tier.firstIdSinceStart = result.highestId() + 1;
            meters.counter("popnet.fetch.store.recovered").increment(result.objects());
            meters.counter("popnet.fetch.store.corrupt", "found", "recovery").increment(result.dropped());
            meters.timer("popnet.fetch.store.recovery").record(result.took());
            log.info(
                    "Store {}: {} objects, {} MiB in {} ms; dropped {} damaged and {} unfinished",
                    root,
                    result.objects(),
                    tier.bytes() >> 20,
                    result.took().toMillis(),
                    result.dropped(),
                    result.partials());
            return tier;
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Bytes on disk that count towards the bound. */
    public long bytes() {
        return index.policy()
                .eviction()
                .map(e -> Entry.bytes(e.weightedSize().orElse(0)))
                .orElse(0L);
    }

    public Found find(ObjectKey key, Headers request) {
        Variants variants = index.getIfPresent(key);
        if (variants == null) {
            return new Found.Miss(false, Vary.NONE);
        }
        for (Entry entry : variants.entries()) {
            if (entry.answers(request)) {
                StoredObject object = open(key, entry);
                if (object != null) {
                    return new Found.Hit(object);
                }
            }
        }
        return new Found.Miss(true, variants.entries().getFirst().vary());
    }

    private @Nullable StoredObject open(ObjectKey key, Entry entry) {
        try {
            StoredObject object = StoredObject.open(directory.object(entry.id()));
            if (object.key().equals(key)) {
                return object;
            }
            object.close();
            drop(key, entry.id(), "holds " + object.key());
        } catch (NoSuchFileException e) {
            remove(key, entry.id()); // evicted meanwhile, or someone deleted it
        } catch (IOException e) {
            drop(key, entry.id(), e.getMessage());
        }
        return null;
    }

    /** Whether the object was stored since this process started, so that no flush can have been missed for it. */
    public boolean isSinceStart(StoredObject object) {
        return object.header().id() >= firstIdSinceStart;
    }

    /** Removes an object that was found damaged. */
    public void dropCorrupt(StoredObject object, IOException why) {
        drop(object.key(), object.header().id(), why.getMessage());
    }

    /** Removes an object that a newer response has made wrong. */
    public void forget(StoredObject object) {
        remove(object.key(), object.header().id());
    }

    private void drop(ObjectKey key, long id, @Nullable String why) {
        log.warn("Stored object {} of {}{} is damaged and dropped: {}", id, key.site(), key.target(), why);
        meters.counter("popnet.fetch.store.corrupt", "found", "reading").increment();
        remove(key, id);
    }

    /**
     * Begins an object, if there is room.
     *
     * @param length of the body, or -1 if it is not known yet
     * @return null if it is not to be stored; the reason is counted
     */
    public @Nullable NewObject begin(ObjectKey key, StoredHead head, long length) {
        byte[] encoded = ObjectFile.encode(key, head);
        if (encoded.length > ObjectFile.HEAD_BYTES_MAX || !fits(length)) {
            return refused("too-large");
        }
        try {
            if (partialBytes.get() + Math.max(0, length)
                    > settings.partialBytesMax().toBytes()) {
                return refused("too-many-arriving");
            }
            if (directory.freeBytes() - Math.max(0, length)
                    < settings.freeBytesMin().toBytes()) {
                return refused("disk-full");
            }
            long id = nextId.getAndIncrement();
            return new NewObject(id, key, head, encoded, directory.partial(id), partialBytes::addAndGet);
        } catch (IOException e) {
            log.warn("Cannot store {}{}: {}", key.site(), key.target(), e.toString());
            return refused("disk-error");
        }
    }

    /** Whether a body of this length, or one that has grown to it, may be stored. */
    public boolean fits(long length) {
        return length <= settings.objectBytesMax().toBytes();
    }

    private @Nullable NewObject refused(String reason) {
        countUnstored(reason);
        return null;
    }

    /** Counts a storable response that was not stored. */
    public void countUnstored(String reason) {
        meters.counter("popnet.fetch.store.refused", "reason", reason).increment();
    }

    /**
     * Puts a finished object in the place of the one it replaces; its partial file is gone afterwards in any case.
     *
     * @param wanted asked at the last moment, when no flush can come between
     * @return whether it is stored
     */
    public boolean publish(NewObject object, BooleanSupplier wanted) {
        flushing.readLock().lock();
        try {
            if (!wanted.getAsBoolean()) {
                object.discard();
                return false;
            }
            ObjectFile.Header header =
                    object.publish(directory.object(object.id()), settings.sync() == StoreSettings.Sync.DATA);
            insert(header);
            return true;
        } catch (IOException e) {
            log.warn("Cannot store {}{}: {}", object.key().site(), object.key().target(), e.toString());
            countUnstored("disk-error");
            object.discard();
            return false;
        } finally {
            flushing.readLock().unlock();
        }
    }

    private void insert(ObjectFile.Header header) {
        Entry added = Entry.of(header);
        List<Entry> replaced = new ArrayList<>(1);
        index.asMap().compute(header.key(), (key, old) -> {
            List<Entry> entries = new ArrayList<>();
            entries.add(added);
            if (old != null) {
                for (Entry entry : old.entries()) {
                    if (entry.sameVariant(added) || entries.size() >= settings.variantsMax()) {
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
        replaced.forEach(this::delete);
    }

    /** The origin has confirmed the object: it goes on with this head. */
    public void freshen(StoredObject object, StoredHead confirmed) {
        try {
            if (!object.freshen(confirmed)) {
                remove(object.key(), object.header().id());
            }
        } catch (IOException e) {
            log.warn("Cannot update {}{}: {}", object.key().site(), object.key().target(), e.toString());
            countUnstored("disk-error");
        }
    }

    private void remove(ObjectKey key, long id) {
        List<Entry> removed = new ArrayList<>(1);
        keepOnly(key, entry -> entry.id() != id, removed);
        removed.forEach(this::delete);
    }

    private void keepOnly(ObjectKey key, Predicate<Entry> kept, List<Entry> removed) {
        index.asMap().computeIfPresent(key, (k, variants) -> {
            List<Entry> rest = new ArrayList<>();
            for (Entry entry : variants.entries()) {
                (kept.test(entry) ? rest : removed).add(entry);
            }
            return rest.isEmpty() ? null : new Variants(List.copyOf(rest));
        });
    }

    /**
     * Removes what a flush selects; gone from the disk, power failures included, when this returns.
     *
     * @param before run first, when nothing can be published any more: for objects that are still arriving
     * @return how many objects were removed
     * @throws UncheckedIOException if the disk fails: the flush must be tried again
     */
    public long flush(Selector selector, Runnable before) {
        flushing.writeLock().lock();
        try {
            before.run();
            List<Entry> removed = new ArrayList<>();
            for (Map.Entry<ObjectKey, Variants> url : index.asMap().entrySet()) {
                ObjectKey key = url.getKey();
                if (selector.mightSelect(key)) {
                    keepOnly(key, entry -> !selector.selects(key, entry.tags()), removed);
                }
            }
            TreeSet<Path> folders = new TreeSet<>();
            for (Entry entry : removed) {
                Path file = directory.object(entry.id());
                Files.deleteIfExists(file);
                folders.add(file.getParent());
            }
            StoreDirectory.force(folders);
            return removed.size();
        } catch (IOException e) {
            throw new UncheckedIOException("flush of " + selector + " not complete", e);
        } finally {
            flushing.writeLock().unlock();
        }
    }

    /**
     * Removes every variant of what an unsafe request has changed (RFC 9111 §4.4).
     *
     * @param before run first, when nothing can be published any more: for objects that are still arriving
     */
    public void invalidate(ObjectKey key, Runnable before) {
        flushing.writeLock().lock();
        try {
            before.run();
            List<Entry> removed = new ArrayList<>();
            keepOnly(key, entry -> false, removed);
            removed.forEach(this::delete);
        } finally {
            flushing.writeLock().unlock();
        }
    }

    private void evicted(@Nullable Variants variants) {
        if (variants != null) {
            evictions.addAndGet(variants.entries().size());
            variants.entries().forEach(this::delete);
        }
    }

    private void delete(Entry entry) {
        try {
            Files.deleteIfExists(directory.object(entry.id()));
        } catch (IOException e) {
            log.warn("Cannot delete {}: {}", directory.object(entry.id()), e.toString());
        }
    }

    /** Gives the directory back to other processes. */
    @Override
    public void close() {
        directory.close();
    }
}
