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

    /** One check of a server. */
    record OfService(TargetId target, Outcome outcome, long atNanos, Instant at) implements Measurement {}

    /**
     * The distance to an address.
     *
     * @param rttMs median of the answered attempts; NaN if none was
     * @param lossPercent 0 to 100
     */
    record OfLatency(InetAddress address, double rttMs, double lossPercent, long atNanos, Instant at)
            implements Measurement {}
}
