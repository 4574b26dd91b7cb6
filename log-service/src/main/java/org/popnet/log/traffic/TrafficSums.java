package org.popnet.log.traffic;

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

    final long[] firstByte = new long[LatencyHistogram.BUCKETS];

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
        if (record.status() != 0) {
            firstByte[LatencyHistogram.bucket(record.firstByteMicros())]++;
        }
    }

    void add(TrafficSums other) {
        requests += other.requests;
        bytesOut += other.bytesOut;
        bytesIn += other.bytesIn;
        hits += other.hits;
        hitBytes += other.hitBytes;
        add(status, other.status);
        add(cache, other.cache);
        add(firstByte, other.firstByte);
    }

    private static void add(long[] to, long[] from) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[i];
        }
    }
}
