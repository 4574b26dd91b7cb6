package org.popnet.platform.spool;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.tree.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Brings what the spools hold to the log servers, on one thread of its own. */
final class LogShipper implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LogShipper.class);
    /** What log servers said and the thread has not read; what finds no room comes again after a resend. */
    private static final int NEWS_MAX = 4096;

    private final LogSpool spool;
    private final SpoolSettings settings;
    private final ServiceDiscovery discovery;
    private final DatagramPort port;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final RandomGenerator random;

    private final BlockingQueue<News> news = new ArrayBlockingQueue<>(NEWS_MAX);
    private final Map<String, Outbox> outboxes = new HashMap<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong oldestMs = new AtomicLong(Long.MAX_VALUE);
    private final Counter sent;
    private final Counter resends;
    private final Counter acknowledged;
    private final Counter ignored;
    private final Counter failures;
    private volatile @Nullable Thread thread;
    private volatile boolean running;

    private sealed interface News {
        record Acknowledged(NodeName server, LogAck ack) implements News {}

        record Restarted(NodeName server) implements News {}
    }

    LogShipper(
            LogSpool spool,
            SpoolSettings settings,
            ServiceDiscovery discovery,
            DatagramPort port,
            LongSupplier nanoTime,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.spool = spool;
        this.settings = settings;
        this.discovery = discovery;
        this.port = port;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.random = random;
        sent = meters.counter("popnet.spool.sent");
        resends = meters.counter("popnet.spool.resends");
        acknowledged = meters.counter("popnet.spool.acknowledged");
        ignored = meters.counter("popnet.spool.acks.ignored");
        failures = meters.counter("popnet.spool.failures");
        Gauge.builder("popnet.spool.unacknowledged", waiting, AtomicLong::get)
                .baseUnit("batches")
                .register(meters);
        Gauge.builder("popnet.spool.oldest.age", this, LogShipper::oldestAgeSeconds)
                .baseUnit("seconds")
                .description("age of the oldest record that no log server has committed")
                .register(meters);
        port.onReceive(LogAck.class, ack -> hear(new News.Acknowledged(ack.sender(), ack.message())));
        port.onRestart(server -> hear(new News.Restarted(server)));
    }

    private void hear(News what) {
        if (!news.offer(what)) {
            ignored.increment();
        }
    }

    private double oldestAgeSeconds() {
        long oldest = oldestMs.get();
        return oldest == Long.MAX_VALUE ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0;
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("log-shipper").daemon().start(this::run);
    }

    private void run() {
        try (BatchFormat.Packer packer = new BatchFormat.Packer()) {
            long cutDue = nanoTime.getAsLong();
            long sendDue = cutDue;
            while (running) {
                long now = nanoTime.getAsLong();
                takeNews(Math.max(0, Math.min(cutDue, sendDue) - now));
                now = nanoTime.getAsLong();
                if (now - cutDue >= 0) {
                    cut(packer);
                    cutDue = now + settings.interval().toNanos();
                }
                sendDue = send(packer);
            }
            // What was appended last gets its one chance before the process ends; the rest goes when it is back.
            cut(packer);
            send(packer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeNews(long waitNanos) throws InterruptedException {
        News first = news.poll(waitNanos, TimeUnit.NANOSECONDS);
        if (first == null) {
            return;
        }
        List<News> all = new ArrayList<>();
        all.add(first);
        news.drainTo(all);
        long now = nanoTime.getAsLong();
        for (News what : all) {
            switch (what) {
                case News.Acknowledged(NodeName server, LogAck ack) -> acknowledge(server, ack, now);
                case News.Restarted(NodeName server) ->
                    outboxes.values().forEach(outbox -> outbox.restarted(server, now));
            }
        }
    }

    private void acknowledge(NodeName server, LogAck ack, long now) {
        Outbox outbox = outboxes.get(ack.customer());
        int freed = outbox == null ? -1 : outbox.acknowledge(server, ack, now);
        if (freed < 0) {
            ignored.increment();
        } else {
            acknowledged.increment(freed);
        }
    }

    private void cut(BatchFormat.Packer packer) {
        spool.watch(nanoTime.getAsLong());
        for (CustomerSpool customer : spool.spools()) {
            try {
                customer.cut(packer);
                customer.prepareNextSegment();
                customer.deleteDone();
            } catch (IOException | RuntimeException e) {
                failures.increment();
                log.atWarn()
                        .setCause(e)
                        .log("spool of {}: not all was cut or cleared; tried again", customer.customer());
            }
        }
    }

    private long send(BatchFormat.Packer packer) {
        long now = nanoTime.getAsLong();
        long next = now + settings.interval().toNanos();
        long batches = 0;
        long oldest = Long.MAX_VALUE;
        for (CustomerSpool customer : spool.spools()) {
            Outbox outbox = outboxes.computeIfAbsent(
                    customer.customer(), c -> new Outbox(customer, settings, discovery, port, clock, random));
            try {
                Outbox.Sent result = outbox.send(nanoTime.getAsLong(), packer);
                sent.increment(result.batches());
                resends.increment(result.resends());
                if (result.nextNanos() - next < 0) {
                    next = result.nextNanos();
                }
                batches += customer.unacknowledged().size();
                OptionalLong age = customer.oldestMs();
                oldest = Math.min(oldest, age.orElse(Long.MAX_VALUE));
            } catch (RuntimeException e) {
                failures.increment();
                log.atWarn().setCause(e).log("batches of {} were not sent; tried again", customer.customer());
            }
        }
        waiting.set(batches);
        oldestMs.set(oldest);
        return next;
    }

    @Override
    public void stop() {
        running = false;
        Thread stopping = thread;
        if (stopping != null) {
            try {
                stopping.join(settings.interval().plusSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Stops after the data planes, which stop first and log their last requests. */
    @Override
    public int getPhase() {
        return 0;
    }
}
