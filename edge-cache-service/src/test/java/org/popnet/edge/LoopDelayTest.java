package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopDelayTest {
    private final EventLoop loop = new DefaultEventLoop();

    @AfterEach
    void tearDown() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void blockedLoopIsSeenByHowLateItIsAndOnlyOnce() throws InterruptedException {
        AtomicLong later = new AtomicLong();
        LoopDelay delay = new LoopDelay(() -> System.nanoTime() + later.get());
        CountDownLatch blocking = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        delay.watch(loop);
        loop.execute(() -> {
            blocking.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        blocking.await();

        // Meanwhile five minutes pass.
        later.set(TimeUnit.MINUTES.toNanos(5));
        release.countDown();

        AtomicLong worst = new AtomicLong();
        await().untilAsserted(() -> {
            worst.accumulateAndGet((long) delay.takeWorstMs(), Math::max);
            assertThat(worst).hasValueGreaterThan(TimeUnit.MINUTES.toMillis(4));
        });
        assertThat(worst).hasValueLessThan(TimeUnit.MINUTES.toMillis(6));
        assertThat(delay.takeWorstMs()).as("told once").isLessThan(TimeUnit.MINUTES.toMillis(1));
    }
}
