package org.popnet.platform.message;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one node tells another in a datagram. Fields may be added: unknown ones are ignored, missing ones read as null
 * or zero. Ages are in milliseconds before the moment of sending; receivers judge freshness by them, never by wall
 * clocks.
 */
public sealed interface Message {

    /** Name server to probe: measure the distance to these resolvers. */
    record LatencyRequest(List<InetAddress> resolvers) implements Message {}

    /** Probe to every name server: what it measured since the last report. */
    record ProbeReport(List<ServiceResult> services, List<LatencyResult> latencies) implements Message {}

    /** Content machine to name servers and log servers: how busy it is. */
    record LoadReport(
            double cpu,
            double memory,
            long openConnections,
            double requestsPerSecond,
            double bytesPerSecond,
            double responseMs,
            Map<String, SiteLoad> sites,
            Map<String, Long> watermarks)
            implements Message {}

    /** Edge (or other sender) to log server: one self-contained batch of records of one customer. */
    record LogBatch(String customer, long spool, long batch, int records, byte[] zstd) implements Message {}

    /** Log server to sender: these batches are committed, or this customer is not managed here. */
    record LogAck(String customer, long spool, List<Long> batches, boolean notMine) implements Message {}

    /**
     * Receiver to sender: you named a wrong epoch of mine; this is the right one.
     *
     * @param senderEpoch the epoch of the datagram that this answers
     * @param senderSequence its sequence number
     */
    record EpochNotice(long epoch, long senderEpoch, long senderSequence) implements Message {}

    /**
     * One service check.
     *
     * @param reason why it failed, in a few words; null if it passed
     * @param wallClockMs when it was measured, for people
     */
    record ServiceResult(
            TargetId target, boolean up, double responseMs, long ageMs, long wallClockMs, @Nullable String reason) {}

    /**
     * The distance from the probe to an address.
     *
     * @param rttMs median round-trip time; NaN if no attempt was answered
     * @param lossPercent 0 to 100
     */
    record LatencyResult(InetAddress address, double rttMs, double lossPercent, long ageMs, long wallClockMs) {}

    record SiteLoad(long openConnections, double requestsPerSecond, double bytesPerSecond) {}
}
