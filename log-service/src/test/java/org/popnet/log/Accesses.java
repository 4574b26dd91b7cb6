package org.popnet.log;

import java.util.List;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.TestSender;

/** Accesses of customer1 that senders' spools were given, each with another URL and size, and their sums. */
final class Accesses {
    private final long timeMs;
    private int count;
    private long bytes;

    /** @param timeMs when all of them were, in ms since 1970 */
    Accesses(long timeMs) {
        this.timeMs = timeMs;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** Gives the senders so many more, in turn. */
    void append(List<TestSender> senders, int more) {
        for (int i = 0; i < more; i++) {
            AccessRecord record = new AccessRecord(
                    timeMs,
                    "www.customer1.example",
                    "192.0.2.1",
                    "GET",
                    "/" + count,
                    "HTTP/2",
                    200,
                    CacheResult.HIT,
                    1000 + count,
                    10,
                    10,
                    10,
                    null,
                    null,
                    null);
            senders.get(i % senders.size()).sink().append("customer1", record);
            count++;
            bytes += record.bytesOut();
        }
    }
}
