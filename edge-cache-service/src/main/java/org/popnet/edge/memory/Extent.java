package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A part of a file in memory as a buffer: bytes are appended, read as from any other, and sent by reference.
 *
 * <p>Written by {@link #append} only. A write through the mapping would take pages too, and where the kernel has none left
 * it ends in SIGBUS; a system call says so.
 */
final class Extent extends UnpooledDirectByteBuf {
    private static final int PAGE_BYTES = 4096;

    private final Extents extents;
    private final MemoryFile file;
    private final long offset;
    private final int occupied;

    Extent(Extents extents, MemoryFile file, ByteBufAllocator allocator, long offset, int bytes) {
        super(allocator, file.view(offset, bytes), bytes);
        this.extents = extents;
        this.file = file;
        this.offset = offset;
        this.occupied = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        clear();
    }

    /** Where it stands in the file. */
    long offset() {
        return offset;
    }

    /** What it takes once written: whole pages. */
    int occupied() {
        return occupied;
    }

    /**
     * Appends bytes of the source, and moves its position past them.
     *
     * @return how many: fewer than asked for if the kernel has no memory for more
     */
    int append(ByteBuf source, int length) {
        if (source.isDirect()) {
            return appendDirect(source, length);
        }
        ByteBuf direct = alloc().directBuffer(length);
        try {
            int appended = appendDirect(direct.writeBytes(source, source.readerIndex(), length), length);
            source.skipBytes(appended);
            return appended;
        } finally {
            direct.release();
        }
    }

    private int appendDirect(ByteBuf source, int length) {
        checkIndex(writerIndex(), length);
        int appended = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = MemoryFile.callState(arena);
            for (ByteBuffer part : source.nioBuffers(source.readerIndex(), length)) {
                int written = file.write(part, offset + writerIndex() + appended, state);
                appended += written;
                if (part.remaining() > written) {
                    extents.refused(MemoryFile.error(state));
                    break;
                }
            }
        }
        source.skipBytes(appended);
        writerIndex(writerIndex() + appended);
        return appended;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf source, int sourceIndex, int length) {
        throw new UnsupportedOperationException("bytes are appended to a part of a file, not set");
    }

    /** A part for a socket to send; retains this until it is released. */
    FileRegion region(int index, int length) {
        checkIndex(index, length);
        return new Region(retainThis(), offset + index, length);
    }

    private Extent retainThis() {
        retain();
        return this;
    }

    @Override
    protected void deallocate() {
        super.deallocate();
        extents.free(this);
    }

    private static final class Region extends DefaultFileRegion {
        private final Extent extent;

        Region(Extent extent, long position, int length) {
            super(extent.file.channel(), position, length);
            this.extent = extent;
        }

        /** The file stays open. */
        @Override
        protected void deallocate() {
            extent.release();
        }
    }
}
