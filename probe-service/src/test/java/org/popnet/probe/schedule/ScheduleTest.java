package org.popnet.probe.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void everyTargetHasItsRateWithinTenPerCent() {
        Schedule<Integer, String> schedule = schedule(100_000, target -> {});
        schedule.replace(targets(50));

        clock.advance(Duration.ofSeconds(200));

        assertThat(begun()).isBetween(50 * 190L, 50 * 210L);
    }

    @Test
    void newTreeChangesNoPhaseAndStartsNoStorm() {
        Schedule<Integer, String> schedule = schedule(100_000, target -> {});
        schedule.replace(targets(50));
        clock.advance(Duration.ofSeconds(10));
        long before = begun();

        for (int i = 0; i < 100; i++) {
            schedule.replace(targets(50));
            clock.advance(Duration.ofMillis(10));
        }

        assertThat(begun() - before).isBetween(40L, 60L);
    }

    @Test
    void newTargetsBeginWithinAnIntervalSpreadOut() {
        Schedule<Integer, String> schedule = schedule(100_000, target -> {});
        schedule.replace(targets(1000));

        clock.advance(Duration.ofMillis(100));
        assertThat(begun()).isBetween(50L, 150L);
        clock.advance(Duration.ofMillis(900));
        assertThat(begun()).isBetween(1000L, 1100L);
    }

    @Test
    void removedTargetIsSilentAtOnce() {
        Schedule<Integer, String> schedule = schedule(100_000, target -> {});
        schedule.replace(targets(10));
        clock.advance(Duration.ofSeconds(3));
        schedule.replace(Map.of());
        long before = begun();

        clock.advance(Duration.ofSeconds(10));

        assertThat(begun()).isEqualTo(before);
        assertThat(registry.get("popnet.probe.schedule.targets").gauge().value())
                .isZero();
    }

    @Test
    void changedTargetIsUsedFromItsNextTurn() {
        Map<String, AtomicInteger> seen = new HashMap<>();
        seen.put("old", new AtomicInteger());
        seen.put("new", new AtomicInteger());
        Schedule<Integer, String> schedule =
                schedule(10, target -> seen.get(target).incrementAndGet());
        schedule.replace(Map.of(1, "old"));
        clock.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(seen.get("old")).hasPositiveValue());

        schedule.replace(Map.of(1, "new"));
        clock.advance(Duration.ofMillis(1200));

        await().untilAsserted(() -> assertThat(seen.get("new")).hasPositiveValue());
    }

    @Test
    void whatDoesNotFitIsLeftOutAndCounted() {
        CountDownLatch release = new CountDownLatch(1);
        Schedule<Integer, String> schedule = schedule(3, target -> {
            runs.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        schedule.replace(targets(10));

        clock.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(runs).hasValue(3));
        assertThat(skipped("concurrency")).isGreaterThanOrEqualTo(7);
        clock.advance(Duration.ofMillis(1200));
        assertThat(skipped("still-running")).isPositive();
        assertThat(runs).hasValue(3);
        release.countDown();
    }

    @Test
    void jobThatFailsComesAgain() {
        Schedule<Integer, String> schedule = schedule(1, target -> {
            runs.incrementAndGet();
            throw new IllegalStateException("on purpose");
        });
        schedule.replace(targets(1));

        clock.advance(SECOND);
        await().untilAsserted(() -> assertThat(runs).hasPositiveValue());
        int before = runs.get();
        await().untilAsserted(() -> {
            clock.advance(SECOND);
            assertThat(runs).hasValueGreaterThan(before);
        });
    }

    @Test
    void pauseOfThisProcessIsFollowedByNoBurst() {
        Schedule<Integer, String> schedule = schedule(100_000, target -> {});
        schedule.replace(targets(100));
        clock.advance(Duration.ofSeconds(5));
        long before = begun();

        clock.jump(Duration.ofSeconds(30));
        clock.advance(SECOND);

        assertThat(begun() - before).isBetween(150L, 230L);
        assertThat(registry.get("popnet.probe.schedule.lag").timer().max(TimeUnit.SECONDS))
                .isGreaterThan(28);
    }

    private Schedule<Integer, String> schedule(int concurrency, Consumer<String> job) {
        return new Schedule<>(
                "test",
                clock,
                clock::nanoTime,
                new SplittableRandom(1),
                target -> SECOND,
                0.1,
                SECOND,
                concurrency,
                (target, late) -> job.accept(target),
                registry);
    }

    private static Map<Integer, String> targets(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> i, i -> "target" + i));
    }

    private long begun() {
        return registry.get("popnet.probe.schedule.lag").timer().count();
    }

    private double skipped(String reason) {
        return registry.get("popnet.probe.schedule.skipped")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
