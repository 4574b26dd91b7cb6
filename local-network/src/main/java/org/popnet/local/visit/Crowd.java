package org.popnet.local.visit;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.local.process.Place;
import org.popnet.local.state.Instance;
import org.popnet.platform.tree.NetworkTree;

/**
 * Users everywhere, who want some things far more often than others: the k-th most wanted URL is asked for 1/k as often
 * as the first (Zipf).
 */
public final class Crowd implements AutoCloseable {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=[\"']([^\"'#]+)");
    private static final int URLS_MAX = 400;
    private static final int PAGES_READ_MAX = 60;
    private static final int IN_FLIGHT_MAX = 500;

    private final NetworkTree tree;
    private final Random random;
    private final List<Visitor> visitors;
    private List<URI> urls = List.of();
    private double[] cumulative = {};

    public Crowd(Instance instance, NetworkTree tree, Random random) {
        this.tree = tree;
        this.random = random;
        this.visitors = Place.ALL.stream()
                .map(place -> new Visitor(place, instance, tree))
                .toList();
    }

    /** What users of one place saw. */
    public record Tally(
            String place,
            long requests,
            long hits,
            long misses,
            long passed,
            long errors,
            long bytes,
            Duration median,
            Duration p95) {}

    /**
     * Follows links from each domain's front page.
     *
     * @return how many URLs were found, at most 400
     */
    public int discover() {
        Set<URI> found = new LinkedHashSet<>();
        Deque<URI> pages = new ArrayDeque<>();
        tree.domains().keySet().stream().sorted().forEach(domain -> pages.add(URI.create("http://" + domain + "/")));
        for (int read = 0; read < PAGES_READ_MAX && !pages.isEmpty() && found.size() < URLS_MAX; read++) {
            URI page = pages.poll();
            try {
                Visit visit = visitors.get(read % visitors.size()).get(page);
                if (visit.status() == 200) {
                    found.add(page);
                    if (visit.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                        references(page, visit.body()).stream()
                                .filter(url -> found.size() < URLS_MAX && found.add(url))
                                .forEach(pages::add);
                    }
                }
            } catch (VisitException e) {
                // this one is not to be had; others may be
            }
        }
        urls = new ArrayList<>(found);
        cumulative = new double[urls.size()];
        double sum = 0;
        for (int i = 0; i < cumulative.length; i++) {
            sum += 1.0 / (i + 1);
            cumulative[i] = sum;
        }
        return urls.size();
    }

    private Set<URI> references(URI page, byte[] body) {
        Set<URI> references = new LinkedHashSet<>();
        Matcher matcher = REFERENCE.matcher(new String(body, StandardCharsets.UTF_8));
        while (matcher.find()) {
            try {
                URI url = page.resolve(matcher.group(1));
                if (url.getHost() != null && tree.domain(url.getHost()) != null && "http".equals(url.getScheme())) {
                    references.add(url);
                }
            } catch (IllegalArgumentException e) {
                // no URL
            }
        }
        return references;
    }

    /**
     * Sends requests at an even rate, whether earlier ones were answered or not; at most 500 are under way.
     *
     * @param progress told the number of requests once a second
     */
    public List<Tally> play(Duration duration, int perSecond, LongConsumer progress) throws InterruptedException {
        List<Score> scores = visitors.stream().map(v -> new Score(v)).toList();
        Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
        long begun = System.nanoTime();
        long total = duration.toSeconds() * perSecond;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; i < total; i++) {
                TimeUnit.NANOSECONDS.sleep(begun + i * 1_000_000_000L / perSecond - System.nanoTime());
                Score score = scores.get(random.nextInt(scores.size()));
                URI url = next();
                inFlight.acquire();
                threads.execute(() -> {
                    try {
                        score.visit(url);
                    } finally {
                        inFlight.release();
                    }
                });
                if (i % perSecond == 0) {
                    progress.accept(i);
                }
            }
        }
        return scores.stream().map(Score::tally).toList();
    }

    private URI next() {
        double point = random.nextDouble() * cumulative[cumulative.length - 1];
        int at = java.util.Arrays.binarySearch(cumulative, point);
        return urls.get(at >= 0 ? at : -at - 1);
    }

    private static final class Score {
        private final Visitor visitor;
        private final LongAdder hits = new LongAdder();
        private final LongAdder misses = new LongAdder();
        private final LongAdder passed = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final ConcurrentLinkedQueue<Duration> times = new ConcurrentLinkedQueue<>();

        Score(Visitor visitor) {
            this.visitor = visitor;
        }

        void visit(URI url) {
            try {
                Visit visit = visitor.get(url);
                bytes.add(visit.body().length);
                times.add(visit.all());
                if (visit.status() >= 500) {
                    errors.increment();
                } else {
                    switch (visit.outcome()) {
                        case "HIT" -> hits.increment();
                        case "MISS" -> misses.increment();
                        default -> passed.increment();
                    }
                }
            } catch (VisitException e) {
                errors.increment();
            }
        }

        Tally tally() {
            List<Duration> sorted = times.stream().sorted().toList();
            long requests = hits.sum() + misses.sum() + passed.sum() + errors.sum();
            return new Tally(
                    visitor.place().name(),
                    requests,
                    hits.sum(),
                    misses.sum(),
                    passed.sum(),
                    errors.sum(),
                    bytes.sum(),
                    percentile(sorted, 0.5),
                    percentile(sorted, 0.95));
        }

        private static Duration percentile(List<Duration> sorted, double share) {
            return sorted.isEmpty()
                    ? Duration.ZERO
                    : sorted.get((int) Math.min(sorted.size() - 1L, (long) (sorted.size() * share)));
        }
    }

    @Override
    public void close() {
        visitors.forEach(Visitor::close);
    }
}
