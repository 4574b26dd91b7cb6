package org.popnet.edge.memory;

import java.util.concurrent.atomic.AtomicLong;

/** What may still be occupied beyond what is stored: by fills, and by evicted bodies that are being read. */
final class Room {
    private final BodyMemory memory;
    private final long bytesMax;
    private final AtomicLong reserved = new AtomicLong();

    Room(BodyMemory memory, MemorySettings settings) {
        this.memory = memory;
        this.bytesMax = settings.bytesMax() + settings.fillBytesMax();
    }

    /** Whether this much may be occupied now. */
    boolean has(long bytes) {
        return memory.bytesInUse() + reserved.get() + bytes <= bytesMax;
    }

    /** @return whether so much may be occupied later on; to be given back by {@link #unreserve} as it is, or is not */
    boolean reserve(long bytes) {
        if (memory.bytesInUse() + reserved.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        reserved.addAndGet(-bytes);
        return false;
    }

    void unreserve(long bytes) {
        reserved.addAndGet(-bytes);
    }

    long reserved() {
        return reserved.get();
    }
}
