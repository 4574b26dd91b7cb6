package org.popnet.platform.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.Lost;

/**
 * How many records a spool did not keep, and of which time: three numbers in a memory-mapped file that exists from the
 * beginning, so that they can be counted on a full disk, and outlive the process that counted them.
 */
final class LossCount implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int RECORDS = 0;
    private static final int FROM_MS = 8;
    private static final int TO_MS = 16;
    private static final int BYTES = 24;

    private final Arena arena;
    private final MemorySegment memory;
    private boolean closed;

    private LossCount(Arena arena, MemorySegment memory) {
        this.arena = arena;
        this.memory = memory;
    }

    /** Opens the file, or makes it with nothing lost. */
    @SuppressWarnings("MustBeClosedChecker") // lives as long as the spool, which closes it
    static LossCount open(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() < BYTES) {
                ByteBuffer zeros = ByteBuffer.allocate(BYTES);
                while (zeros.hasRemaining()) {
                    channel.write(zeros, zeros.position());
                }
            }
            return new LossCount(arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** One more, of this time. */
    synchronized void add(long timeMs) {
        if (closed) {
            return;
        }
        long before = memory.get(LONG, RECORDS);
        memory.set(LONG, FROM_MS, before == 0 ? timeMs : Math.min(timeMs, memory.get(LONG, FROM_MS)));
        memory.set(LONG, TO_MS, Math.max(timeMs, memory.get(LONG, TO_MS)));
        memory.set(LONG, RECORDS, before + 1);
    }

    /** All that was counted; null if nothing. */
    synchronized @Nullable Lost get() {
        if (closed || memory.get(LONG, RECORDS) == 0) {
            return null;
        }
        return new Lost(memory.get(LONG, RECORDS), memory.get(LONG, FROM_MS), memory.get(LONG, TO_MS));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            arena.close();
        }
    }
}
