package org.popnet.log.sketch;

/** A 64-bit hash of texts: FNV-1a over the characters, finished by SplitMix64's mixer, so that every bit is usable. */
public final class Hash64 {
    private Hash64() {}

    /** The same on every machine and in every version: sketches of two log servers are merged. */
    public static long of(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        hash += 0x9E3779B97F4A7C15L;
        hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
        return hash ^ hash >>> 31;
    }
}
