package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where bodies live: pooled buffers off heap and, for larger ones, parts of a file in memory; counted by what they occupy,
 * not by what they hold.
 */
final class BodyMemory {
    private final ByteBufAllocator allocator;
    private final int inFileFrom;
    private final @Nullable Extents extents;
    private final AtomicLong bytesInUse = new AtomicLong();

    /**
     * @param bytesMax the most that will be held at a time
     * @param inFileFrom what has as many bytes stands in a file if there can be one; 0 for nothing
     * @param refused told why whenever the kernel has no memory for what is to be written to the file
     */
    BodyMemory(ByteBufAllocator allocator, long bytesMax, int inFileFrom, Consumer<String> refused) {
        this.allocator = allocator;
        this.inFileFrom = inFileFrom;
        this.extents = inFileFrom == 0 ? null : Extents.open(bytesMax, allocator, refused);
    }

    /** Into how large segments to cut a body: as few as can be if they can be sent by reference. */
    int segmentBytes(long expected) {
        return extents == null || expected <= Body.SEGMENT_BYTES
                ? Body.SEGMENT_BYTES
                : (int) Math.min(Extents.SLOT_BYTES_MAX, Long.highestOneBit(expected - 1) << 1);
    }

    ByteBuf allocate(int bytes) {
        ByteBuf extent = extents == null || bytes < inFileFrom ? null : extents.allocate(bytes);
        return extent == null ? allocatePooled(bytes) : counted(extent);
    }

    /** Not in the file, whatever its size. */
    ByteBuf allocatePooled(int bytes) {
        return counted(allocator.directBuffer(bytes));
    }

    private ByteBuf counted(ByteBuf buffer) {
        bytesInUse.addAndGet(sizeOf(buffer));
        return buffer;
    }

    /**
     * Appends bytes of the source to a segment, and moves the source's position past them.
     *
     * @return how many: fewer than asked for if the segment is a part of the file and the kernel has no memory for more
     */
    static int append(ByteBuf segment, ByteBuf source, int length) {
        if (segment instanceof Extent extent) {
            return extent.append(source, length);
        }
        segment.writeBytes(source, length);
        return length;
    }

    /** A part of a segment for a socket to send by reference, retained; null if it is to be copied. */
    @Nullable FileRegion region(ByteBuf segment, int offset, int length) {
        return segment instanceof Extent extent && length >= inFileFrom ? extent.region(offset, length) : null;
    }

    /** To be called once for each buffer, by whoever held it last. */
    void free(ByteBuf buffer) {
        bytesInUse.addAndGet(-sizeOf(buffer));
        buffer.release();
    }

    /** The allocator hands out size classes: what lies beyond the capacity is used up too. Constant over a life. */
    static long sizeOf(ByteBuf buffer) {
        return buffer instanceof Extent extent
                ? extent.occupied()
                : buffer.writerIndex() + (long) buffer.maxFastWritableBytes();
    }

    long bytesInUse() {
        return bytesInUse.get();
    }

    /** Parts of the file that are held, if only by what is being sent. */
    long extentsOpen() {
        return extents == null ? 0 : extents.open();
    }
}
