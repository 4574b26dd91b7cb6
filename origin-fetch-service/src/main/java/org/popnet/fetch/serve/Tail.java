package org.popnet.fetch.serve;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What of a growing body is not on disk, in memory for those who read it. Guarded by its fill's lock. */
final class Tail {
    private final Deque<byte[]> chunks = new ArrayDeque<>();
    private long end;
    private long bytes;

    /** @param start where in the body it begins */
    Tail(long start) {
        this.end = start;
    }

    void add(byte[] chunk) {
        chunks.add(chunk);
        bytes += chunk.length;
        end += chunk.length;
    }

    /** Position of the first byte that is still here. */
    long start() {
        return end - bytes;
    }

    /** How much is held. */
    long bytes() {
        return bytes;
    }

    /** Drops what all have read. */
    void dropBefore(long position) {
        while (!chunks.isEmpty() && start() + chunks.getFirst().length <= position) {
            bytes -= chunks.removeFirst().length;
        }
    }

    /**
     * Copies bytes from this position of the body, at least one.
     *
     * @throws IOException if they are not here any more
     */
    int read(byte[] into, int count, long position) throws IOException {
        long start = start();
        if (position < start) {
            throw new IOException("read on too late at " + position);
        }
        for (byte[] chunk : chunks) {
            if (position < start + chunk.length) {
                int from = (int) (position - start);
                int part = Math.min(count, chunk.length - from);
                System.arraycopy(chunk, from, into, 0, part);
                return part;
            }
            start += chunk.length;
        }
        throw new IOException("nothing at " + position);
    }
}
