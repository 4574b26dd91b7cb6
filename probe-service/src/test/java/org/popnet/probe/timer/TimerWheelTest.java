package org.popnet.probe.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private final TimerWheel wheel = new TimerWheel("test-timers", System::nanoTime);
    private final AtomicInteger early = new AtomicInteger();
    private final AtomicInteger ran = new AtomicInteger();

    @AfterEach
    void tearDown() {
        wheel.close();
    }

    @Test
    void everyTimerRunsOnceAndNoneEarly() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            // beyond one round of the wheel, too
            long due = System.nanoTime() + random.nextLong(5_000_000_000L);
            wheel.after(due - System.nanoTime(), () -> {
                if (System.nanoTime() < due) {
                    early.incrementAndGet();
                }
                ran.incrementAndGet();
            });
        }

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(ran).hasValue(20_000));
        assertThat(early).hasValue(0);
    }

    @Test
    void cancelledTimerNeverRunsAndOneThatFailsStopsNoOther() {
        wheel.after(50_000_000, ran::incrementAndGet).cancel();
        wheel.after(10_000_000, () -> {
            throw new IllegalStateException("on purpose");
        });
        AtomicInteger after = new AtomicInteger();
        wheel.after(200_000_000, after::incrementAndGet);

        await().untilAsserted(() -> assertThat(after).hasValue(1));
        assertThat(ran).hasValue(0);
    }
}
