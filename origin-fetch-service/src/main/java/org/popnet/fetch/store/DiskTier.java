package org.popnet.fetch.store;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

/**
 * Stored responses on one or several disks. A URL's disk follows from its key by rendezvous hashing over the directories'
 * names, so that one that is added or taken away moves its own share of URLs only, and a disk that fails costs the URLs
 * that are on it their store and nothing else. Each disk has its own bound, index and eviction.
 */
public final class DiskTier implements AutoCloseable {
    private final List<Disk> disks;
    private final long[] seeds;

    private DiskTier(List<Disk> disks, long[] seeds) {
        this.disks = disks;
        this.seeds = seeds;
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

    /**
     * Opens the store and finds again what it holds.
     *
     * @throws UnusableStoreException if the directory cannot be used
     */
    public static DiskTier open(Path root, StoreSettings settings, MeterRegistry meters) {
        return open(List.of(root), settings, meters);
    }

    /**
     * Opens a store over several directories, which best are on different disks.
     *
     * @throws UnusableStoreException if one of them cannot be used
     */
    public static DiskTier open(List<Path> roots, StoreSettings settings, MeterRegistry meters) {
        List<Disk> disks = new ArrayList<>();
        try {
            for (Path root : roots) {
                disks.add(Disk.open(root, settings, meters));
            }
        } catch (RuntimeException e) {
            disks.forEach(Disk::close);
            throw e;
        }
        return new DiskTier(
                List.copyOf(disks),
                roots.stream().mapToLong(r -> mix(r.toString().hashCode())).toArray());
    }

    private Disk of(ObjectKey key) {
        if (disks.size() == 1) {
            return disks.getFirst();
        }
        long hash = (31L * key.site().hashCode() + key.target().hashCode()) * 0x9E3779B97F4A7C15L + key.segment();
        int best = 0;
        for (int i = 1; i < seeds.length; i++) {
            if (Long.compareUnsigned(mix(hash ^ seeds[i]), mix(hash ^ seeds[best])) > 0) {
                best = i;
            }
        }
        return disks.get(best);
    }

    /** The finalizer of SplitMix64: every bit of the result depends on every bit given. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Bytes on all disks that count towards the bounds. */
    public long bytes() {
        return disks.stream().mapToLong(Disk::bytes).sum();
    }

    public Found find(ObjectKey key, Headers request) {
        return of(key).find(key, request);
    }

    /** Whether the object was stored since this process started, so that no flush can have been missed for it. */
    public boolean isSinceStart(StoredObject object) {
        return of(object.key()).isSinceStart(object);
    }

    /** Removes an object that was found damaged. */
    public void dropCorrupt(StoredObject object, IOException why) {
        of(object.key()).dropCorrupt(object, why);
    }

    /** Removes an object that a newer response has made wrong. */
    public void forget(StoredObject object) {
        of(object.key()).forget(object);
    }

    /**
     * Begins an object, if there is room.
     *
     * @param length of the body, or -1 if it is not known yet
     * @return null if it is not to be stored; the reason is counted
     */
    public @Nullable NewObject begin(ObjectKey key, StoredHead head, long length) {
        return of(key).begin(key, head, length);
    }

    /** Whether a body of this length, or one that has grown to it, may be stored whole. */
    public boolean fits(long length) {
        return disks.getFirst().fits(length);
    }

    /** Counts a storable response that was not stored. */
    public void countUnstored(String reason) {
        disks.getFirst().countUnstored(reason);
    }

    /**
     * Puts a finished object in the place of the one it replaces; its partial file is gone afterwards in any case.
     *
     * @param wanted asked at the last moment, when no flush can come between
     * @return whether it is stored
     */
    public boolean publish(NewObject object, BooleanSupplier wanted) {
        return of(object.key()).publish(object, wanted);
    }

    /** The origin has confirmed the object: it goes on with this head. */
    public void freshen(StoredObject object, StoredHead confirmed) {
        of(object.key()).freshen(object, confirmed);
    }

    /**
     * Removes what a flush selects; gone from the disks, power failures included, when this returns.
     *
     * @param before run first on each disk, when nothing can be published on it any more: for objects that are still
     *     arriving
     * @return how many objects were removed
     * @throws UncheckedIOException if a disk fails: the flush must be tried again
     */
    public long flush(Selector selector, Runnable before) {
        long removed = 0;
        for (Disk disk : disks) {
            removed += disk.flush(selector, before);
        }
        return removed;
    }

    /**
     * Removes every variant and segment of what an unsafe request has changed (RFC 9111 §4.4).
     *
     * @param key of the whole
     * @param before run first on each disk, when nothing can be published on it any more: for objects that are still
     *     arriving
     */
    public void invalidate(ObjectKey key, Runnable before) {
        disks.forEach(disk -> disk.invalidate(key, before));
    }

    /** Whether something is stored under this key and can be read; says nothing of its variant or freshness. */
    public boolean contains(ObjectKey key) {
        return of(key).contains(key);
    }

    /** Removes those of a URL's segments that belong to an outdated version of it. */
    public void forgetSegments(ObjectKey whole, Predicate<StoredHead> outdated) {
        disks.forEach(disk -> disk.forgetSegments(whole, outdated));
    }

    /** Each directory's store, for operators. */
    List<Disk> disks() {
        return disks;
    }

    /** Gives the directories back to other processes. */
    @Override
    public void close() {
        disks.forEach(Disk::close);
    }
}
