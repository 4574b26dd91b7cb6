package org.popnet.dns.server;

import java.util.Arrays;

/**
 * Answers of one connection that were made and not sent yet, each behind two bytes of length (RFC 1035, 4.2.2). They are
 * sent together once nothing is about to join them, or once they are {@link #areMany}; while the client does not fetch
 * them, no query is answered from {@link #areTooMany} on. Guarded by its connection's lock.
 */
final class TcpAnswers {
    /** So much is sent at once, and at a time. */
    static final int BYTES = 8192;

    private static final int BYTES_MAX = 64 << 10;
    /** A buffer that has grown further is given up once it is sent. */
    private static final int BYTES_KEPT = 2 * BYTES;

    private static final int LENGTH_BYTES = 2;
    private static final int BYTES_MIN = 1024;
    private static final byte[] NO_BYTES = {};

    private byte[] buffer = NO_BYTES;
    private int length;

    boolean isEmpty() {
        return length == 0;
    }

    /** Whether they are sent even if more are about to be made. */
    boolean areMany() {
        return length >= BYTES;
    }

    /** Whether they have to be sent before anything else is answered. */
    boolean areTooMany() {
        return length >= BYTES_MAX;
    }

    /** @param bytes the answer's length, 1 to 65,535 */
    void add(byte[] answer, int bytes) {
        int needed = length + LENGTH_BYTES + bytes;
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.max(needed, BYTES_MIN), 2 * buffer.length));
        }
        buffer[length] = (byte) (bytes >>> 8);
        buffer[length + 1] = (byte) bytes;
        System.arraycopy(answer, 0, buffer, length + LENGTH_BYTES, bytes);
        length = needed;
    }

    /** Their length in bytes, framing included. */
    int length() {
        return length;
    }

    /** Hands over all of them to be sent, {@link #length} bytes: give the buffer back with {@link #sent}. */
    byte[] take() {
        byte[] taken = buffer;
        buffer = NO_BYTES;
        length = 0;
        return taken;
    }

    /** Takes back the buffer of those that were sent, unless others have been made meanwhile. */
    void sent(byte[] taken) {
        if (buffer.length == 0 && taken.length <= BYTES_KEPT) {
            buffer = taken;
        }
    }

    /** Forgets them: nothing can be sent any more. */
    void clear() {
        length = 0;
    }
}
