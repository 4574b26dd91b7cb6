package org.popnet.fetch.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds again, at start, what a store holds: lists the files, takes what the {@link Catalogue} says of them, and reads the
 * heads of those it does not know. Files of this store that are damaged or unfinished are deleted; files it did not write
 * are left alone.
 */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private final StoreDirectory directory;
    private final BiConsumer<ObjectKey, Entry> found;
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong partials = new AtomicLong();
    private final AtomicLong highestId = new AtomicLong();
    private final Queue<Unlisted> unlisted = new ConcurrentLinkedQueue<>();

    /** An object that the catalogue did not name. */
    record Unlisted(ObjectKey key, Entry entry) {}

    /**
     * @param unlisted objects whose head had to be read
     * @param read files whose head had to be read
     * @param highestId that was ever used; 0 if there is none
     */
    record Result(
            long objects, Collection<Unlisted> unlisted, long read, long dropped, long partials, long highestId) {}

    private Recovery(StoreDirectory directory, BiConsumer<ObjectKey, Entry> found) {
        this.directory = directory;
        this.found = found;
    }

    /** @param found is given every object, by several threads at once */
    static Result run(StoreDirectory directory, Catalogue catalogue, BiConsumer<ObjectKey, Entry> found) {
        Recovery recovery = new Recovery(directory, found);
        recovery.deletePartials();
        IdSet files = new IdSet();
        IntStream.range(0, 256).parallel().forEach(i -> recovery.list(i, files));
        long highestListed = catalogue.read((key, entry) -> {
            if (files.remove(entry.id())) {
                recovery.objects.incrementAndGet();
                found.accept(key, entry);
            }
        });
        recovery.highestId.accumulateAndGet(highestListed, Math::max);
        LongStream.Builder rest = LongStream.builder();
        files.forEach(rest);
        long[] toRead = rest.build().toArray();
        LongStream.of(toRead).parallel().forEach(id -> recovery.object(directory.object(id)));
        return new Result(
                recovery.objects.get(),
                recovery.unlisted,
                toRead.length,
                recovery.dropped.get(),
                recovery.partials.get(),
                recovery.highestId.get());
    }

    private void deletePartials() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.partials(), StoreDirectory::isPartial)) {
            for (Path file : files) {
                Files.delete(file);
                partials.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UnusableStoreException(directory.root(), "cannot be cleaned (" + e + "): check the disk", e);
        }
    }

    private void list(int folder, IdSet into) {
        String[] names = directory.folder(folder).toFile().list();
        if (names == null) {
            throw new UnusableStoreException(
                    directory.root(), directory.folder(folder) + " cannot be read: check the disk", null);
        }
        IdSet here = new IdSet();
        for (String name : names) {
            long id = StoreDirectory.id(name);
            if (id > 0 && (id & 0xff) == folder) {
                here.add(id);
                highestId.accumulateAndGet(id, Math::max);
            }
        }
        synchronized (into) {
            here.forEach(into::add);
        }
    }

    private void object(Path file) {
        try (StoredObject object = StoredObject.open(file)) {
            ObjectFile.Header header = object.header();
            if (!directory.object(header.id()).equals(file)) {
                throw new ObjectFile.CorruptException("holds object " + header.id());
            }
            objects.incrementAndGet();
            Entry entry = Entry.of(header);
            found.accept(header.key(), entry);
            unlisted.add(new Unlisted(header.key(), entry));
        } catch (ObjectFile.CorruptException e) {
            log.warn("Dropped {}: {}", file, e.getMessage());
            dropped.incrementAndGet();
            delete(file);
        } catch (IOException | UncheckedIOException e) {
            throw new UnusableStoreException(directory.root(), "cannot be read (" + e + "): check the disk", e);
        }
    }

    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UnusableStoreException(directory.root(), "cannot be cleaned (" + e + "): check the disk", e);
        }
    }
}
