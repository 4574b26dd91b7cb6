package org.popnet.dns.wire;

/** SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash, as RFC 9018 uses it for server cookies. */
final class SipHash {
    private final long k0;
    private final long k1;

    /** @param key 16 bytes */
    SipHash(byte[] key) {
        if (key.length != 16) {
            throw new IllegalArgumentException("SipHash key of " + key.length + " bytes: must be 16");
        }
        k0 = littleEndian(key, 0, 8);
        k1 = littleEndian(key, 8, 8);
    }

    long hash(byte[] in, int length) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int words = length / 8;
        for (int i = 0; i <= words + 2; i++) {
            // After the message's words: the tail with the length in its top byte, then the finalisation.
            long m = 0;
            int rounds = 2;
            if (i < words) {
                m = littleEndian(in, 8 * i, 8);
            } else if (i == words) {
                m = littleEndian(in, 8 * words, length % 8) | (long) length << 56;
            } else if (i == words + 1) {
                v2 ^= 0xff;
                rounds = 4;
            } else {
                break;
            }
            v3 ^= m;
            for (int r = 0; r < rounds; r++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long littleEndian(byte[] in, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (in[at + i] & 0xffL) << (8 * i);
        }
        return value;
    }
}
