package org.popnet.platform.datagram;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What is counted about datagrams: sent and received by kind, dropped by direction and reason, and the socket's state. */
final class DatagramMetrics {
    private final Map<Kind, Counter> sent = new EnumMap<>(Kind.class);
    private final Map<Kind, Counter> received = new EnumMap<>(Kind.class);
    private final Map<Drop, Counter> droppedIn = new EnumMap<>(Drop.class);
    private final Map<Drop, Counter> droppedOut = new EnumMap<>(Drop.class);
    private final MeterRegistry registry;

    DatagramMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Kind kind : Kind.values()) {
            String label = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
            sent.put(kind, registry.counter("popnet.datagrams.sent", "kind", label));
            received.put(kind, registry.counter("popnet.datagrams.received", "kind", label));
        }
        for (Drop reason : Drop.values()) {
            droppedIn.put(
                    reason, registry.counter("popnet.datagrams.dropped", "direction", "in", "reason", reason.label()));
            droppedOut.put(
                    reason, registry.counter("popnet.datagrams.dropped", "direction", "out", "reason", reason.label()));
        }
    }

    /** Shows a bound socket's buffer, and what the kernel dropped because it was full. */
    void watch(InetSocketAddress local, int bufferBytes, boolean capped) {
        Gauge.builder("popnet.datagrams.receive.buffer", () -> bufferBytes)
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
        Gauge.builder("popnet.datagrams.receive.buffer.capped", () -> capped ? 1 : 0)
                .description("1 if the system gave the socket less than was asked for: raise net.core.rmem_max")
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("popnet.datagrams.kernel.drops", local, KernelDrops::of)
                .description("datagrams lost because the receive buffer was full")
                .register(registry);
    }

    void sent(Kind kind) {
        count(sent, kind);
    }

    void received(Kind kind) {
        count(received, kind);
    }

    void droppedIn(Drop reason) {
        count(droppedIn, reason);
    }

    /** Counts, and gives false for the caller to hand on. */
    boolean droppedOut(Drop reason) {
        count(droppedOut, reason);
        return false;
    }

    private static <E extends Enum<E>> void count(Map<E, Counter> counters, E key) {
        Counter counter = counters.get(key);
        if (counter != null) {
            counter.increment();
        }
    }
}
