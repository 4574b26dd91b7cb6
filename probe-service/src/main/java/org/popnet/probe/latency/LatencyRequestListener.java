package org.popnet.probe.latency;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.tree.LatencyTargets;
import org.popnet.probe.ProbeSettings;

/** Takes name servers' requests for the distance to resolvers, within bounds, and has each measured. */
public final class LatencyRequestListener {
    private final CurrentTree tree;
    private final LatencyProbe probe;
    private final LongSupplier nanoTime;
    private final RateLimit rate;
    private final SilentAddresses silent;
    private final Semaphore free;
    private final Counter begun;
    private final Counter refused;
    private final Counter limited;
    private final Counter crowded;
    private final Counter known;

    /** Begins to listen. */
    public LatencyRequestListener(
            DatagramPort datagrams,
            CurrentTree tree,
            LatencyProbe probe,
            LongSupplier nanoTime,
            ProbeSettings.Latency settings,
            MeterRegistry registry) {
        this.tree = tree;
        this.probe = probe;
        this.nanoTime = nanoTime;
        this.rate = new RateLimit(settings.perNetwork(), settings.addressInterval(), settings.networksMax());
        this.silent = new SilentAddresses(settings.silentFor(), settings.networksMax());
        this.free = new Semaphore(settings.concurrency());
        this.begun = counter(registry, "begun");
        this.refused = counter(registry, "refused-address");
        this.limited = counter(registry, "rate-limited");
        this.crowded = counter(registry, "concurrency");
        this.known = counter(registry, "known-silent");
        datagrams.onReceive(LatencyRequest.class, this::accept);
    }

    private static Counter counter(MeterRegistry registry, String result) {
        return Counter.builder("popnet.probe.latency.requests")
                .description("addresses that name servers asked for, and what became of them")
                .tag("result", result)
                .register(registry);
    }

    private void accept(Received<LatencyRequest> request) {
        LatencyTargets targets = tree.get().tree().latencyTargets();
        for (InetAddress resolver : request.message().resolvers()) {
            if (!TargetGuard.admits(targets, resolver)) {
                refused.increment();
            } else if (silent.contains(resolver, nanoTime.getAsLong())) {
                known.increment();
            } else if (!free.tryAcquire()) {
                crowded.increment();
            } else if (!rate.tryAcquire(resolver, nanoTime.getAsLong())) {
                free.release();
                limited.increment();
            } else {
                begun.increment();
                Thread.startVirtualThread(() -> measure(new InetSocketAddress(resolver, targets.port())));
            }
        }
    }

    private void measure(InetSocketAddress resolver) {
        try {
            if (!probe.measureResolver(resolver)) {
                silent.add(resolver.getAddress(), nanoTime.getAsLong());
            }
        } finally {
            free.release();
        }
    }
}
