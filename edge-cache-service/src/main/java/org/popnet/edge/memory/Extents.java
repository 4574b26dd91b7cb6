package org.popnet.edge.memory;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts of a {@link MemoryFile} for bodies that the kernel is to send without copying them. Each stands in a slot of the
 * file whose size is a power of two; the slots of one size have a stretch of their own. A slot is empty of pages whenever
 * nobody holds it, so the file may be many times larger than the memory that is to be used.
 */
final class Extents {
    static final int SLOT_BYTES_MIN = 64 * 1024;
    static final int SLOT_BYTES_MAX = 1024 * 1024;
    private static final int SIZES =
            Integer.numberOfTrailingZeros(SLOT_BYTES_MAX) - Integer.numberOfTrailingZeros(SLOT_BYTES_MIN) + 1;
    private static final Logger log = LoggerFactory.getLogger(Extents.class);

    private final MemoryFile file;
    private final ByteBufAllocator allocator;
    private final Consumer<String> refused;
    private final AtomicLong open = new AtomicLong();
    private final Stretch[] stretches = new Stretch[SIZES];

    private Extents(MemoryFile file, ByteBufAllocator allocator, long stretchBytes, Consumer<String> refused) {
        this.file = file;
        this.allocator = allocator;
        this.refused = refused;
        for (int i = 0; i < SIZES; i++) {
            stretches[i] = new Stretch(i * stretchBytes, SLOT_BYTES_MIN << i, stretchBytes);
        }
    }

    /**
     * @param bytesMax the most that will be held at a time
     * @param refused told why whenever the kernel has no memory for what is to be written
     * @return null where there are no files in memory
     */
    static @Nullable Extents open(long bytesMax, ByteBufAllocator allocator, Consumer<String> refused) {
        // Twice: an extent may fill as little as half of its slot. And room for one of the largest.
        long stretch = (2 * bytesMax / SLOT_BYTES_MAX + 2) * SLOT_BYTES_MAX;
        try {
            return new Extents(MemoryFile.open(SIZES * stretch), allocator, stretch, refused);
        } catch (IOException e) {
            log.warn("Bodies are sent by copying them, which costs more: {}", e.getMessage());
            return null;
        }
    }

    /** Holds nothing yet; {@link ByteBuf#release} gives it back. Null if there is no slot left of the size.
     *
     * @param bytes up to {@link #SLOT_BYTES_MAX}
     */
    @Nullable Extent allocate(int bytes) {
        int size = Math.max(
                0, 32 - Integer.numberOfLeadingZeros(bytes - 1) - Integer.numberOfTrailingZeros(SLOT_BYTES_MIN));
        Stretch stretch = stretches[size];
        long offset = stretch.take();
        if (offset < 0) {
            return null;
        }
        open.incrementAndGet();
        return new Extent(this, file, allocator, offset, bytes);
    }

    void refused(String why) {
        refused.accept(why);
    }

    void free(Extent extent) {
        open.decrementAndGet();
        try {
            file.punch(extent.offset(), extent.occupied());
        } catch (IOException e) {
            // Never used again: a client may still be sent what stands there.
            log.error("{} bytes of memory are lost: {}", extent.occupied(), e.getMessage());
            return;
        }
        stretchOf(extent.offset()).give(extent.offset());
    }

    private Stretch stretchOf(long offset) {
        return stretches[(int) (offset / stretches[0].bytes)];
    }

    /** How many are held. */
    long open() {
        return open.get();
    }

    private static final class Stretch {
        private final int slotBytes;
        private final long bytes;
        private final long end;
        private final Deque<Long> free = new ArrayDeque<>();
        private long next;

        Stretch(long start, int slotBytes, long bytes) {
            this.next = start;
            this.slotBytes = slotBytes;
            this.bytes = bytes;
            this.end = start + bytes;
        }

        synchronized long take() {
            Long again = free.pollLast();
            if (again != null) {
                return again;
            }
            if (next + slotBytes > end) {
                return -1;
            }
            long offset = next;
            next += slotBytes;
            return offset;
        }

        synchronized void give(long offset) {
            free.addLast(offset);
        }
    }
}
