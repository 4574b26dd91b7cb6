package org.popnet.dns.wire;

import org.jspecify.annotations.Nullable;

/**
 * Server cookies (RFC 7873) in the interoperable form of RFC 9018: version 1, SipHash-2-4 over the client's cookie, the
 * time and the client's address. Name servers that share a secret accept each other's cookies; another secret is
 * accepted while secrets are changed.
 */
public final class Cookies {
    public static final int SECRET_BYTES = 16;
    static final int CLIENT_BYTES = 8;
    static final int SERVER_BYTES = 16;

    private static final byte VERSION = 1;
    private static final int RESERVED_BYTES = 3;
    private static final int VALID_SECONDS = 3600;
    private static final int FUTURE_SECONDS = 300;

    private volatile Secrets secrets;

    /** The secret that cookies are made with, and another that is accepted while secrets are changed. */
    private record Secrets(SipHash current, @Nullable SipHash other) {
        static Secrets of(byte[] current, byte @Nullable [] other) {
            return new Secrets(new SipHash(current), other == null ? null : new SipHash(other));
        }
    }

    /**
     * @param otherSecret accepted beside the first: the previous one, or the next
     * @throws IllegalArgumentException if a secret does not have 16 bytes
     */
    public Cookies(byte[] secret, byte @Nullable [] otherSecret) {
        secrets = Secrets.of(secret, otherSecret);
    }

    /** Changes the secrets, from the next query on; as the constructor takes them. */
    public void replace(byte[] secret, byte @Nullable [] otherSecret) {
        secrets = Secrets.of(secret, otherSecret);
    }

    /**
     * Whether the query carries a server cookie of ours for this client: whoever sent it receives at this address.
     *
     * @param scratch at least 40 bytes, overwritten
     */
    public boolean valid(Query query, long sourceHigh, long sourceLow, long epochSeconds, byte[] scratch) {
        if (query.cookieLength != CLIENT_BYTES + SERVER_BYTES) {
            return false;
        }
        byte[] message = query.message;
        int server = query.cookieAt + CLIENT_BYTES;
        if (message[server] != VERSION) {
            return false;
        }
        // What is reserved need not be zero, and is hashed as it came (RFC 9018, 4.2).
        int reserved = (int) bigEndian(message, server + 1, RESERVED_BYTES);
        int time = (int) bigEndian(message, server + 4, 4);
        // Serial number arithmetic, as RFC 9018 asks.
        int age = (int) epochSeconds - time;
        if (age > VALID_SECONDS || age < -FUTURE_SECONDS) {
            return false;
        }
        int length = input(query, reserved, time, sourceHigh, sourceLow, scratch);
        long came = bigEndian(message, server + 8, 8);
        Secrets accepted = secrets;
        SipHash other = accepted.other;
        return came == Long.reverseBytes(accepted.current.hash(scratch, length))
                || (other != null && came == Long.reverseBytes(other.hash(scratch, length)));
    }

    /** Writes the client's cookie and a fresh server cookie, 24 bytes. */
    void write(Query query, long sourceHigh, long sourceLow, long epochSeconds, byte[] scratch, byte[] out, int at) {
        int length = input(query, 0, (int) epochSeconds, sourceHigh, sourceLow, scratch);
        System.arraycopy(scratch, 0, out, at, CLIENT_BYTES + 8);
        // SipHash's output is a little-endian number (RFC 9018, appendix A).
        bigEndian(Long.reverseBytes(secrets.current.hash(scratch, length)), out, at + CLIENT_BYTES + 8, 8);
    }

    private static int input(Query query, int reserved, int time, long sourceHigh, long sourceLow, byte[] scratch) {
        System.arraycopy(query.message, query.cookieAt, scratch, 0, CLIENT_BYTES);
        scratch[8] = VERSION;
        bigEndian(reserved, scratch, 9, RESERVED_BYTES);
        bigEndian(time, scratch, 12, 4);
        if (sourceHigh == 0 && sourceLow >>> 32 == 0xffff) {
            bigEndian(sourceLow, scratch, 16, 4);
            return 20;
        }
        bigEndian(sourceHigh, scratch, 16, 8);
        bigEndian(sourceLow, scratch, 24, 8);
        return 32;
    }

    private static long bigEndian(byte[] in, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | (in[at + i] & 0xff);
        }
        return value;
    }

    private static void bigEndian(long value, byte[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = (byte) (value >>> (8 * (count - 1 - i)));
        }
    }
}
