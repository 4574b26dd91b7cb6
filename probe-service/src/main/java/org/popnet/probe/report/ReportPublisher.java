package org.popnet.probe.report;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.popnet.probe.timer.Timers;

/**
 * Sends measurements to every name server, many in a datagram, a moment after they were made. Nothing is stored: what a
 * name server misses, the next measurement replaces.
 */
public final class ReportPublisher {
    /** More than fit a datagram even when they are all short. */
    private static final int BATCH_MAX = 32;

    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Duration delay;
    private final int waitingMax;
    private final Deque<Measurement> waiting = new ArrayDeque<>();
    private final Counter dropped;
    private final Counter reports;
    private boolean flushing;

    /**
     * @param delay how long measurements wait for others to travel with
     * @param waitingMax how many may wait; beyond it the oldest are dropped
     */
    public ReportPublisher(
            DatagramPort datagrams,
            CurrentTree tree,
            Timers timers,
            LongSupplier nanoTime,
            Duration delay,
            int waitingMax,
            MeterRegistry registry) {
        this.datagrams = datagrams;
        this.tree = tree;
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.delay = delay;
        this.waitingMax = waitingMax;
        this.dropped = Counter.builder("popnet.probe.reports.dropped")
                .description("measurements that were never sent: too many waited")
                .register(registry);
        this.reports = Counter.builder("popnet.probe.reports.sent")
                .description("datagrams handed to the system, one for each name server")
                .register(registry);
        Gauge.builder("popnet.probe.reports.waiting", this, ReportPublisher::waiting)
                .register(registry);
    }

    /** Takes a measurement for the next report. Never blocks. */
    public synchronized void publish(Measurement measurement) {
        if (waiting.size() >= waitingMax) {
            waiting.removeFirst();
            dropped.increment();
        }
        waiting.addLast(measurement);
        if (!flushing) {
            flushing = true;
            timers.after(delay.toNanos(), () -> Thread.startVirtualThread(this::flush));
        }
    }

    private void flush() {
        List<Measurement> batch = take();
        while (!batch.isEmpty()) {
            send(batch);
            batch = take();
        }
    }

    private synchronized List<Measurement> take() {
        List<Measurement> batch = new ArrayList<>(BATCH_MAX);
        while (batch.size() < BATCH_MAX && !waiting.isEmpty()) {
            batch.add(waiting.removeFirst());
        }
        flushing = !batch.isEmpty();
        return batch;
    }

    private void send(List<Measurement> batch) {
        ProbeReport report = report(batch);
        if (batch.size() > 1 && MessageSize.of(report) > MessageSize.BYTES_MAX) {
            int half = batch.size() / 2;
            send(batch.subList(0, half));
            send(batch.subList(half, batch.size()));
            return;
        }
        tree.get().tree().nodes(Service.DNS).map(Node::name).forEach(nameServer -> {
            if (datagrams.send(nameServer, report)) {
                reports.increment();
            }
        });
    }

    private ProbeReport report(List<Measurement> batch) {
        long now = nanoTime.getAsLong();
        List<ServiceResult> services = new ArrayList<>();
        List<LatencyResult> latencies = new ArrayList<>();
        List<ServerLoad> loads = new ArrayList<>();
        for (Measurement measurement : batch) {
            long ageMs = TimeUnit.NANOSECONDS.toMillis(now - measurement.atNanos());
            long wallClockMs = measurement.at().toEpochMilli();
            switch (measurement) {
                case Measurement.OfService m ->
                    services.add(new ServiceResult(
                            m.target(),
                            m.outcome().up(),
                            m.outcome().responseMs(),
                            ageMs,
                            wallClockMs,
                            m.outcome().reason(),
                            m.lagged()));
                case Measurement.OfLatency m ->
                    latencies.add(new LatencyResult(
                            m.address(), m.rttMs(), m.lossPercent(), ageMs, wallClockMs, m.lagged(), m.minMs()));
                case Measurement.OfLoad m ->
                    loads.add(new ServerLoad(m.server(), m.requestsPerSecond(), m.share(), ageMs, m.lagged()));
            }
        }
        return new ProbeReport(services, latencies, loads);
    }

    private synchronized int waiting() {
        return waiting.size();
    }
}
