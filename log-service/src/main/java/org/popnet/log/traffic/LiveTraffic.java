package org.popnet.log.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last two minutes per customer and second, by the records' own times, from what this log server has committed since
 * it started. In memory only.
 */
public final class LiveTraffic {
    static final int SECONDS = 128;

    private final Map<String, Ring> rings = new ConcurrentHashMap<>();

    /** One second's requests and bytes. */
    record Second(long second, long requests, long bytesOut) {}

    private static final class Ring {
        private final long[] seconds = new long[SECONDS];
        private final long[] requests = new long[SECONDS];
        private final long[] bytesOut = new long[SECONDS];

        synchronized void add(long second, long moreRequests, long moreBytes) {
            int slot = Math.floorMod(second, SECONDS);
            if (seconds[slot] > second) {
                return;
            }
            if (seconds[slot] < second) {
                seconds[slot] = second;
                requests[slot] = 0;
                bytesOut[slot] = 0;
            }
            requests[slot] += moreRequests;
            bytesOut[slot] += moreBytes;
        }

        synchronized Second at(long second) {
            int slot = Math.floorMod(second, SECONDS);
            return seconds[slot] == second
                    ? new Second(second, requests[slot], bytesOut[slot])
                    : new Second(second, 0, 0);
        }
    }

    /** Adds a committed transaction's records. */
    public void add(Aggregator sums) {
        sums.seconds().forEach((key, counts) -> rings.computeIfAbsent(key.customer(), c -> new Ring())
                .add(key.second(), counts[0], counts[1]));
    }

    /** Each second from the first to before the last, those without a request included. */
    List<Second> seconds(String customer, long from, long to) {
        Ring ring = rings.computeIfAbsent(customer, c -> new Ring());
        List<Second> seconds = new ArrayList<>();
        for (long second = from; second < to; second++) {
            seconds.add(ring.at(second));
        }
        return seconds;
    }
}
