package org.popnet.platform.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * One memory-mapped file of a spool: records from the front, batch bounds from the back. Records are appended by one
 * thread at a time (its owner's lock); bounds, acknowledgements, syncing and deletion belong to the shipper's thread.
 */
final class Segment {
    private static final long MAGIC = ByteBuffer.wrap("POPSPOOL".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    static final int HEADER_BYTES = 64;
    static final int FRAME_BYTES = 8;
    static final int BOUND_BYTES = 16;
    private static final int FIRST_BATCH = 32;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();
    private static final int ACKNOWLEDGED = 1;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle PUBLISHED_LENGTH = INT.varHandle();

    private final Path file;
    private final long number;
    private final Arena arena;
    private final MemorySegment memory;
    private final int size;
    private final CRC32C appendChecksum = new CRC32C();

    private int records;
    private volatile int end = HEADER_BYTES;
    private volatile boolean sealed;

    /** First batch number, 0 while none was cut. */
    private long firstBatch;

    private int bounds;
    private int cutEnd = HEADER_BYTES;
    private int unacknowledged;
    private int forcedEnd = HEADER_BYTES;

    private Segment(Path file, long number, Arena arena, MemorySegment memory) {
        this.file = file;
        this.number = number;
        this.arena = arena;
        this.memory = memory;
        this.size = (int) memory.byteSize();
    }

    static Path file(Path directory, long number) {
        return directory.resolve(String.format("%08d.seg", number));
    }

    /** Makes a segment whose blocks exist on disk. */
    static Segment create(Path directory, long spool, long number, int size) throws IOException {
        Path file = file(directory, number);
        Path temporary = directory.resolve(file.getFileName() + ".new");
        ByteBuffer header = ByteBuffer.allocate(ZEROS.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC)
                .putInt(LogRecordCodec.WITH_KIND)
                .putInt(size)
                .putLong(spool)
                .putLong(number);
        header.clear();
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (int written = channel.write(header); written < size; ) {
                written += channel.write(ZEROS.slice(0, Math.min(ZEROS.capacity(), size - written)));
            }
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        return map(file, number);
    }

    @SuppressWarnings("MustBeClosedChecker") // lives as long as the segment, which closes it
    private static Segment map(Path file, long number) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Segment(
                    file, number, arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Opens a segment that an earlier process left, up to its last whole record.
     *
     * @throws IOException if it is not a segment of this spool
     */
    static Segment open(Path file, long spool, long number) throws IOException {
        long bytes = Files.size(file);
        if (bytes < HEADER_BYTES || bytes > Integer.MAX_VALUE) {
            throw new IOException(file + ": " + bytes + " bytes are not a spool segment");
        }
        Segment segment = map(file, number);
        MemorySegment m = segment.memory;
        if (m.get(LONG, 0) != MAGIC
                || !LogRecordCodec.isFormat(m.get(INT, 8))
                || m.get(INT, 12) != segment.size
                || m.get(LONG, 16) != spool
                || m.get(LONG, 24) != number) {
            segment.arena.close();
            throw new IOException(file + ": not segment " + number + " of spool " + spool + ", version 1 or 2");
        }
        segment.recover();
        return segment;
    }

    private void recover() {
        int at = HEADER_BYTES;
        while (at + FRAME_BYTES < size) {
            int length = memory.get(INT, at);
            if (length <= 0 || length > LogRecordCodec.RECORD_BYTES_MAX || at + frame(length) > size) {
                break;
            }
            if (memory.get(INT, at + 4) != checksum(at + FRAME_BYTES, length)) {
                break;
            }
            at += frame(length);
            records++;
        }
        end = at;
        forcedEnd = at;
        recoverBounds();
    }

    private void recoverBounds() {
        long first = memory.get(LONG, FIRST_BATCH);
        if (first == 0 || memory.get(INT, FIRST_BATCH + 8) != headerChecksum(first)) {
            return;
        }
        firstBatch = first;
        while (HEADER_BYTES + (bounds + 1) * BOUND_BYTES <= size) {
            int at = boundAt(bounds);
            int boundEnd = memory.get(INT, at);
            int count = memory.get(INT, at + 4);
            if (boundEnd <= cutEnd || boundEnd > end || memory.get(INT, at + 8) != boundChecksum(boundEnd, count)) {
                break;
            }
            if (memory.get(INT, at + 12) != ACKNOWLEDGED) {
                unacknowledged++;
            }
            cutEnd = boundEnd;
            bounds++;
        }
    }

    private static int frame(int length) {
        return FRAME_BYTES + (length + 3 & ~3);
    }

    private int boundAt(int index) {
        return size - BOUND_BYTES * (index + 1);
    }

    /** Appends a record, or says false if it does not fit any more. Room for a bound of its own is kept for each. */
    boolean append(byte[] bytes, int length) {
        int at = end;
        int next = at + frame(length);
        if (next + 4 > size - BOUND_BYTES * (records + 1)) {
            return false;
        }
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at + FRAME_BYTES, length);
        appendChecksum.reset();
        appendChecksum.update(bytes, 0, length);
        memory.set(INT, at + 4, (int) appendChecksum.getValue());
        // An earlier process may have died after its bytes and before its length: what lies behind must read as the
        // end.
        memory.set(INT, next, 0);
        PUBLISHED_LENGTH.setRelease(memory, (long) at, length);
        records++;
        end = next;
        return true;
    }

    /** No record will be appended any more. */
    void seal() {
        sealed = true;
    }

    /** Copies the record at the offset. Returns its length. */
    int read(int offset, byte[] into, int at) {
        int length = memory.get(INT, offset);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset + FRAME_BYTES, into, at, length);
        return length;
    }

    int lengthAt(int offset) {
        return memory.get(INT, offset);
    }

    int next(int offset) {
        return offset + frame(memory.get(INT, offset));
    }

    /** Brings records up to the end on disk. */
    void force() {
        int to = end;
        if (to > forcedEnd) {
            memory.asSlice(0, to).force();
            forcedEnd = to;
        }
    }

    /** Writes the bound of the next batch. Call {@link #forceBounds} before anything of it is sent. */
    void addBound(long batch, int boundEnd, int count) {
        if (firstBatch == 0) {
            firstBatch = batch;
            memory.set(INT, FIRST_BATCH + 8, headerChecksum(batch));
            memory.set(LONG, FIRST_BATCH, batch);
        }
        int at = boundAt(bounds);
        memory.set(INT, at + 12, 0);
        memory.set(INT, at + 8, boundChecksum(boundEnd, count));
        memory.set(INT, at + 4, count);
        memory.set(INT, at, boundEnd);
        bounds++;
        unacknowledged++;
        cutEnd = boundEnd;
    }

    void forceBounds() {
        memory.asSlice(0, HEADER_BYTES).force();
        memory.asSlice(boundAt(bounds - 1), (long) BOUND_BYTES * bounds).force();
    }

    int boundEnd(int index) {
        return index < 0 ? HEADER_BYTES : memory.get(INT, boundAt(index));
    }

    int boundRecords(int index) {
        return memory.get(INT, boundAt(index) + 4);
    }

    boolean isAcknowledged(int index) {
        return memory.get(INT, boundAt(index) + 12) == ACKNOWLEDGED;
    }

    /** Remembers that a batch arrived. Not forced: after a power failure it is sent once more and counted once. */
    void acknowledge(int index) {
        if (!isAcknowledged(index)) {
            memory.set(INT, boundAt(index) + 12, ACKNOWLEDGED);
            unacknowledged--;
        }
    }

    boolean isDone() {
        return sealed && cutEnd == end && unacknowledged == 0;
    }

    boolean isEmpty() {
        return end == HEADER_BYTES;
    }

    boolean isHalfFull() {
        return end > size / 2;
    }

    int end() {
        return end;
    }

    int cutEnd() {
        return cutEnd;
    }

    /** The form of its records, a constant of {@link LogRecordCodec}. */
    int format() {
        return memory.get(INT, 8);
    }

    int bounds() {
        return bounds;
    }

    long firstBatch() {
        return firstBatch;
    }

    long number() {
        return number;
    }

    int size() {
        return size;
    }

    void close() {
        arena.close();
    }

    void delete() throws IOException {
        arena.close();
        Files.deleteIfExists(file);
    }

    private int checksum(int at, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, bytes, 0, length);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private int boundChecksum(int boundEnd, int count) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16)
                .putLong(number)
                .putInt(boundEnd)
                .putInt(count)
                .flip());
        return (int) crc.getValue();
    }

    private int headerChecksum(long batch) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(number).putLong(batch).flip());
        return (int) crc.getValue();
    }
}
