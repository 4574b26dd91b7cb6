package org.popnet.fetch.store;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * Stored responses in one directory, found by key and the request's selecting fields.
 *
 * <p>Memory holds an {@link Index} only; heads and bodies are read from the files, which the system's page cache keeps. An
 * object comes into being by the renaming
 * of its finished file, and each file has a name that is never used again, so whoever has opened one reads exactly that
 * object to its end.
 */
final class Disk implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Disk.class);

    private final StoreSettings settings;
    private final StoreDirectory directory;
    private final Catalogue catalogue;
    private final MeterRegistry meters;
    private final AtomicLong nextId = new AtomicLong(1);
    private volatile long firstIdSinceStart = 1;
    private final AtomicLong partialBytes = new AtomicLong();
    private final Index index;
    private final DiskHealth reading;
    private final DiskHealth writing;
    /** Publishing reads, flushing writes: nothing comes into the index while a flush goes through it. */
    private final ReadWriteLock flushing = new ReentrantReadWriteLock();

    private Disk(StoreSettings settings, StoreDirectory directory, Catalogue catalogue, MeterRegistry meters) {
        this.catalogue = catalogue;
        this.settings = settings;
        this.directory = directory;
        this.meters = meters;
        this.index = new Index(settings.bytesMax().toBytes(), settings.variantsMax(), this::delete);
        LongSupplier nanoTime = meters.config().clock()::monotonicTime;
        this.reading = new DiskHealth(directory.root(), "reading", nanoTime);
        this.writing = new DiskHealth(directory.root(), "writing", nanoTime);
        Tags disk = Tags.of("directory", directory.root().toString());
        Gauge.builder("popnet.fetch.store.bytes", this::bytes)
                .baseUnit("bytes")
                .tags(disk)
                .register(meters);
        Gauge.builder("popnet.fetch.store.bytes.max", settings.bytesMax(), DataSize::toBytes)
                .baseUnit("bytes")
                .tags(disk)
                .register(meters);
        Gauge.builder("popnet.fetch.store.partial.bytes", partialBytes, AtomicLong::get)
                .baseUnit("bytes")
                .tags(disk)
                .register(meters);
        Gauge.builder("popnet.fetch.store.urls", index, Index::size).tags(disk).register(meters);
        FunctionCounter.builder("popnet.fetch.store.evictions", index, Index::evictions)
                .tags(disk)
                .register(meters);
        Gauge.builder("popnet.fetch.store.out", this, d -> d.reading.usable() && d.writing.usable() ? 0 : 1)
                .description("1 while the disk is left alone because it fails")
                .tags(disk)
                .register(meters);
    }

    /**
     * Opens the store and finds again what it holds.
     *
     * @throws UnusableStoreException if the directory cannot be used
     */
    static Disk open(Path root, StoreSettings settings, MeterRegistry meters) {
        StoreDirectory directory = StoreDirectory.open(root);
        try {
            Catalogue catalogue = new Catalogue(directory.root());
            Disk disk = new Disk(settings, directory, catalogue, meters);
            Timer.Sample start = Timer.start(meters);
            Recovery.Result result = Recovery.run(directory, catalogue, disk.index::insert);
            disk.nextId.set(result.highestId() + 1);
            disk.firstIdSinceStart = result.highestId() + 1;
            catalogue.begin(result.highestId(), result.objects() - result.read(), disk.index::describe);
            result.unlisted().forEach(object -> catalogue.added(object.key(), object.entry()));
            meters.counter("popnet.fetch.store.recovered").increment(result.objects());
            meters.counter("popnet.fetch.store.recovered.read").increment(result.read());
            meters.counter("popnet.fetch.store.corrupt", "found", "recovery").increment(result.dropped());
            long tookNanos = start.stop(meters.timer("popnet.fetch.store.recovery"));
            log.info(
                    "Store {}: {} objects, {} MiB in {} ms; {} files had to be read; dropped {} damaged and {} unfinished",
                    root,
                    result.objects(),
                    disk.bytes() >> 20,
                    TimeUnit.NANOSECONDS.toMillis(tookNanos),
                    result.read(),
                    result.dropped(),
                    result.partials());
            return disk;
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Bytes on disk that count towards the bound. */
    long bytes() {
        return index.bytes();
    }

    Found find(ObjectKey key, Headers request) {
        Index.Variants variants = reading.usable() ? index.find(key) : null;
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
            reading.worked();
            if (object.key().equals(key)) {
                return object;
            }
            object.close();
            drop(key, entry.id(), "holds " + object.key());
        } catch (NoSuchFileException e) {
            remove(key, entry.id()); // evicted meanwhile, or someone deleted it
        } catch (ClosedChannelException e) {
            return null; // this thread was interrupted: nothing is known against the object
        } catch (IOException e) {
            noteReading(e);
            drop(key, entry.id(), e.getMessage());
        }
        return null;
    }

    /** Whether the object was stored since this process started, so that no flush can have been missed for it. */
    boolean isSinceStart(StoredObject object) {
        return object.header().id() >= firstIdSinceStart;
    }

    /** Removes an object that was found damaged. */
    void dropCorrupt(StoredObject object, IOException why) {
        if (why instanceof ClosedChannelException) {
            return; // the reading thread was interrupted: nothing is known against the object
        }
        noteReading(why);
        drop(object.key(), object.header().id(), why.getMessage());
    }

    /** An object that is not what was written says nothing of the disk's other objects; an error of the disk does. */
    private void noteReading(IOException why) {
        if (!(why instanceof ObjectFile.CorruptException)) {
            reading.failed(why);
        }
    }

    /** Removes an object that a newer response has made wrong. */
    void forget(StoredObject object) {
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
    @Nullable NewObject begin(ObjectKey key, StoredHead head, long length) {
        byte[] encoded = ObjectFile.encode(key, head);
        if (encoded.length > ObjectFile.HEAD_BYTES_MAX || !fits(length)) {
            return refused("too-large");
        }
        if (!reading.usable() || !writing.usable()) {
            return refused("disk-out");
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
            return new NewObject(id, key, head, encoded, directory.partial(id), partialBytes::addAndGet, writing);
        } catch (IOException e) {
            writing.failed(e);
            log.warn("Cannot store {}{}: {}", key.site(), key.target(), e.toString());
            return refused("disk-error");
        }
    }

    /** Whether a body of this length, or one that has grown to it, may be stored. */
    boolean fits(long length) {
        return length <= settings.objectBytesMax().toBytes();
    }

    private @Nullable NewObject refused(String reason) {
        countUnstored(reason);
        return null;
    }

    /** Counts a storable response that was not stored. */
    void countUnstored(String reason) {
        meters.counter("popnet.fetch.store.refused", "reason", reason).increment();
    }

    /**
     * Puts a finished object in the place of the one it replaces; its partial file is gone afterwards in any case.
     *
     * @param wanted asked at the last moment, when no flush can come between
     * @return whether it is stored
     */
    boolean publish(NewObject object, BooleanSupplier wanted) {
        flushing.readLock().lock();
        try {
            if (!wanted.getAsBoolean()) {
                object.discard();
                return false;
            }
            ObjectFile.Header header =
                    object.publish(directory.object(object.id()), settings.sync() == StoreSettings.Sync.DATA);
            Entry added = Entry.of(header);
            index.insert(header.key(), added);
            writing.worked();
            catalogue.added(header.key(), added);
            return true;
        } catch (IOException e) {
            writing.failed(e);
            log.warn("Cannot store {}{}: {}", object.key().site(), object.key().target(), e.toString());
            countUnstored("disk-error");
            object.discard();
            return false;
        } finally {
            flushing.readLock().unlock();
        }
    }

    /** The origin has confirmed the object: it goes on with this head. */
    void freshen(StoredObject object, StoredHead confirmed) {
        try {
            boolean listedRight = object.header().head().tags().equals(confirmed.tags());
            if (!object.freshen(confirmed) || !listedRight) { // a flush by a new tag would not find it
                remove(object.key(), object.header().id());
            }
        } catch (IOException e) {
            writing.failed(e);
            log.warn("Cannot update {}{}: {}", object.key().site(), object.key().target(), e.toString());
            countUnstored("disk-error");
        }
    }

    private void remove(ObjectKey key, long id) {
        List<Entry> removed = new ArrayList<>(1);
        index.keepOnly(key, entry -> entry.id() != id, removed);
        removed.forEach(this::delete);
    }

    /** Whether something is stored under this key; says nothing of its variant or freshness. */
    boolean contains(ObjectKey key) {
        return reading.usable() && index.contains(key);
    }

    /** Removes those of a URL's segments that belong to an outdated version of it. */
    void forgetSegments(ObjectKey whole, Predicate<StoredHead> outdated) {
        for (int i = 0; i <= index.lastSegment(whole); i++) {
            ObjectKey key = whole.at(i);
            for (Entry entry : index.look(key)) {
                StoredObject object = open(key, entry);
                if (object != null) {
                    try (object) {
                        if (outdated.test(object.head())) {
                            forget(object);
                        }
                    }
                }
            }
        }
    }

    /**
     * Removes what a flush selects; gone from the disk, power failures included, when this returns.
     *
     * @param before run first, when nothing can be published any more: for objects that are still arriving
     * @return how many objects were removed
     * @throws UncheckedIOException if the disk fails: the flush must be tried again
     */
    long flush(Selector selector, Runnable before) {
        flushing.writeLock().lock();
        try {
            before.run();
            List<Entry> removed = new ArrayList<>();
            for (ObjectKey key : index.keys()) {
                if (selector.mightSelect(key)) {
                    index.keepOnly(key, entry -> !selector.selects(key, entry.tags()), removed);
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
     * Removes every variant and segment of what an unsafe request has changed (RFC 9111 §4.4).
     *
     * @param before run first, when nothing can be published any more: for objects that are still arriving
     */
    void invalidate(ObjectKey key, Runnable before) {
        flushing.writeLock().lock();
        try {
            before.run();
            List<Entry> removed = new ArrayList<>();
            index.keepOnly(key, entry -> false, removed);
            int last = index.lastSegment(key);
            for (int i = 0; i <= last; i++) {
                index.keepOnly(key.at(i), entry -> false, removed);
            }
            removed.forEach(this::delete);
        } finally {
            flushing.writeLock().unlock();
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
        catalogue.close();
        directory.close();
    }
}
