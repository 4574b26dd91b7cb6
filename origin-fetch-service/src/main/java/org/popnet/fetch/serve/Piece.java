package org.popnet.fetch.serve;

import java.io.IOException;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.store.StoredObject;

/** Bytes of a large body from one place, {@code first} to before {@code end}. */
sealed interface Piece extends AutoCloseable {
    long first();

    long end();

    /** Where it comes from, for the metric. */
    String source();

    /** Writes bytes that lie within, from position {@code at} of the whole body on. */
    void copyTo(CountedOutput out, long at, long count) throws IOException;

    @Override
    void close();

    record OnDisk(StoredObject object, long first, long end) implements Piece {
        @Override
        public String source() {
            return "disk";
        }

        @Override
        public void copyTo(CountedOutput out, long at, long count) throws IOException {
            object.copyTo(out, at - first, count);
        }

        @Override
        public void close() {
            object.close();
        }
    }

    record Arriving(Fill.Reader reader, long first, long end) implements Piece {
        @Override
        public String source() {
            return "fill";
        }

        @Override
        public void copyTo(CountedOutput out, long at, long count) throws IOException {
            reader.copyTo(out, at - first, count);
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    /** Unstored, to be read once. */
    record Direct(OriginResponse response, long first, long end) implements Piece {
        private static final int CHUNK_BYTES = 64 * 1024;

        @Override
        public String source() {
            return "origin";
        }

        @Override
        public void copyTo(CountedOutput out, long at, long count) throws IOException {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (long position = first; position < at + count; ) {
                long until = position < at ? at : at + count;
                int read = response.read(chunk, (int) Math.min(chunk.length, until - position));
                if (read < 0) {
                    throw new IOException("body ends at " + position + ", before " + (at + count));
                }
                if (position >= at) {
                    out.write(chunk, 0, read);
                }
                position += read;
            }
        }

        @Override
        public void close() {
            response.close();
        }
    }
}
