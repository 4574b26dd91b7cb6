package org.popnet.log.traffic;

import java.util.Arrays;

/**
 * Counts of durations in buckets that grow by a quarter of an octave: four equal steps from each power of two to the
 * next, from 64 µs to 4.8 h. Bucket 0 is all below, the last all above. Two are merged by adding bucket by bucket; a
 * quantile read from one is wrong by 12.5 % at most. A shorter array is one whose remaining buckets are empty.
 */
final class LatencyHistogram {
    private static final int FIRST_EXPONENT = 6;
    private static final int LAST_EXPONENT = 33;
    static final int BUCKETS = (LAST_EXPONENT - FIRST_EXPONENT + 1) * 4 + 2;

    private LatencyHistogram() {}

    static int bucket(long micros) {
        if (micros < 1L << FIRST_EXPONENT) {
            return 0;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        if (exponent > LAST_EXPONENT) {
            return BUCKETS - 1;
        }
        return 1 + (exponent - FIRST_EXPONENT) * 4 + (int) (micros >>> exponent - 2 & 3);
    }

    /** Adds the second to the first, or to a longer copy of it. */
    static long[] add(long[] to, long[] from) {
        long[] sum = from.length <= to.length ? to : Arrays.copyOf(to, from.length);
        for (int i = 0; i < from.length; i++) {
            sum[i] += from[i];
        }
        return sum;
    }

    /** The middle of a bucket, in microseconds. */
    static double middleMicros(int bucket) {
        if (bucket == 0) {
            return 1L << FIRST_EXPONENT - 1;
        }
        if (bucket == BUCKETS - 1) {
            return 1L << LAST_EXPONENT + 1;
        }
        int exponent = FIRST_EXPONENT + (bucket - 1) / 4;
        double step = (1L << exponent) / 4.0;
        return (1L << exponent) + step * ((bucket - 1) % 4) + step / 2;
    }

    /** The duration in milliseconds that a share of all is below; NaN if nothing was counted. */
    static double quantileMs(long[] counts, double share) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        long rank = (long) Math.ceil(total * share);
        for (int bucket = 0; bucket < counts.length; bucket++) {
            rank -= counts[bucket];
            if (rank <= 0 && total > 0) {
                return middleMicros(bucket) / 1000;
            }
        }
        return Double.NaN;
    }
}
