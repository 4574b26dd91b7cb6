package org.popnet.caching;

import java.util.function.IntPredicate;

/**
 * A large representation in segments of {@value #BYTES} bytes, the last one shorter: which of them a part needs, and which
 * to fetch together. Both tiers cut at the same places, so that one's segment is the other's.
 */
public final class Segments {
    public static final int BYTES = 1 << 20;

    private Segments() {}

    /** The number of the segment that this byte lies in, from 0. */
    public static int at(long position) {
        return (int) Math.min(Integer.MAX_VALUE / 2, position / BYTES);
    }

    /** Where a segment begins. */
    public static long first(int segment) {
        return (long) segment * BYTES;
    }

    /**
     * A segment's bytes, as far as the whole reaches.
     *
     * @param length of the whole; the segment must begin before its end
     */
    public static ByteRange range(int segment, long length) {
        return run(segment, 1, length);
    }

    /** The bytes of consecutive segments, as far as the whole reaches. */
    public static ByteRange run(int segment, int count, long length) {
        return new ByteRange(first(segment), Math.min(first(segment + count), length) - 1);
    }

    /** How many segments a whole has. */
    public static int count(long length) {
        return (int) ((length + BYTES - 1) / BYTES);
    }

    /**
     * How many segments to fetch with one request, beginning with one that is to be fetched: those behind it as far as
     * they are wanted and one follows the other, at most so many.
     *
     * @param lastWanted position of the last byte that is wanted
     * @param take asked for each in turn; false if the segment is there, or is being fetched already
     * @return 1 or more
     */
    public static int together(int segment, long lastWanted, int max, IntPredicate take) {
        int count = 1;
        while (count < max && segment + count <= at(lastWanted) && take.test(segment + count)) {
            count++;
        }
        return count;
    }
}
