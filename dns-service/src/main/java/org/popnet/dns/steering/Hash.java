package org.popnet.dns.steering;

import java.nio.charset.StandardCharsets;

/** Hashes that every name server computes alike, so that those with the same knowledge choose the same. */
public final class Hash {
    private Hash() {}

    /** Mixes all bits of a number into all bits of the result (the finaliser of SplitMix64). */
    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** A lasting identity for a name: FNV-1a, mixed. */
    public static long of(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    public static long of(long high, long low) {
        return mix(mix(high + 0x9e3779b97f4a7c15L) ^ low);
    }

    /** A number greater than 0 and less than 1 made of a hash: of 52 bits, since with 53 the greatest rounds up to 1. */
    static double unit(long hash) {
        return ((hash >>> 12) + 0.5) * 0x1.0p-52;
    }
}
