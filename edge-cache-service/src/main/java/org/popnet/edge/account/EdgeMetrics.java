package org.popnet.edge.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** The edge's metrics, {@code popnet.edge.…}; counters are looked up once. */
public final class EdgeMetrics {
    private final MeterRegistry registry;
    private final Counter[][] requests = new Counter[CacheResult.values().length][6];
    private final Counter bytesOut;
    private final Map<String, Counter> byTag = new ConcurrentHashMap<>();
    private final AtomicLong connections = new AtomicLong();

    public EdgeMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (CacheResult result : CacheResult.values()) {
            for (int statusClass = 0; statusClass < 6; statusClass++) {
                requests[result.ordinal()][statusClass] = registry.counter(
                        "popnet.edge.requests",
                        "cache",
                        result.name(),
                        "status",
                        statusClass == 0 ? "none" : statusClass + "xx");
            }
        }
        bytesOut = registry.counter("popnet.edge.bytes.out");
        Gauge.builder("popnet.edge.connections", connections, AtomicLong::get)
                .description("open client connections")
                .register(registry);
    }

    public void finished(CacheResult result, int status, long bytes) {
        requests[result.ordinal()][Math.clamp(status / 100, 0, 5)].increment();
        bytesOut.increment(bytes);
    }

    /** @param reason one of few fixed texts */
    public void refused(String reason) {
        counter("popnet.edge.refused", "reason", reason).increment();
    }

    /** @param reason {@code idle}, {@code slow-head}, {@code slow-body}, {@code slow-reader} … */
    public void cut(String reason) {
        counter("popnet.edge.connections.cut", "reason", reason).increment();
    }

    public void filled(String result) {
        counter("popnet.edge.fills", "result", result).increment();
    }

    /** @param from {@code memory}, {@code fill} of another request, or {@code upstream} */
    public void large(String from, long bytes) {
        counter("popnet.edge.large.bytes", "from", from).increment(bytes);
    }

    /** @param tier {@code fetch} or {@code origin} */
    public void fetchError(String tier, String reason) {
        byTag.computeIfAbsent(
                        "popnet.edge.fetch.errors " + tier + ' ' + reason,
                        k -> registry.counter("popnet.edge.fetch.errors", "tier", tier, "reason", reason))
                .increment();
    }

    public void connectionOpened() {
        connections.incrementAndGet();
    }

    public void connectionClosed() {
        connections.decrementAndGet();
    }

    public long connections() {
        return connections.get();
    }

    /** Registers a gauge over something that lives as long as the process. */
    public <T> void gauge(String name, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name, source, value).register(registry);
    }

    private Counter counter(String name, String tag, String value) {
        return byTag.computeIfAbsent(name + ' ' + value, k -> registry.counter(name, tag, value));
    }
}
