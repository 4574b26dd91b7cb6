package org.popnet.fetch.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds again, at start, what a store holds: reads the head of every object's file, all folders in parallel. Files of
 * this store that are damaged or unfinished are deleted; files it did not write are left alone.
 */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private final StoreDirectory directory;
    private final Consumer<ObjectFile.Header> found;
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong partials = new AtomicLong();
    private final AtomicLong highestId = new AtomicLong();

    /** @param highestId of all objects; 0 if there are none */
    record Result(long objects, long dropped, long partials, long highestId, Duration took) {}

    private Recovery(StoreDirectory directory, Consumer<ObjectFile.Header> found) {
        this.directory = directory;
        this.found = found;
    }

    /** @param found is given every whole object, by several threads at once */
    static Result run(StoreDirectory directory, Consumer<ObjectFile.Header> found) {
        long start = System.nanoTime();
        Recovery recovery = new Recovery(directory, found);
        recovery.deletePartials();
        IntStream.range(0, 256).parallel().forEach(i -> recovery.folder(directory.folder(i)));
        return new Result(
                recovery.objects.get(),
                recovery.dropped.get(),
                recovery.partials.get(),
                recovery.highestId.get(),
                Duration.ofNanos(System.nanoTime() - start));
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

    private void folder(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, StoreDirectory::isObject)) {
            for (Path file : files) {
                object(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new UnusableStoreException(directory.root(), "cannot be read (" + e + "): check the disk", e);
        }
    }

    private void object(Path file) throws IOException {
        try (StoredObject object = StoredObject.open(file)) {
            ObjectFile.Header header = object.header();
            if (!directory.object(header.id()).equals(file)) {
                throw new ObjectFile.CorruptException("holds object " + header.id());
            }
            highestId.accumulateAndGet(header.id(), Math::max);
            objects.incrementAndGet();
            found.accept(header);
        } catch (ObjectFile.CorruptException e) {
            log.warn("Dropped {}: {}", file, e.getMessage());
            dropped.incrementAndGet();
            Files.deleteIfExists(file);
        }
    }
}
