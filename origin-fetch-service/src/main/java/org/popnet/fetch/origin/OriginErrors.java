package org.popnet.fetch.origin;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.CustomerServer;

/**
 * Reports to the log servers what failed at a customer's server, under that customer. A server that is down fails every
 * request: {@value #PER_SECOND_MAX} a second are told of each, and the next one says how many were left out.
 */
public final class OriginErrors {
    static final String KIND = "fetch-error";
    static final int PER_SECOND_MAX = 10;
    /** Servers whose rate is remembered; the tree seldom has as many, and an unknown one is simply told of. */
    private static final int SERVERS_MAX = 100_000;

    private final LogSink sink;
    private final InstantSource clock;
    private final Map<String, Rate> rates = new ConcurrentHashMap<>();

    public OriginErrors(LogSink sink, InstantSource clock) {
        this.sink = sink;
        this.clock = clock;
    }

    private static final class Rate {
        private long second;
        private int told;
        private long leftOut;

        /** @return how many were left out before this one; -1 if this one is left out too */
        synchronized long admit(long nowMs) {
            long now = nowMs / 1000;
            if (now != second) {
                second = now;
                told = 0;
            }
            if (told >= PER_SECOND_MAX) {
                leftOut++;
                return -1;
            }
            told++;
            long before = leftOut;
            leftOut = 0;
            return before;
        }
    }

    /**
     * @param reason a token
     * @param message for people
     * @param url what was asked for: host and target
     * @param nanos how long it had taken
     */
    void failed(CustomerServer server, String reason, String message, String url, long nanos) {
        String name = server.customer() + "/" + server.name();
        if (rates.size() >= SERVERS_MAX) {
            rates.clear();
        }
        long now = clock.millis();
        long leftOut = rates.computeIfAbsent(name, n -> new Rate()).admit(now);
        if (leftOut >= 0) {
            String more = leftOut == 0 ? "" : " (and " + leftOut + " errors before it)";
            sink.append(
                    server.customer(),
                    new EventRecord(
                            now,
                            KIND,
                            name + " " + server.socketAddress().getAddress().getHostAddress() + ":" + server.port(),
                            reason + more + ": " + message,
                            url,
                            Math.max(0, nanos / 1000)));
        }
    }
}
