package org.popnet.fetch.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.store.NewObject;
import org.popnet.fetch.store.ObjectKey;
import org.popnet.fetch.store.StoredHead;

/**
 * One fetch for all who wait for the same response: first for its head, then for its body, which they follow through the
 * growing file, each at its own speed.
 *
 * <p>If the disk fails in the middle, the rest goes through memory, bounded by {@value #TAIL_BYTES_MAX} bytes: the fetch
 * then waits for the slowest reader, nobody else may join, and nothing is stored. If there is no room on disk from the start,
 * all of it goes through memory; others may join as long as its beginning is still there.
 */
final class Fill {
    static final int TAIL_BYTES_MAX = 4 << 20;
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ObjectKey key;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Reader> readers = new HashSet<>();

    private @Nullable Outcome outcome;
    private @Nullable NewObject object;
    private long onDisk;
    private long available;
    private @Nullable Tail tail;
    private boolean ended;
    private @Nullable IOException failure;
    private volatile boolean doomed;

    Fill(ObjectKey key) {
        this.key = key;
    }

    ObjectKey key() {
        return key;
    }

    /** What a fetch has come to, as soon as its response's head is there. */
    sealed interface Outcome {
        /**
         * It can be joined.
         *
         * @param length of the body; -1 if it is not known yet
         */
        record Streaming(StoredHead head, long length) implements Outcome {}

        /** The stored response is still right, and has been updated. */
        record Confirmed() implements Outcome {}

        /** Another fetch had stored it before this one began. */
        record Stored() implements Outcome {}

        /** It is large, and kept by segments: look for the one that is wanted. */
        record InSegments(LargeVersion version) implements Outcome {}

        /** The response is for the one who asked only. */
        record NotShared() implements Outcome {}

        /** No server answered. */
        record Failed(OriginUnavailableException cause) implements Outcome {}
    }

    // --- what the one who fetches does

    /** Lets all who wait go on. */
    void resolve(Outcome outcome) {
        lock.lock();
        try {
            if (this.outcome == null) {
                this.outcome = outcome;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins the body; the reader is the first, so that the fill cannot end before it has one. */
    Reader begin(NewObject object, long length) {
        lock.lock();
        try {
            this.object = object;
            object.retain();
            resolve(new Outcome.Streaming(object.head(), length));
            return newReader(object);
        } finally {
            lock.unlock();
        }
    }

    /** The same for a body that cannot be stored. */
    Reader begin(StoredHead head, long length) {
        lock.lock();
        try {
            tail = new Tail(0);
            resolve(new Outcome.Streaming(head, length));
            return newReader(null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds to the body: on disk, or behind a disk that has failed to those who are reading.
     *
     * @param diskFailed run once, when the disk fails
     * @throws IOException if nobody is left to read what cannot be stored
     */
    void append(byte[] bytes, int count, @Nullable NewObject into, Runnable diskFailed) throws IOException {
        int stored = 0;
        if (tail == null && into != null) {
            long before = into.length();
            try {
                into.write(bytes, 0, count);
                stored = count;
            } catch (IOException e) {
                stored = (int) (into.length() - before);
                stopStoring(stored);
                diskFailed.run();
            }
        }
        lock.lock();
        try {
            onDisk += stored;
            available += count;
            if (stored < count && tail != null) {
                tail.add(Arrays.copyOfRange(bytes, stored, count));
                changed.signalAll();
                awaitReaders();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From here on the body goes through memory to those who are reading, and nobody joins. */
    void stopStoring() {
        stopStoring(0);
    }

    /** @param more bytes that are on disk beyond what is told of */
    private void stopStoring(int more) {
        lock.lock();
        try {
            doomed = true;
            if (tail == null) {
                tail = new Tail(onDisk + more);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean storing() {
        return tail == null;
    }

    private void awaitReaders() throws IOException {
        Tail held = tail;
        while (held != null) {
            if (readers.isEmpty()) {
                throw new IOException("nobody reads on, and it cannot be stored");
            }
            if (object != null || held.bytes() >= TAIL_BYTES_MAX) {
                held.dropBefore(readers.stream()
                        .mapToLong(reader -> reader.position)
                        .min()
                        .orElse(0));
            }
            if (held.bytes() < TAIL_BYTES_MAX) {
                return;
            }
            await(changed);
        }
    }

    /** The body is whole. */
    void complete() {
        end(null);
    }

    /** The body broke off: whoever reads it sees the break. */
    void fail(IOException cause) {
        end(cause);
    }

    private void end(@Nullable IOException cause) {
        lock.lock();
        try {
            ended = true;
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // --- what those who wait do

    /** @return the outcome, or null if there is none after this time */
    @Nullable Outcome await(Duration most) throws IOException {
        long left = most.toNanos();
        lock.lock();
        try {
            while (outcome == null) {
                if (left <= 0) {
                    return null;
                }
                left = changed.awaitNanos(left);
            }
            return outcome;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a fetch of " + key, e);
        } finally {
            lock.unlock();
        }
    }

    /** @return null if it is too late to join: flushed, broken, or no longer stored */
    @Nullable Reader join() {
        lock.lock();
        try {
            NewObject joined = object;
            if (doomed || failure != null) {
                return null;
            }
            if (joined == null) {
                return tail != null && tail.start() == 0 ? newReader(null) : null;
            }
            return joined.retain() ? newReader(joined) : null;
        } finally {
            lock.unlock();
        }
    }

    private Reader newReader(@Nullable NewObject from) {
        Reader reader = new Reader(from);
        readers.add(reader);
        return reader;
    }

    /** Nobody joins any more, and it will not be stored; those who read it go on. */
    void doom() {
        doomed = true;
    }

    boolean doomed() {
        return doomed;
    }

    /** Whether it is being stored, as far as is known by now. */
    boolean mayBeStored() {
        return !doomed && storing();
    }

    /** Whether going on is of any use: it will be stored, or someone reads it. */
    boolean wanted() {
        lock.lock();
        try {
            return mayBeStored() || !readers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How far the body has come, in bytes. */
    long available() {
        lock.lock();
        try {
            return available;
        } finally {
            lock.unlock();
        }
    }

    /** One who follows the body. */
    final class Reader implements AutoCloseable {
        private final @Nullable NewObject source;
        private long position;
        private boolean closed;

        private Reader(@Nullable NewObject source) {
            this.source = source;
        }

        long available() {
            return Fill.this.available();
        }

        /**
         * Writes a part of the body as it arrives.
         *
         * @param count bytes, or -1 for everything up to the end
         * @throws IOException if the body breaks off before that
         */
        void copyTo(OutputStream out, long first, long count) throws IOException {
            byte[] chunk = new byte[(int) (count < 0 ? CHUNK_BYTES : Math.min(CHUNK_BYTES, count))];
            long end = count < 0 ? Long.MAX_VALUE : first + count;
            moveTo(first);
            while (position < end) {
                int read = read(chunk, (int) Math.min(chunk.length, end - position));
                if (read < 0) {
                    if (count < 0) {
                        return;
                    }
                    throw new IOException("body ends at " + position + ", before " + end);
                }
                out.write(chunk, 0, read);
                if (moveTo(position + read)) {
                    out.flush(); // what is here goes on before the rest is waited for
                }
            }
        }

        /** @return whether everything that has arrived so far is read */
        private boolean moveTo(long newPosition) {
            lock.lock();
            try {
                position = newPosition;
                if (tail != null) {
                    changed.signalAll();
                }
                return position >= available && !ended;
            } finally {
                lock.unlock();
            }
        }

        private int read(byte[] into, int count) throws IOException {
            int part;
            lock.lock();
            try {
                while (position >= available && !ended) {
                    Fill.this.await(changed);
                }
                if (position >= available) {
                    if (failure != null) {
                        throw new IOException("the origin's body broke off", failure);
                    }
                    return -1;
                }
                if (tail != null && (source == null || position >= onDisk)) {
                    return tail.read(into, count, position);
                }
                part = (int) Math.min(count, onDisk - position);
            } finally {
                lock.unlock();
            }
            if (source == null) {
                throw new IOException("nothing at " + position);
            }
            return source.read(into, 0, part, position);
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                closed = true;
                readers.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (source != null) {
                source.release();
            }
        }
    }

    private void await(Condition condition) throws IOException {
        try {
            if (!condition.await(10, TimeUnit.MINUTES)) {
                throw new IOException("nothing has moved for ten minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a fetch of " + key + " runs", e);
        }
    }
}
