package org.popnet.log.traffic;

import java.util.Arrays;
import org.popnet.platform.spool.AccessRecord;

/** Sums over records. */
final class TrafficSums {
    long requests;
    long bytesOut;
    long bytesIn;
    long hits;
    long hitBytes;
    /** 2xx, 3xx, 4xx, 5xx, all others. */
    final long[] status = new long[5];
    /** In the order of {@link AccessRecord.CacheResult}. */
    final long[] cache = new long[AccessRecord.CacheResult.values().length];
    /** HTTP/1, HTTP/2, HTTP/3, all others. */
    final long[] protocol = new long[4];
    /** Buckets of {@link LatencyHistogram}; as long as the highest in use. */
    long[] firstByte = new long[0];

    long[] duration = new long[0];

    void add(AccessRecord record) {
        requests++;
        bytesOut += record.bytesOut();
        bytesIn += record.bytesIn();
        boolean hit =
                switch (record.cache()) {
                    case HIT, STALE, REVALIDATED -> true;
                    case MISS, PASS, LOCAL -> false;
                };
        if (hit) {
            hits++;
            hitBytes += record.bytesOut();
        }
        int statusClass = record.status() / 100 - 2;
        status[statusClass >= 0 && statusClass < 4 ? statusClass : 4]++;
        cache[record.cache().ordinal()]++;
        protocol[protocol(record.protocol())]++;
        if (record.status() != 0) {
            firstByte = count(firstByte, LatencyHistogram.bucket(record.firstByteMicros()));
            duration = count(duration, LatencyHistogram.bucket(record.durationMicros()));
        }
    }

    private static int protocol(String name) {
        if (!name.startsWith("HTTP/") || name.length() < 6) {
            return 3;
        }
        return switch (name.charAt(5)) {
            case '1' -> 0;
            case '2' -> 1;
            case '3' -> 2;
            default -> 3;
        };
    }

    private static long[] count(long[] buckets, int bucket) {
        long[] grown = bucket < buckets.length ? buckets : Arrays.copyOf(buckets, bucket + 1);
        grown[bucket]++;
        return grown;
    }

    void add(TrafficSums other) {
        requests += other.requests;
        bytesOut += other.bytesOut;
        bytesIn += other.bytesIn;
        hits += other.hits;
        hitBytes += other.hitBytes;
        LatencyHistogram.add(status, other.status);
        LatencyHistogram.add(cache, other.cache);
        LatencyHistogram.add(protocol, other.protocol);
        firstByte = LatencyHistogram.add(firstByte, other.firstByte);
        duration = LatencyHistogram.add(duration, other.duration);
    }
}
