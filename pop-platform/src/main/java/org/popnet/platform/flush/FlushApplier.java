package org.popnet.platform.flush;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies orders to this node's store, each site's in the order of their numbers and without gaps. The watermark is
 * raised on disk after the store has applied an order, so a crash in between only repeats it. Where the missing orders
 * cannot be learnt, or are too many, the whole site is removed instead: too much, never too little.
 */
final class FlushApplier implements FlushWatermarks {
    /** Orders of one site that are caught up one by one; beyond, the whole site is removed. */
    static final int CATCH_UP_MAX = 500;

    private static final Logger log = LoggerFactory.getLogger(FlushApplier.class);

    private final String node;
    private final FlushTarget target;
    private final FlushLog history;
    private final WatermarkJournal journal;
    private final MeterRegistry meters;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Set<String> learntSites = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> announced = new ConcurrentHashMap<>();
    private volatile boolean learntAll;

    FlushApplier(String node, FlushTarget target, FlushLog history, WatermarkJournal journal, MeterRegistry meters) {
        this.node = node;
        this.target = target;
        this.history = history;
        this.journal = journal;
        this.meters = meters;
    }

    /**
     * Applies an order, and before it what is missing below it. One that was applied before is answered likewise.
     *
     * @throws UncheckedIOException if the watermark cannot be stored; the order counts as not applied
     */
    FlushAcknowledgement apply(FlushOrder order) {
        String site = order.site();
        long objects = locked(site, () -> {
            long watermark = watermark(site);
            if (order.number() <= watermark) {
                return 0L;
            }
            if (order.number() == watermark + 1) {
                return applyAndRaise(order);
            }
            return catchUp(site, watermark, order.number());
        });
        learntSites.add(site);
        return new FlushAcknowledgement(node, site, watermark(site), objects);
    }

    /**
     * Applies everything that this node has missed.
     *
     * @return whether the history could be read
     */
    boolean catchUp() {
        Optional<Map<String, Long>> numbers = history.watermarks();
        numbers.ifPresent(sites -> {
            sites.forEach(this::catchUp);
            learntAll = true;
        });
        return numbers.isPresent();
    }

    @Override
    public void catchUp(String site, long number) {
        if (watermark(site) < number) {
            locked(site, () -> {
                long watermark = watermark(site);
                boolean unknown = !journal.watermarks().containsKey(site);
                return watermark >= number ? 0L : unknown ? applyAll(site, number) : catchUp(site, watermark, number);
            });
        }
        learntSites.add(site);
    }

    @Override
    public Map<String, Long> watermarks() {
        return Map.copyOf(journal.watermarks());
    }

    @Override
    public long watermark(String site) {
        return journal.watermarks().getOrDefault(site, 0L);
    }

    @Override
    public long announced(String site) {
        return Math.max(announced.getOrDefault(site, 0L), watermark(site));
    }

    @Override
    public boolean learnt(String site) {
        return learntAll || learntSites.contains(site);
    }

    /** Applies a site's orders above {@code watermark} up to {@code number} at least. */
    private long catchUp(String site, long watermark, long number) {
        if (number - watermark > CATCH_UP_MAX) {
            return applyAll(site, number);
        }
        List<FlushOrder> missing = history.after(site, watermark).orElse(List.of());
        if (!isComplete(missing, site, watermark, number)) {
            log.warn(
                    "the flushes {} to {} of {} cannot be learnt: removing the whole site",
                    watermark + 1,
                    number,
                    site);
            return applyAll(site, number);
        }
        long objects = 0;
        for (FlushOrder order : missing) {
            objects += applyAndRaise(order);
        }
        return objects;
    }

    private static boolean isComplete(List<FlushOrder> orders, String site, long watermark, long number) {
        long next = watermark + 1;
        for (FlushOrder order : orders) {
            if (!order.site().equals(site) || order.number() != next++) {
                return false;
            }
        }
        return next > number;
    }

    private long applyAll(String site, long number) {
        return applyAndRaise(new FlushOrder(site, number, Kind.ALL, ""));
    }

    private long applyAndRaise(FlushOrder order) {
        long start = System.nanoTime();
        announced.merge(order.site(), order.number(), Math::max);
        long objects = target.apply(order);
        try {
            journal.raise(order.site(), order.number());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot store the watermark " + order.number() + " of " + order.site()
                            + ": free space or mend the disk",
                    e);
        }
        meters.timer("popnet.flush.applied", "kind", order.kind().name())
                .record(Duration.ofNanos(System.nanoTime() - start));
        meters.counter("popnet.flush.objects").increment(objects);
        return objects;
    }

    private long locked(String site, LongSupplier work) {
        ReentrantLock lock = locks.computeIfAbsent(site, s -> new ReentrantLock());
        lock.lock();
        try {
            return work.getAsLong();
        } finally {
            lock.unlock();
        }
    }
}
