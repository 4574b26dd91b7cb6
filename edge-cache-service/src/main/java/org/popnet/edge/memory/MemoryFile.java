package org.popnet.edge.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file without a name that lives in memory ({@code memfd_create(2)}) and has pages only where something was written,
 * mapped as a whole. It goes with the last reference to this.
 */
final class MemoryFile {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int CLOSE_ON_EXEC = 1;
    private static final int KEEP_SIZE_AND_PUNCH_HOLE = 3;
    private static final int INTERRUPTED = 4;

    private final int descriptor;
    private final FileChannel channel;
    private final MemorySegment mapped;

    private MemoryFile(int descriptor, FileChannel channel, MemorySegment mapped) {
        this.descriptor = descriptor;
        this.channel = channel;
        this.mapped = mapped;
    }

    /** The system calls that the JDK does not offer; looked up only where {@link #open} asks for them. */
    private static final class Calls {
        static final StructLayout STATE = Linker.Option.captureStateLayout();
        static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        static final MethodHandle CREATE = handle("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle WRITE = handle("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
        static final MethodHandle ALLOCATE = handle("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
        static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);

        private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(result, arguments),
                    Linker.Option.captureCallState("errno"));
        }
    }

    /**
     * @param bytes its size, of address space and of the file; memory is taken only for what is written
     * @throws IOException if this system has no such files, or none of this size
     */
    static MemoryFile open(long bytes) throws IOException {
        String machine = System.getProperty("os.arch");
        if (!System.getProperty("os.name").equals("Linux")
                || !machine.equals("amd64") && !machine.equals("aarch64")
                || ADDRESS.byteSize() != 8) {
            throw new IOException("no files in memory on " + System.getProperty("os.name") + " " + machine);
        }
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Calls.STATE);
            descriptor = (int) Calls.CREATE.invokeExact(state, arena.allocateFrom("popnet-bodies"), CLOSE_ON_EXEC);
            if (descriptor < 0) {
                throw new IOException("memfd_create: " + error(state));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("memfd_create is not to be had", e);
        }
        try {
            FileChannel channel = FileChannel.open(
                    Path.of("/proc/self/fd/" + descriptor), StandardOpenOption.READ, StandardOpenOption.WRITE);
            MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
            MemoryFile file = new MemoryFile(descriptor, channel, mapped);
            CLEANER.register(file, () -> close(descriptor));
            return file;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw new IOException("a file of " + bytes + " bytes in memory: " + e.getMessage(), e);
        }
    }

    private static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) Calls.CLOSE.invokeExact(arena.allocate(Calls.STATE), descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    /** For {@code sendfile(2)}. */
    FileChannel channel() {
        return channel;
    }

    /**
     * A part of the file, to be read where something has been written. Elsewhere even looking takes a page, and without
     * one ends in SIGBUS.
     */
    ByteBuffer view(long offset, int bytes) {
        return mapped.asSlice(offset, bytes).asByteBuffer();
    }

    /**
     * Writes without touching the mapping, which would cost a page fault and a page of zeros each 4 KiB.
     *
     * @param source direct; its position stays
     * @param state to tell why not all were
     * @return how many of its bytes were written, from the first on: fewer if the kernel has no memory for them
     */
    int write(ByteBuffer source, long offset, MemorySegment state) {
        MemorySegment bytes = MemorySegment.ofBuffer(source);
        long done = 0;
        try {
            while (done < bytes.byteSize()) {
                long n = (long) Calls.WRITE.invokeExact(
                        state, descriptor, bytes.asSlice(done), bytes.byteSize() - done, offset + done);
                if (n > 0) {
                    done += n;
                } else if (n == 0 || (int) Calls.ERRNO.get(state, 0L) != INTERRUPTED) {
                    break;
                }
            }
        } catch (Throwable e) {
            throw new IllegalStateException("pwrite", e);
        }
        return (int) done;
    }

    /** Room for the error number of the calls of one thread. */
    static MemorySegment callState(Arena arena) {
        return arena.allocate(Calls.STATE);
    }

    /**
     * Gives a part's memory back. The pages leave the file: whoever still refers to them, as a socket does until the
     * other side has them, keeps them as they were, and what is written here later stands in others.
     *
     * @param offset in whole pages
     * @throws IOException if the pages are still the file's
     */
    void punch(long offset, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Calls.STATE);
            int done;
            do {
                done = (int) Calls.ALLOCATE.invokeExact(state, descriptor, KEEP_SIZE_AND_PUNCH_HOLE, offset, bytes);
            } while (done != 0 && (int) Calls.ERRNO.get(state, 0L) == INTERRUPTED);
            if (done != 0) {
                throw new IOException("fallocate(PUNCH_HOLE): " + error(state));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("fallocate", e);
        }
    }

    /** Why the last call of this state failed. */
    static String error(MemorySegment state) {
        return "errno " + (int) Calls.ERRNO.get(state, 0L);
    }
}
