package org.popnet.dns.server;

import java.io.IOException;
import java.io.InputStream;
import org.popnet.dns.wire.Dns;

/**
 * What a connection's client has sent and nobody has taken yet: queries, each behind two bytes of length (RFC 1035,
 * 4.2.2). Bounded ({@link #BYTES_MAX}): whoever is not taken from is not read from.
 *
 * <p>Guarded by its connection's lock, but for {@link #fill}: one thread at a time reads, and nobody else touches the
 * buffer behind its end meanwhile.
 */
final class TcpQueries {
    /** Longer queries are nobody's: a name, an OPT record and padding fit many times. */
    static final int QUERY_BYTES_MAX = 4096;

    private static final int LENGTH_BYTES = 2;
    private static final int BYTES = 1024;
    private static final int BYTES_MAX = 8192;

    private byte[] buffer = new byte[BYTES];
    private int start;
    private int end;

    boolean isEmpty() {
        return start == end;
    }

    /** Whether what comes next has a length that no query has: what follows it cannot be told apart. */
    boolean isBroken() {
        if (end - start < LENGTH_BYTES) {
            return false;
        }
        int length = nextLength();
        return length < Dns.HEADER_BYTES || length > QUERY_BYTES_MAX;
    }

    /** Whether there is a whole query. */
    boolean hasNext() {
        return end - start >= LENGTH_BYTES && end - start >= LENGTH_BYTES + nextLength();
    }

    private int nextLength() {
        return (buffer[start] & 0xff) << 8 | buffer[start + 1] & 0xff;
    }

    /**
     * Takes the next query; there is one, and it is not broken.
     *
     * @param into room for {@link #QUERY_BYTES_MAX}
     * @return its length
     */
    int take(byte[] into) {
        int length = nextLength();
        System.arraycopy(buffer, start + LENGTH_BYTES, into, 0, length);
        start += LENGTH_BYTES + length;
        return length;
    }

    /** Has what is left stand in front, in a buffer that takes a whole query or, where many came, many. */
    void makeRoom() {
        int left = end - start;
        boolean filled = end == buffer.length;
        byte[] from = buffer;
        if (filled && buffer.length < BYTES_MAX) {
            buffer = new byte[2 * buffer.length];
        }
        System.arraycopy(from, start, buffer, 0, left);
        start = 0;
        end = left;
    }

    /**
     * Reads what has come, or waits for it; once {@link #makeRoom} was called. It counts only when it is told to {@link
     * #filled}.
     *
     * @return how many bytes; -1 if nothing comes any more
     */
    int fill(InputStream input) throws IOException {
        return input.read(buffer, end, buffer.length - end);
    }

    /** So many bytes were read. */
    void filled(int bytes) {
        end += bytes;
    }
}
