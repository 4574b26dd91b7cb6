package org.popnet.platform.message;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one node tells another in a datagram. Fields may be added: unknown ones are ignored, missing ones read as null
 * or zero. Ages are in milliseconds before the moment of sending; receivers judge freshness by them, never by wall
 * clocks.
 */
public sealed interface Message {

    /** Name server to probe: measure the distance to these resolvers. */
    record LatencyRequest(List<InetAddress> resolvers) implements Message {
        public LatencyRequest {
            resolvers = listOf(resolvers);
        }
    }

    /** Probe to every name server: what it measured since the last report. */
    record ProbeReport(List<ServiceResult> services, List<LatencyResult> latencies) implements Message {
        public ProbeReport {
            services = listOf(services);
            latencies = listOf(latencies);
        }
    }

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
            implements Message {
        public LoadReport {
            sites = mapOf(sites);
            watermarks = mapOf(watermarks);
        }
    }

    /** Edge (or other sender) to log server: one self-contained batch of records of one customer. */
    record LogBatch(String customer, long spool, long batch, int records, byte[] zstd) implements Message {
        public LogBatch {
            Objects.requireNonNull(customer, "customer");
            Objects.requireNonNull(zstd, "zstd");
        }
    }

    /** Log server to sender: these batches are committed, or this customer is not managed here. */
    record LogAck(String customer, long spool, List<Long> batches, boolean notMine) implements Message {
        public LogAck {
            Objects.requireNonNull(customer, "customer");
            batches = listOf(batches);
        }
    }

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
            TargetId target,
            boolean up,
            double responseMs,
            long ageMs,
            long wallClockMs,
            @Nullable String reason) {
        public ServiceResult {
            Objects.requireNonNull(target, "target");
        }
    }

    /**
     * The distance from the probe to an address.
     *
     * @param rttMs median round-trip time; NaN if no attempt was answered
     * @param lossPercent 0 to 100
     */
    record LatencyResult(InetAddress address, double rttMs, double lossPercent, long ageMs, long wallClockMs) {
        public LatencyResult {
            Objects.requireNonNull(address, "address");
        }
    }

    record SiteLoad(long openConnections, double requestsPerSecond, double bytesPerSecond) {}

    /** An older sender leaves out what it does not know: an empty list. */
    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    private static <V> Map<String, V> mapOf(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }
}
