package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A body in memory that is read, by any number of readers on any threads, while one thread still writes it.
 *
 * <p>The bytes stand in segments of {@value #SEGMENT_BYTES} or more, the last one shorter. The writer puts bytes beyond {@link
 * #available} and then moves it; readers stay below it, so neither waits for the other. Owners are counted: the fill, the
 * memory tier, each reader; with the last one the segments go back to the pool.
 *
 * <p>A body that turns out too large to be stored is read through a window: {@link #dropConsumed} frees what all readers
 * have passed, and {@link #lag} tells the writer to pause.
 */
public final class Body {
    static final int SEGMENT_BYTES = 64 * 1024;
    static final long UNKNOWN = -1;

    /** How far the writer has come. */
    enum State {
        GROWING,
        COMPLETE,
        /** what is missing will never come */
        BROKEN,
        /** there is nothing to read here: the bytes are kept by segments */
        ELSEWHERE
    }

    private final BodyMemory memory;
    private final long expected;
    private final int segmentBytes;
    private final AtomicInteger owners = new AtomicInteger(1);
    private final List<BodyCursor> readers = new CopyOnWriteArrayList<>();
    private volatile @Nullable ByteBuf[] segments = new ByteBuf[1];
    private volatile long available;
    private volatile State state = State.GROWING;
    /** Readers that were promised the whole body and have not opened yet. */
    private final AtomicInteger promised = new AtomicInteger();

    private int dropped;
    /** What a segment stood in until the kernel had no memory for more of it; readers may still be at it. */
    private @Nullable ByteBuf vacated;

    private int vacatedIndex = -1;

    /** @param expected its length, or {@link #UNKNOWN} */
    Body(BodyMemory memory, long expected) {
        this.memory = memory;
        this.expected = expected;
        this.segmentBytes = memory.segmentBytes(expected);
    }

    /** What stands for a body of which only segments are kept, each under a key of its own. */
    static Body elsewhere(BodyMemory memory, long length) {
        Body body = new Body(memory, length);
        body.state = State.ELSEWHERE;
        return body;
    }

    /** Makes the caller an owner, unless the last one has gone. */
    boolean tryRetain() {
        int count;
        do {
            count = owners.get();
            if (count == 0) {
                return false;
            }
        } while (!owners.compareAndSet(count, count + 1));
        return true;
    }

    void release() {
        int left = owners.decrementAndGet();
        if (left == 0) {
            for (ByteBuf segment : segments) {
                if (segment != null) {
                    memory.free(segment);
                }
            }
            freeVacated();
        } else if (left < 0) {
            throw new IllegalStateException("body released more often than retained");
        }
    }

    /** Appends, up to the length that was expected; by the one writer. The caller keeps the source. */
    void append(ByteBuf source) {
        long end = available;
        if (expected != UNKNOWN && source.readableBytes() > expected - end) {
            throw new IllegalArgumentException(source.readableBytes() + " bytes at " + end + " of " + expected
                    + ": must be no more than are left");
        }
        while (source.isReadable()) {
            ByteBuf segment = segmentAt(end);
            int n = Math.min(source.readableBytes(), segment.capacity() - segment.writerIndex());
            int appended = BodyMemory.append(segment, source, n);
            end += appended;
            if (appended < n) {
                moveToPool((int) (end / segmentBytes));
            }
        }
        available = end;
        wakeReaders();
    }

    private ByteBuf segmentAt(long position) {
        int index = (int) (position / segmentBytes);
        @Nullable ByteBuf[] current = segments;
        if (index >= current.length) {
            current = Arrays.copyOf(current, current.length * 2);
            segments = current;
        }
        ByteBuf segment = current[index];
        if (segment == null) {
            long left = expected == UNKNOWN ? segmentBytes : expected - position;
            int bytes = (int) Math.max(1, Math.min(segmentBytes, left));
            segment = refused() ? memory.allocatePooled(bytes) : memory.allocate(bytes);
            current[index] = segment;
        }
        return segment;
    }

    /** Goes on in the pool with a segment, and with those that follow. */
    private void moveToPool(int index) {
        @Nullable ByteBuf[] moved = segments.clone();
        ByteBuf extent = moved[index];
        if (extent == null) {
            throw new IllegalStateException("no segment " + index);
        }
        ByteBuf pooled = memory.allocatePooled(extent.capacity());
        pooled.writeBytes(extent, 0, extent.writerIndex());
        moved[index] = pooled;
        vacated = extent;
        vacatedIndex = index;
        segments = moved; // what readers see next has its bytes
    }

    /**
     * Whether the kernel had no memory for all of this: the rest stands in the pool, to be read, not to be kept there. On
     * the writer's thread.
     */
    boolean refused() {
        return vacatedIndex >= 0;
    }

    private void freeVacated() {
        ByteBuf extent = vacated;
        vacated = null;
        if (extent != null) {
            memory.free(extent);
        }
    }

    void complete() {
        state = State.COMPLETE;
        wakeReaders();
    }

    void fail() {
        state = State.BROKEN;
        wakeReaders();
    }

    private void wakeReaders() {
        for (BodyCursor reader : readers) {
            reader.wake();
        }
    }

    /**
     * The same bytes for keeping: this body if little is wasted, else one that shares the full segments and has a
     * shorter last one. The caller owns what is returned. Only once complete.
     */
    Body compacted() {
        @Nullable ByteBuf[] all = segments;
        long length = available;
        int last = (int) (length / segmentBytes);
        int used = (int) (length % segmentBytes);
        ByteBuf tail = used == 0 || last >= all.length ? null : all[last];
        if (tail == null || tail.capacity() - used <= used / 4 || last > 0) {
            tryRetain();
            return this;
        }
        // Only bodies of one segment: what a longer one wastes in its last is little beside the rest.
        Body copy = new Body(memory, length);
        if (length > 0) {
            copy.append(tail.slice(0, used));
        }
        if (copy.refused()) {
            copy.release();
            tryRetain();
            return this;
        }
        copy.complete();
        return copy;
    }

    /** A slice of what lies at the position, at most this long, retained; empty of nothing: there must be something. */
    ByteBuf slice(long position, long bytesMax) {
        long end = available;
        int offset = (int) (position % segmentBytes);
        ByteBuf segment = segments[(int) (position / segmentBytes)];
        int length = (int) Math.min(Math.min(bytesMax, end - position), segmentBytes - offset);
        if (segment == null || length <= 0) {
            throw new IllegalStateException("read at " + position + " of " + end);
        }
        return segment.retainedSlice(offset, length);
    }

    /** What lies at the position as {@link #slice}, for a socket to send by reference; null if it must be a slice. */
    @Nullable FileRegion region(long position, long bytesMax) {
        int offset = (int) (position % segmentBytes);
        ByteBuf segment = segments[(int) (position / segmentBytes)];
        int length = (int) Math.min(Math.min(bytesMax, available - position), segmentBytes - offset);
        return segment == null || length <= 0 ? null : memory.region(segment, offset, length);
    }

    /** Appends what lies at the position; there must be as much. */
    void copyTo(ByteBuf out, long position, int length) {
        @Nullable ByteBuf[] all = segments;
        long at = position;
        for (int left = length; left > 0; ) {
            ByteBuf segment = all[(int) (at / segmentBytes)];
            int offset = (int) (at % segmentBytes);
            int part = Math.min(left, segmentBytes - offset);
            if (segment == null || at + part > available) {
                throw new IllegalStateException("copy at " + at + " of " + available);
            }
            out.writeBytes(segment, offset, part);
            at += part;
            left -= part;
        }
    }

    long available() {
        return available;
    }

    State state() {
        return state;
    }

    /** The whole length if it is known by now, else {@link #UNKNOWN}. */
    public long length() {
        return state == State.COMPLETE ? available : expected;
    }

    /** What the body occupies off heap. */
    long occupied() {
        long bytes = 0;
        for (ByteBuf segment : segments) {
            bytes += segment == null ? 0 : BodyMemory.sizeOf(segment);
        }
        return bytes;
    }

    void add(BodyCursor reader) {
        readers.add(reader);
    }

    void remove(BodyCursor reader) {
        readers.remove(reader);
    }

    /** Keeps everything until the returned is run, once, by a reader that has opened or will not. */
    Runnable promise() {
        promised.incrementAndGet();
        AtomicBoolean kept = new AtomicBoolean();
        return () -> {
            if (kept.compareAndSet(false, true)) {
                promised.decrementAndGet();
            }
        };
    }

    boolean isRead() {
        return !readers.isEmpty() || promised.get() > 0;
    }

    /** How far the slowest reader is behind the writer. */
    long lag() {
        long end = available;
        long lag = promised.get() > 0 ? end : 0;
        for (BodyCursor reader : readers) {
            lag = Math.max(lag, end - reader.position());
        }
        return lag;
    }

    /** Frees the segments that every reader has passed; by the writer. No reader may be added any more. */
    void dropConsumed() {
        long passed = available - lag();
        @Nullable ByteBuf[] all = segments;
        while ((dropped + 1L) * segmentBytes <= passed) {
            ByteBuf segment = all[dropped];
            if (segment != null) {
                all[dropped] = null;
                memory.free(segment);
            }
            if (dropped == vacatedIndex) {
                freeVacated();
            }
            dropped++;
        }
    }
}
