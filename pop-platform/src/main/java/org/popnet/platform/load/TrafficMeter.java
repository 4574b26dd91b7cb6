package org.popnet.platform.load;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.SiteLoad;

/**
 * Counts what a data plane serves, by site, and gives the rates of the last interval. Counting is free of locks and
 * allocation, for event loops; {@link #tick} is called by one thread, each second.
 *
 * <p>Call {@link #site} with names of the tree only: every name it was ever given is kept until {@link #retain}.
 */
public final class TrafficMeter {
    private final LongSupplier nanoTime;
    private final LongAdder openConnections = new LongAdder();
    private final LongAdder firstBytes = new LongAdder();
    private final LongAdder firstByteNanos = new LongAdder();
    private final Map<String, Site> sites = new ConcurrentHashMap<>();
    private long tickedAt;
    private volatile @Nullable LongSupplier connections;
    private volatile long connectionsMax;
    private volatile DoubleSupplier loopDelayMs = () -> 0;
    private volatile Rates rates = new Rates(0, 0, 0, Map.of());

    /** @param nanoTime a monotonic clock, in nanoseconds */
    public TrafficMeter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.tickedAt = nanoTime.getAsLong();
    }

    /** The counters of one site; keep the reference where a request's way leads past often. */
    public Site site(String name) {
        Site site = sites.get(name);
        return site != null ? site : sites.computeIfAbsent(name, n -> new Site());
    }

    /** A client's connection was accepted. */
    public void connectionOpened() {
        openConnections.increment();
    }

    public void connectionClosed() {
        openConnections.decrement();
    }

    /** A response began this long after its request was complete. */
    public void firstByte(long nanos) {
        firstBytes.increment();
        firstByteNanos.add(nanos);
    }

    public long openConnections() {
        LongSupplier elsewhere = connections;
        return elsewhere == null ? openConnections.sum() : elsewhere.getAsLong();
    }

    /** For a data plane whose server counts its connections itself. */
    public void countConnectionsBy(LongSupplier count) {
        connections = count;
    }

    /** How many connections there may be, so that their share can be told. */
    public void connectionsAtMost(long max) {
        connectionsMax = max;
    }

    /** Open connections, of those there may be; 0 if nothing bounds them. */
    double connectionShare() {
        long max = connectionsMax;
        return max <= 0 ? 0 : Math.max(0, openConnections()) / (double) max;
    }

    /** For a data plane with event loops: how late the worst of them ran since it was asked last, in milliseconds. */
    public void measureLoopDelayBy(DoubleSupplier worstMs) {
        loopDelayMs = worstMs;
    }

    double loopDelayMs() {
        return loopDelayMs.getAsDouble();
    }

    /** Forgets every site but these, the domains of a new tree. */
    public void retain(Set<String> names) {
        sites.keySet().retainAll(names);
    }

    /** The rates of the last whole interval. */
    public Rates rates() {
        return rates;
    }

    /** Ends an interval: what was counted since the last call becomes {@link #rates}. */
    public synchronized Rates tick() {
        long now = nanoTime.getAsLong();
        double seconds = Math.max(1e-3, (now - tickedAt) / 1e9);
        tickedAt = now;
        double requests = 0;
        double bytes = 0;
        Map<String, SiteLoad> bySite = new HashMap<>();
        for (Map.Entry<String, Site> entry : sites.entrySet()) {
            SiteLoad load = entry.getValue().tick(seconds);
            requests += load.requestsPerSecond();
            bytes += load.bytesPerSecond();
            if (load.requestsPerSecond() > 0 || load.bytesPerSecond() > 0 || load.openConnections() > 0) {
                bySite.put(entry.getKey(), load);
            }
        }
        long responses = firstBytes.sumThenReset();
        long nanos = firstByteNanos.sumThenReset();
        rates = new Rates(requests, bytes, responses == 0 ? 0 : nanos / 1e6 / responses, Map.copyOf(bySite));
        return rates;
    }

    /**
     * What was served in one interval.
     *
     * @param responseMs mean time to the first byte; 0 if nothing was answered
     * @param sites those with traffic or open requests only
     */
    public record Rates(
            double requestsPerSecond, double bytesPerSecond, double responseMs, Map<String, SiteLoad> sites) {}

    /** One site's counters. Open connections of a site are its requests in progress. */
    public static final class Site {
        private final LongAdder open = new LongAdder();
        private final LongAdder requests = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        /** A request for this site began; pair it with {@link #ended}. */
        public void began() {
            open.increment();
            requests.increment();
        }

        /** Bytes of the response that were handed to the connection. */
        public void sent(long count) {
            bytes.add(count);
        }

        public void ended() {
            open.decrement();
        }

        private SiteLoad tick(double seconds) {
            return new SiteLoad(
                    Math.max(0, open.sum()), requests.sumThenReset() / seconds, bytes.sumThenReset() / seconds);
        }
    }
}
