package org.popnet.platform.message;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.LoadMeasure;

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

    /**
     * Name server to probe: watch these targets for a while, also those that are not assigned to you, because one of
     * the probes that are says that they fail.
     *
     * @param forMs how long; a request for a target that is watched already begins it anew
     */
    record WatchRequest(List<TargetId> targets, long forMs) implements Message {
        public WatchRequest {
            targets = listOf(targets);
        }
    }

    /** Probe to every name server: what it measured since the last report. */
    record ProbeReport(List<ServiceResult> services, List<LatencyResult> latencies, List<ServerLoad> loads)
            implements Message {
        public ProbeReport {
            services = listOf(services);
            latencies = listOf(latencies);
            loads = listOf(loads);
        }
    }

    /**
     * Content machine to name servers and log servers: how busy it is. Shares are of the machine's capacity, 0 to 1 and
     * more when it is overloaded.
     *
     * @param responseMs mean time to the first byte; 0 if nothing was answered
     * @param connectionShare open connections, of those it may have; 0 if nothing bounds them
     * @param bandwidthShare bytes sent, of what its link carries; 0 if that is not known
     * @param loopDelayMs how late the event loops run, the worst of them; 0 where there are none
     * @param clients round-trip times that the kernel measured on clients' connections, a bounded part in turn
     */
    record LoadReport(
            double cpu,
            double memory,
            long openConnections,
            double requestsPerSecond,
            double bytesPerSecond,
            double responseMs,
            Map<String, SiteLoad> sites,
            Map<String, Long> watermarks,
            double connectionShare,
            double bandwidthShare,
            double loopDelayMs,
            List<ClientRoundTrip> clients)
            implements Message {
        /** Of the memory: a machine that uses no more is not short of it. */
        private static final double MEMORY_FREE = 0.9;

        public LoadReport {
            sites = mapOf(sites);
            watermarks = mapOf(watermarks);
            clients = listOf(clients);
        }

        /** The share of its capacity that the node uses: of what it may be short of, the worst. */
        public double used(double capacityPerSecond, Set<LoadMeasure> counting) {
            double worst = 0;
            for (LoadMeasure measure : counting) {
                double share =
                        switch (measure) {
                            case REQUESTS -> requestsPerSecond / capacityPerSecond;
                            case CPU -> cpu;
                            case MEMORY -> (memory - MEMORY_FREE) / (1 - MEMORY_FREE);
                            case CONNECTIONS -> connectionShare;
                            case BANDWIDTH -> bandwidthShare;
                        };
                worst = Double.isFinite(share) ? Math.max(worst, share) : worst;
            }
            return worst;
        }
    }

    /**
     * Name server to name server: which servers clients were given. Sent again until it is acknowledged.
     *
     * @param batch the sender's number for it, to be named in the acknowledgement
     */
    record Persistence(long batch, List<PersistenceRecord> records) implements Message {
        public Persistence {
            records = listOf(records);
        }
    }

    /** Name server to name server: this batch of {@link Persistence} has been taken up. */
    record PersistenceAck(long batch) implements Message {}

    /**
     * Name server to name server: tell me what you know.
     *
     * @param from where to go on: 0 at first, then the {@code next} of the last {@link KnowledgePart}
     */
    record KnowledgeRequest(Topic topic, long from) implements Message {
        /** What is asked for. */
        public enum Topic {
            LATENCIES,
            PERSISTENCE
        }

        public KnowledgeRequest {
            Objects.requireNonNull(topic, "topic");
        }
    }

    /**
     * Name server to name server: one datagram of what it knows; several answer one {@link KnowledgeRequest}.
     *
     * @param from where this part begins
     * @param next where the one after it begins; -1 if this is the last
     */
    record KnowledgePart(
            KnowledgeRequest.Topic topic,
            long from,
            long next,
            List<PrefixLatency> latencies,
            List<PersistenceRecord> persistence)
            implements Message {
        public KnowledgePart {
            Objects.requireNonNull(topic, "topic");
            latencies = listOf(latencies);
            persistence = listOf(persistence);
        }
    }

    /**
     * Edge (or other sender) to log server: one self-contained batch of records of one customer.
     *
     * @param sentAtMs what the sender's clock showed when it sent this, in milliseconds since the epoch, so that a wrong
     *     clock can be told from late records; 0 if it does not say
     * @param lost what this spool had no room for since it was made; null if it kept everything
     */
    record LogBatch(
            String customer,
            long spool,
            long batch,
            int records,
            byte[] zstd,
            long sentAtMs,
            @Nullable Lost lost) implements Message {
        public LogBatch {
            Objects.requireNonNull(customer, "customer");
            Objects.requireNonNull(zstd, "zstd");
        }

        /** Without the time of sending, of a spool that kept everything. */
        public LogBatch(String customer, long spool, long batch, int records, byte[] zstd) {
            this(customer, spool, batch, records, zstd, 0, null);
        }
    }

    /**
     * Records that a sender did not keep: its spool was full, or its disk refused.
     *
     * @param fromMs time of the earliest of them, in milliseconds since the epoch, by the sender's clock
     * @param toMs time of the latest
     */
    record Lost(long records, long fromMs, long toMs) {}

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
     * @param wallClockMs when it was measured, for people
     * @param reason why it failed, in a few words; null if it passed
     * @param lagged the probe was not running for a part of the check (stopped, or starved of its processor), so that
     *     the result says more about the probe than about the target
     */
    record ServiceResult(
            TargetId target,
            boolean up,
            double responseMs,
            long ageMs,
            long wallClockMs,
            @Nullable String reason,
            boolean lagged) {
        public ServiceResult {
            Objects.requireNonNull(target, "target");
        }
    }

    /**
     * The distance from the probe to an address.
     *
     * @param rttMs median round-trip time; NaN if no attempt was answered
     * @param lossPercent 0 to 100
     * @param lagged as in {@link ServiceResult}
     * @param minMs the shortest round-trip time; 0 if a probe does not say, NaN if no attempt was answered
     */
    record LatencyResult(
            InetAddress address,
            double rttMs,
            double lossPercent,
            long ageMs,
            long wallClockMs,
            boolean lagged,
            double minMs) {
        public LatencyResult {
            Objects.requireNonNull(address, "address");
        }

        /** Of one attempt. */
        public LatencyResult(
                InetAddress address, double rttMs, double lossPercent, long ageMs, long wallClockMs, boolean lagged) {
            this(address, rttMs, lossPercent, ageMs, wallClockMs, lagged, rttMs);
        }

        /** The way itself, without what queues on it take for a while. */
        public double shortestMs() {
            return minMs > 0 && minMs < rttMs ? minMs : rttMs;
        }
    }

    record SiteLoad(long openConnections, double requestsPerSecond, double bytesPerSecond) {}

    /**
     * What a machine told a probe of its load: a customer's server at its {@code load-url}, a node by its control port.
     *
     * @param server {@code customer/server}, or {@code node:} and a node's name
     * @param requestsPerSecond 0 if it does not say
     * @param share of its capacity in use, the worst of what it says; 0 if it says nothing of the kind
     */
    record ServerLoad(String server, double requestsPerSecond, double share, long ageMs, boolean lagged) {
        public ServerLoad {
            Objects.requireNonNull(server, "server");
        }
    }

    /**
     * How far the clients of one prefix are from an edge, as their connections show.
     *
     * @param prefix its first address
     * @param bits its length, no shorter than what name servers tell clients apart by (24 and 56 unless set otherwise):
     *     of shorter prefixes they make nothing
     * @param rttMs the median of the connections' smoothed round-trip times
     */
    record ClientRoundTrip(InetAddress prefix, int bits, double rttMs) {
        public ClientRoundTrip {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /**
     * Which server a client has for a domain. Of two records for one client the one with more moves wins, then the one
     * that was not guessed, then the older, then that of the lower name; so all name servers end with the same.
     *
     * @param key of client and domain
     * @param server its identity
     * @param madeMs when it was made, on a clock that the name servers keep together
     * @param madeBy the name server that made it
     * @param leftMs how long it holds yet
     * @param moves how often the client had to leave a server, or was given one by guess
     * @param guessed whether nobody knew where the client is
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record PersistenceRecord(
            long key, long server, long madeMs, String madeBy, long leftMs, int moves, boolean guessed) {
        public PersistenceRecord {
            Objects.requireNonNull(madeBy, "madeBy");
        }
    }

    /** What is known of one client prefix. */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record PrefixLatency(InetAddress prefix, List<PopLatency> pops) {
        public PrefixLatency {
            Objects.requireNonNull(prefix, "prefix");
            pops = listOf(pops);
        }
    }

    /**
     * Its distance from a POP.
     *
     * @param rttTenths round-trip time in tenths of a millisecond; negative if it did not answer
     * @param lossPercent 0 to 100
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record PopLatency(String pop, int rttTenths, int lossPercent, long ageMs) {
        public PopLatency {
            Objects.requireNonNull(pop, "pop");
        }
    }

    /** An older sender leaves out what it does not know: an empty list. */
    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    private static <V> Map<String, V> mapOf(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }
}
