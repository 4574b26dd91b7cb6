package org.popnet.probe.report;

import java.net.InetAddress;
import java.time.Instant;
import org.popnet.platform.message.TargetId;
import org.popnet.probe.check.Outcome;

/** Something that was measured, and when: by the process's own clock to compute its age, by the wall's for people. */
public sealed interface Measurement {
    /** {@link System#nanoTime} when it was finished. */
    long atNanos();

    Instant at();

    /** Whether this process ran too late for the result to say much about the other side. */
    boolean lagged();

    /** One check of a server. */
    record OfService(TargetId target, Outcome outcome, long atNanos, Instant at, boolean lagged)
            implements Measurement {}

    /**
     * The distance to an address.
     *
     * @param rttMs median of the answered attempts; NaN if none was
     * @param minMs the least of them
     * @param lossPercent 0 to 100
     */
    record OfLatency(
            InetAddress address,
            double rttMs,
            double minMs,
            double lossPercent,
            long atNanos,
            Instant at,
            boolean lagged)
            implements Measurement {}

    /**
     * What a server said of its load.
     *
     * @param server {@code customer/server}, or {@code node:} and a node's name
     * @param requestsPerSecond 0 if it does not say
     * @param share of its capacity, the worst of what it says, 0 to 1 and more; 0 if it says nothing of the kind
     */
    record OfLoad(String server, double requestsPerSecond, double share, long atNanos, Instant at, boolean lagged)
            implements Measurement {}
}
