package org.popnet.edge.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Has the kernel refuse what is written to files behind some offset, as it does when it has no page for it: by this
 * process's limit of file sizes ({@code RLIMIT_FSIZE}), which counts for files in memory too. It is put far behind the end
 * of any other file that tests write.
 */
public final class KernelLimit implements AutoCloseable {
    private static final int RLIMIT_FSIZE = 1;
    private static final MethodHandle PRLIMIT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("prlimit"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private final long softBefore;
    private final long hard;

    private KernelLimit(long offset) {
        long[] before = limit(null);
        this.softBefore = before[0];
        this.hard = before[1];
        limit(new long[] {offset, hard});
    }

    /**
     * Until this is closed, of all bodies of the size only the first has memory, and only so much of it.
     *
     * @param tier that holds no body of the size yet
     * @param bodyBytes of a body, or of a segment of one
     * @param bytes that can be written of the first one
     */
    public static KernelLimit inFirst(MemoryTier tier, int bodyBytes, long bytes) {
        return inFirst(tier.memory(), bodyBytes, bytes);
    }

    static KernelLimit inFirst(BodyMemory memory, int bodyBytes, long bytes) {
        ByteBuf first = memory.allocate(bodyBytes);
        try {
            return new KernelLimit(((Extent) first).offset() + bytes);
        } finally {
            memory.free(first);
        }
    }

    /** @return soft and hard limit as they were */
    private static long[] limit(long[] next) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate(JAVA_LONG, 2);
            MemorySegment after = next == null ? MemorySegment.NULL : arena.allocateFrom(JAVA_LONG, next);
            if ((int) PRLIMIT.invokeExact(0, RLIMIT_FSIZE, after, before) != 0) {
                throw new IllegalStateException("prlimit");
            }
            return new long[] {before.getAtIndex(JAVA_LONG, 0), before.getAtIndex(JAVA_LONG, 1)};
        } catch (Throwable e) {
            throw new IllegalStateException("prlimit", e);
        }
    }

    @Override
    public void close() {
        limit(new long[] {softBefore, hard});
    }
}
