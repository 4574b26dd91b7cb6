package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicLong;

/** Where bodies live: pooled buffers off heap, counted by what they occupy, not by what they hold. */
final class BodyMemory {
    private final ByteBufAllocator allocator;
    private final AtomicLong bytesInUse = new AtomicLong();

    BodyMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    ByteBuf allocate(int bytes) {
        ByteBuf buffer = allocator.directBuffer(bytes);
        bytesInUse.addAndGet(sizeOf(buffer));
        return buffer;
    }

    /** To be called once for each buffer, by whoever held it last. */
    void free(ByteBuf buffer) {
        bytesInUse.addAndGet(-sizeOf(buffer));
        buffer.release();
    }

    /** The allocator hands out size classes: what lies beyond the capacity is used up too. Constant over a life. */
    static long sizeOf(ByteBuf buffer) {
        return buffer.writerIndex() + (long) buffer.maxFastWritableBytes();
    }

    long bytesInUse() {
        return bytesInUse.get();
    }
}
