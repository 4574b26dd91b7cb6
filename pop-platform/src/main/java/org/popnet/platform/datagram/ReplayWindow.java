package org.popnet.platform.datagram;

import java.util.Arrays;

/**
 * Which sequence numbers of one sender's epoch were seen: the sliding window of RFC 6479, a ring of words that is
 * cleared word by word as it advances. Not thread-safe.
 */
final class ReplayWindow {
    /** How far behind the newest a datagram may be; it covers a full receive buffer's reordering. */
    static final int SIZE = 4096 - Long.SIZE;

    private static final int WORDS = 4096 / Long.SIZE;

    private final long[] words = new long[WORDS];
    private long newest;

    /** Whether this number, from 1, is neither marked nor too old to tell. */
    boolean isNew(long sequence) {
        if (sequence <= 0) {
            return false;
        }
        if (sequence > newest) {
            return true;
        }
        return newest - sequence < SIZE && (words[word(sequence)] & bit(sequence)) == 0;
    }

    /** Marks a number that {@link #isNew}. */
    void mark(long sequence) {
        if (sequence > newest) {
            long steps = Math.min(WORDS, (sequence >>> 6) - (newest >>> 6));
            for (long i = 1; i <= steps; i++) {
                words[(int) (((newest >>> 6) + i) % WORDS)] = 0;
            }
            newest = sequence;
        }
        words[word(sequence)] |= bit(sequence);
    }

    /** Forgets everything, for a new epoch. */
    void reset() {
        Arrays.fill(words, 0);
        newest = 0;
    }

    private static int word(long sequence) {
        return (int) ((sequence >>> 6) % WORDS);
    }

    private static long bit(long sequence) {
        return 1L << (sequence & 63);
    }
}
