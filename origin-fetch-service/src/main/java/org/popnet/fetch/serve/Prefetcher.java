package org.popnet.fetch.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginRequest;
import org.popnet.fetch.serve.PrefetchProgress.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through lists of URLs to fetch ahead, each on a thread of its own, one URL after the other, within the list's
 * budgets. A URL takes the way of an edge's request: what is fresh on disk costs nothing, a fetch that runs is joined, and
 * what is not for storing is not stored.
 */
final class Prefetcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Prefetcher.class);
    private static final int TARGET_CHARS_MAX = 8192;
    /** How much of the object in which a budget ends is still taken, so that small ones come whole. */
    private static final long PAST_BUDGET_MAX = 16L << 20;

    private final PrefetchSettings settings;
    private final Admission admission;
    private final FetchPipeline pipeline;
    private final LongSupplier nanoTime;
    private final MeterRegistry meters;
    private final AtomicLong lastId = new AtomicLong();
    private final CountDownLatch closing = new CountDownLatch(1);
    /** By id, oldest first. */
    private final Map<String, Work> lists = new LinkedHashMap<>();

    Prefetcher(
            PrefetchSettings settings,
            Admission admission,
            FetchPipeline pipeline,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.settings = settings;
        this.admission = admission;
        this.pipeline = pipeline;
        this.nanoTime = nanoTime;
        this.meters = meters;
        Gauge.builder("popnet.fetch.prefetch.lists", this, Prefetcher::running).register(meters);
    }

    /** Too many lists are at work. */
    static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BusyException(String message) {
            super(message);
        }
    }

    /**
     * Begins a list.
     *
     * @throws IllegalArgumentException if it cannot be right; the message says why and what is allowed
     * @throws BusyException if as many lists as may be are at work
     */
    PrefetchProgress begin(PrefetchOrder order) {
        Admission.Site site = checked(order);
        Work work;
        synchronized (lists) {
            if (running() >= settings.listsMax()) {
                throw new BusyException(settings.listsMax() + " lists are at work: try again when one has ended");
            }
            work = new Work(Long.toString(lastId.incrementAndGet()), order, site);
            lists.put(work.id, work);
            lists.values().removeIf(w -> lists.size() > settings.listsMax() + settings.keptMax() && !w.runs());
        }
        Thread.ofVirtual().name("prefetch-" + work.id).start(work);
        return work.progress();
    }

    private Admission.Site checked(PrefetchOrder order) {
        Admission.Site site = admission.site(order.site());
        if (site == null) {
            throw new IllegalArgumentException("site '" + order.site() + "': must be a hosted domain of this network");
        }
        List<String> targets = order.targets();
        if (targets == null || targets.isEmpty() || targets.size() > settings.urlsMax()) {
            throw new IllegalArgumentException((targets == null ? 0 : targets.size()) + " targets: must be 1 to "
                    + settings.urlsMax() + " (popnet.fetch.prefetch.urls-max)");
        }
        for (String target : targets) {
            if (target == null
                    || !target.startsWith("/")
                    || target.length() > TARGET_CHARS_MAX
                    || target.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '#')) {
                throw new IllegalArgumentException("target '" + target
                        + "': must be a path with its query, percent-encoded, of at most " + TARGET_CHARS_MAX
                        + " characters");
            }
        }
        budget("requestsPerSecond", order.requestsPerSecond(), settings.requestsPerSecondMax());
        budget(
                "bytesPerSecond",
                order.bytesPerSecond(),
                settings.bytesPerSecondMax().toBytes());
        budget("bytesMax", order.bytesMax(), Long.MAX_VALUE);
        return site;
    }

    private static void budget(String name, double value, double most) {
        if (!(value > 0) || value > most) {
            throw new IllegalArgumentException(name + " " + value + ": must be greater than 0 and at most " + most);
        }
    }

    /** @return null if there is no such list, or not any more */
    @Nullable PrefetchProgress progress(String id) {
        synchronized (lists) {
            Work work = lists.get(id);
            return work == null ? null : work.progress();
        }
    }

    private int running() {
        synchronized (lists) {
            return (int) lists.values().stream().filter(Work::runs).count();
        }
    }

    /** Ends all lists after the URL they are at. */
    @Override
    public void close() {
        closing.countDown();
    }

    /** One list. */
    private final class Work implements Runnable {
        private final String id;
        private final PrefetchOrder order;
        private final Admission.Site site;
        private final long start = nanoTime.getAsLong();
        private int begun;
        private int present;
        private int fetched;
        private int failed;
        private long bytes;
        private State state = State.RUNNING;

        Work(String id, PrefetchOrder order, Admission.Site site) {
            this.id = id;
            this.order = order;
            this.site = site;
        }

        synchronized PrefetchProgress progress() {
            return new PrefetchProgress(
                    id, order.site(), order.targets().size(), present, fetched, failed, bytes, state);
        }

        synchronized boolean runs() {
            return state == State.RUNNING;
        }

        @Override
        public void run() {
            State end = State.STOPPED;
            try {
                end = all();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                synchronized (this) {
                    state = end;
                }
                log.info("Prefetch {}", progress());
            }
        }

        private State all() throws InterruptedException {
            for (String target : order.targets()) {
                if (closing.await(nanosToWait(), TimeUnit.NANOSECONDS)) {
                    return State.STOPPED;
                }
                if (spent() >= order.bytesMax()) {
                    return State.BUDGET_SPENT;
                }
                begun++;
                one(target);
            }
            return State.DONE;
        }

        private synchronized long spent() {
            return bytes;
        }

        private long nanosToWait() {
            double seconds = Math.max(begun / order.requestsPerSecond(), (double) spent() / order.bytesPerSecond());
            return (long) (seconds * 1e9) - (nanoTime.getAsLong() - start);
        }

        private void one(String target) {
            FetchRequest request = new FetchRequest(
                    site.customer(), site.domain(), "GET", target, Headers.EMPTY, 0, OriginRequest.Hints.NONE);
            String outcome = "failed";
            try (Answer answer = pipeline.answer(request)) {
                outcome = switch (answer) {
                    case Answer.Stored stored -> "present";
                    case Answer.Filling filling -> {
                        filling.reader().copyTo(new Paced(), 0, filling.plan().count());
                        yield filling.head().status() < 400 ? "fetched" : "failed";
                    }
                    case Answer.Large large -> {
                        large.body().copyTo(new Paced(), 0, large.plan().count());
                        yield large.result() == Answer.Result.HIT ? "present" : "fetched";
                    }
                    case Answer.Passing passing -> "unstorable";
                    case Answer.Refused refused -> "failed";
                };
            } catch (IOException | RuntimeException e) {
                log.debug("Prefetch of {}{}", order.site(), target, e);
            }
            meters.counter("popnet.fetch.prefetch.urls", "outcome", outcome).increment();
            synchronized (this) {
                switch (outcome) {
                    case "present" -> present++;
                    case "fetched" -> fetched++;
                    default -> failed++;
                }
            }
        }

        /** Takes a body no faster than the budget allows: a large one is fetched as it is read. */
        private final class Paced extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] chunk, int offset, int count) throws IOException {
                synchronized (Work.this) {
                    bytes += count;
                }
                meters.counter("popnet.fetch.prefetch.bytes").increment(count);
                try {
                    if (closing.await(nanosToWait(), TimeUnit.NANOSECONDS)) {
                        throw new IOException("the node stops");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
                if (spent() >= order.bytesMax() + PAST_BUDGET_MAX) {
                    throw new IOException("the byte budget is spent");
                }
            }
        }
    }
}
