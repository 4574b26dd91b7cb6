package org.popnet.platform.flush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.flush.FlushOrder.Kind;

class FlushApplierTest {
    private static final String SITE = "www.customer1.example";

    @TempDir
    Path state;

    private final History history = new History();
    private final List<FlushOrder> applied = Collections.synchronizedList(new ArrayList<>());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void orderIsAppliedOnceAndAnsweredTwice() throws IOException {
        FlushApplier applier = applier();

        assertThat(applier.apply(url(1))).isEqualTo(new FlushAcknowledgement("edge1.westusa", SITE, 1, 3));
        assertThat(applier.apply(url(1))).isEqualTo(new FlushAcknowledgement("edge1.westusa", SITE, 1, 0));

        assertThat(applied).containsExactly(url(1));
        assertThat(meters.counter("popnet.flush.objects").count()).isEqualTo(3);
    }

    @Test
    void watermarkSurvivesRestartAndTornLine() throws IOException {
        FlushApplier before = applier();
        before.apply(url(1));
        before.apply(url(2));
        Files.writeString(state.resolve("watermarks"), SITE + " 9", StandardOpenOption.APPEND);

        assertThat(applier().watermarks()).isEqualTo(Map.of(SITE, 2L));
        assertThat(applier().apply(url(2)).objects()).isZero();
    }

    @Test
    void missingOrdersAreFetchedAndAppliedFirst() throws IOException {
        FlushApplier applier = applier();
        applier.apply(url(1));
        history.flushed(SITE, 4);

        assertThat(applier.apply(url(4)).watermark()).isEqualTo(4);

        assertThat(applied).containsExactly(url(1), url(2), url(3), url(4));
    }

    @Test
    void wholeSiteIsRemovedWhenMissingOrdersCannotBeLearnt() throws IOException {
        FlushApplier applier = applier();
        applier.apply(url(1));
        history.reachable = false;

        assertThat(applier.apply(url(4)).watermark()).isEqualTo(4);

        assertThat(applied).containsExactly(url(1), new FlushOrder(SITE, 4, Kind.ALL, ""));
    }

    @Test
    void wholeSiteIsRemovedWhenTheHistoryHasAGap() throws IOException {
        history.flushed(SITE, 4);
        history.missing = 3;

        applier().apply(url(4));

        assertThat(applied).containsExactly(new FlushOrder(SITE, 4, Kind.ALL, ""));
    }

    @Test
    void wholeSiteIsRemovedWhenTooMuchWasMissed() throws IOException {
        FlushApplier applier = applier();
        applier.apply(url(1));
        history.flushed(SITE, 1000);

        applier.catchUp();

        assertThat(applied).containsExactly(url(1), new FlushOrder(SITE, 1000, Kind.ALL, ""));
    }

    @Test
    void missedFlushesAreAppliedAtStart() throws IOException {
        applier().apply(url(1));
        history.flushed(SITE, 3);
        FlushApplier restarted = applier();

        new FlushCatchUp(restarted).start();

        assertThat(applied).containsExactly(url(1), url(2), url(3));
        assertThat(restarted.learnt("any.example")).isTrue();
    }

    @Test
    void sitesWithoutOwnWatermarkAreRemovedWholeAtStart() throws IOException {
        history.flushed(SITE, 3);

        new FlushCatchUp(applier()).start();

        assertThat(applied).containsExactly(new FlushOrder(SITE, 3, Kind.ALL, ""));
    }

    @Test
    void nothingIsLearntUntilSomeoneTells() throws IOException {
        history.reachable = false;
        FlushApplier applier = applier();
        FlushCatchUp catchUp = new FlushCatchUp(applier, Duration.ofMillis(10));
        catchUp.start();
        assertThat(applier.learnt(SITE)).isFalse();

        applier.apply(url(1));
        assertThat(applier.learnt(SITE)).as("an order teaches its site").isTrue();
        assertThat(applier.learnt("other.example")).isFalse();

        history.reachable = true;
        await().untilAsserted(() -> assertThat(applier.learnt("other.example")).isTrue());
        catchUp.stop();
    }

    @Test
    void failedStoreIsNotAcknowledgedAndOrderRepeats() throws IOException {
        List<FlushOrder> seen = new ArrayList<>();
        FlushTarget failing = order -> {
            seen.add(order);
            if (seen.size() == 1) {
                throw new IllegalStateException("disk");
            }
            return 1;
        };
        FlushApplier applier = new FlushApplier("n.p", failing, history, new WatermarkJournal(state), meters);

        assertThatThrownBy(() -> applier.apply(url(1))).hasMessage("disk");
        assertThat(applier.watermark(SITE)).isZero();
        assertThat(applier.apply(url(1)).objects()).isEqualTo(1);
    }

    @Test
    void concurrentOrdersOfOneSiteAreAppliedInOrder() throws Exception {
        history.flushed(SITE, 50);
        FlushApplier applier = applier();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            LongStream.rangeClosed(1, 50).map(n -> 51 - n).forEach(n -> threads.submit(() -> applier.apply(url(n))));
        }
        assertThat(applied).extracting(FlushOrder::number).isSorted().doesNotHaveDuplicates();
        assertThat(applier.watermark(SITE)).isEqualTo(50);
    }

    @Test
    void journalStaysShort() throws IOException {
        try (WatermarkJournal journal = new WatermarkJournal(state)) {
            for (int n = 1; n <= 10_000; n++) {
                journal.raise(SITE, n);
            }
        }
        assertThat(Files.size(state.resolve("watermarks"))).isLessThan(5000 * 30);
        assertThat(applier().watermark(SITE)).isEqualTo(10_000);
    }

    private FlushApplier applier() throws IOException {
        FlushTarget target = order -> {
            applied.add(order);
            return 3;
        };
        return new FlushApplier("edge1.westusa", target, history, new WatermarkJournal(state), meters);
    }

    private static FlushOrder url(long number) {
        return new FlushOrder(SITE, number, Kind.URL, "/" + number);
    }

    /** An admin service that can be away. */
    private static final class History implements FlushLog {
        private final Map<String, Long> numbers = new TreeMap<>();
        private volatile boolean reachable = true;
        private long missing;

        void flushed(String site, long number) {
            numbers.put(site, number);
        }

        @Override
        public Optional<Map<String, Long>> watermarks() {
            return reachable ? Optional.of(Map.copyOf(numbers)) : Optional.empty();
        }

        @Override
        public Optional<List<FlushOrder>> after(String site, long number) {
            return reachable
                    ? Optional.of(LongStream.rangeClosed(number + 1, numbers.getOrDefault(site, 0L))
                            .filter(n -> n != missing)
                            .mapToObj(n -> new FlushOrder(site, n, Kind.URL, "/" + n))
                            .toList())
                    : Optional.empty();
        }
    }
}
