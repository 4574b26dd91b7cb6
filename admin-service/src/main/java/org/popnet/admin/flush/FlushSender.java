package org.popnet.admin.flush;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.flush.FlushAcknowledgement;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Brings flushes to the nodes: to all origin-fetch servers at once, then to all edges at once, so that no edge fills
 * itself again from a store that still has the old content. Nodes that do not acknowledge are tried again in the
 * background until they do, after a restart of this service too; they catch up by themselves when they come back.
 */
class FlushSender implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(FlushSender.class);

    private final ControlHttp http;
    private final CurrentTree tree;
    private final FlushLedger ledger;
    private final FlushSettings settings;
    private final MeterRegistry meters;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("flush-", 0).factory());
    /** Sites whose orders are being sent for the first time, and how many: the background leaves them alone. */
    private final Map<String, Integer> claimed = new ConcurrentHashMap<>();

    private @Nullable Thread background;
    private volatile boolean running;

    FlushSender(ControlHttp http, CurrentTree tree, FlushLedger ledger, FlushSettings settings, MeterRegistry meters) {
        this.http = http;
        this.tree = tree;
        this.ledger = ledger;
        this.settings = settings;
        this.meters = meters;
    }

    /** Keeps the background away from a site until its order has been sent; {@link #send} or {@link #release} ends it. */
    void claim(String site) {
        claimed.merge(site, 1, Integer::sum);
    }

    void release(String site) {
        claimed.computeIfPresent(site, (s, count) -> count == 1 ? null : count - 1);
    }

    /** Sends a recorded order of a claimed site; returns at once. */
    void send(FlushOrder order, List<Node> nodes) {
        threads.execute(() -> {
            long start = System.nanoTime();
            try {
                sendToTier(order, nodes, Service.ORIGIN_FETCH);
                sendToTier(order, nodes, Service.EDGE_CACHE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                release(order.site());
                meters.timer("popnet.admin.flush.sent").record(Duration.ofNanos(System.nanoTime() - start));
            }
        });
    }

    private void sendToTier(FlushOrder order, List<Node> nodes, Service tier) throws InterruptedException {
        List<Node> members = nodes.stream().filter(n -> n.service() == tier).toList();
        CountDownLatch answered = new CountDownLatch(members.size());
        for (Node node : members) {
            threads.execute(() -> {
                try {
                    attempt(order, node);
                } finally {
                    answered.countDown();
                }
            });
        }
        if (!answered.await(settings.tierPatience().toNanos(), TimeUnit.NANOSECONDS)) {
            log.warn(
                    "flush {} of {}: {} of {} nodes of {} are still silent, going on",
                    order.number(),
                    order.site(),
                    answered.getCount(),
                    members.size(),
                    tier.key());
        }
    }

    /** Sends an order to a node and stores the receipt; whether it was acknowledged. */
    private boolean attempt(FlushOrder order, Node node) {
        ReceiptId id = new ReceiptId(order.site(), order.number(), node.name().toString());
        long start = System.nanoTime();
        try {
            FlushAcknowledgement answer = http.post(node, "/flushes", order, FlushAcknowledgement.class);
            if (answer.watermark() < order.number()) {
                throw new IllegalStateException("it names watermark " + answer.watermark());
            }
            ledger.acknowledged(id, answer, millisSince(start));
            meters.counter("popnet.admin.flush.receipts", "state", "done").increment();
            return true;
        } catch (ControlException | IllegalStateException e) {
            meters.counter("popnet.admin.flush.receipts", "state", "failed").increment();
            ledger.failed(id, millisSince(start), String.valueOf(e.getMessage()));
            return false;
        } catch (RuntimeException e) {
            // The ledger itself: the receipt stays as it is, and the background tries again.
            log.warn(
                    "receipt of {} for flush {} of {} is not stored: {}",
                    id.node(),
                    id.number(),
                    id.site(),
                    e.toString());
            return false;
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Override
    public void start() {
        running = true;
        background = Thread.ofVirtual().name("flush-retries").start(this::retryForever);
    }

    private void retryForever() {
        while (running) {
            try {
                retry();
            } catch (RuntimeException e) {
                log.warn("flushes are not tried again for now: {}", e.toString());
            }
            LockSupport.parkNanos(settings.retryInterval().toNanos());
        }
    }

    /** One round of attempts on every node that owes receipts, nodes side by side. */
    private void retry() {
        List<String> owing = ledger.owing();
        CountDownLatch finished = new CountDownLatch(owing.size());
        for (String name : owing) {
            threads.execute(() -> {
                try {
                    retry(name);
                } finally {
                    finished.countDown();
                }
            });
        }
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last order that is owed of each site, until one fails: the node catches up what stands below it. */
    private void retry(String name) {
        Optional<Node> node = tree.get().tree().node(NodeName.of(name));
        if (node.isEmpty()) {
            ledger.gone(name);
            return;
        }
        for (FlushOrder order : ledger.owed(name, settings.retriesAtOnce())) {
            if (!running || !claimed.containsKey(order.site()) && !attempt(order, node.get())) {
                return;
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        if (background != null) {
            LockSupport.unpark(background);
        }
        threads.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
