package org.popnet.log.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.log.raw.RawRetention;
import org.popnet.log.traffic.LoadBoard;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes batches from the network into a bounded queue, and many of them at a time from the queue to the writer, on a
 * thread of its own. Batches for customers of other log servers are answered at once.
 */
final class DatagramReceiver implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DatagramReceiver.class);

    private final DatagramPort port;
    private final BatchWriter writer;
    private final RawRetention retention;
    private final BooleanSupplier databaseReady;
    private final LogSettings settings;
    private final InstantSource clock;
    private final BlockingQueue<Arrival> queue;
    private final Counter queueDrops;
    private final Counter databaseDrops;
    private final Counter notMine;
    private volatile Assignment assignment;
    private volatile @Nullable Thread thread;
    private volatile boolean running;

    DatagramReceiver(
            DatagramPort port,
            Assignment assignment,
            BatchWriter writer,
            RawRetention retention,
            BooleanSupplier databaseReady,
            LoadBoard loads,
            LogSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.port = port;
        this.assignment = assignment;
        this.writer = writer;
        this.retention = retention;
        this.databaseReady = databaseReady;
        this.settings = settings;
        this.clock = clock;
        this.queue = new ArrayBlockingQueue<>(settings.queueMax());
        queueDrops = meters.counter("popnet.log.dropped", "reason", "queue");
        databaseDrops = meters.counter("popnet.log.dropped", "reason", "database");
        notMine = meters.counter("popnet.log.dropped", "reason", "not-mine");
        meters.gaugeCollectionSize("popnet.log.queue", List.of(), queue);
        port.onReceive(LogBatch.class, this::receive);
        port.onReceive(LoadReport.class, report -> loads.heard(report.sender(), report.message()));
    }

    /** From now on takes these customers' batches. */
    void assign(Assignment next) {
        assignment = next;
    }

    private void receive(Received<LogBatch> received) {
        LogBatch batch = received.message();
        if (!assignment.manages(batch.customer())) {
            notMine.increment();
            port.send(received.sender(), new LogAck(batch.customer(), batch.spool(), List.of(), true));
        } else if (!queue.offer(new Arrival(received.sender(), batch, clock.millis()))) {
            queueDrops.increment();
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("log-writer").daemon().start(this::run);
    }

    private void run() {
        try {
            while (running) {
                if (databaseReady.getAsBoolean()) {
                    retention.runIfDue();
                }
                Arrival first = queue.poll(200, TimeUnit.MILLISECONDS);
                if (first != null) {
                    write(company(first));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Arrival> company(Arrival first) throws InterruptedException {
        List<Arrival> arrivals = new ArrayList<>();
        arrivals.add(first);
        long until = System.nanoTime() + settings.linger().toNanos();
        while (arrivals.size() < settings.transactionMax()) {
            if (queue.drainTo(arrivals, settings.transactionMax() - arrivals.size()) > 0) {
                continue;
            }
            Arrival next = queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            arrivals.add(next);
        }
        return arrivals;
    }

    private void write(List<Arrival> arrivals) {
        try {
            if (!databaseReady.getAsBoolean() || !writer.write(arrivals)) {
                databaseDrops.increment(arrivals.size());
            }
        } catch (RuntimeException e) {
            databaseDrops.increment(arrivals.size());
            log.atError().setCause(e).log("{} batches were not counted, their senders keep them", arrivals.size());
        }
    }

    @Override
    public void stop() {
        running = false;
        Thread stopping = thread;
        if (stopping != null) {
            try {
                stopping.join(10_000);
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
}
