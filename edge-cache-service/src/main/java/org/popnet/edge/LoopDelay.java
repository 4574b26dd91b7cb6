package org.popnet.edge;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.LongSupplier;

/**
 * How late event loops run what is due: the time that every request on the same loop waits before anything else happens
 * to it. Each loop is asked {@value #LOOK_MS} ms apart.
 */
final class LoopDelay {
    private static final long LOOK_MS = 100;

    private final LongSupplier nanoTime;
    private final LongAccumulator worst = new LongAccumulator(Math::max, 0);

    LoopDelay(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Begins to look at a loop; ends with it. */
    void watch(EventLoop loop) {
        long due = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(LOOK_MS);
        var unused = loop.schedule(
                () -> {
                    worst.accumulate(nanoTime.getAsLong() - due);
                    if (!loop.isShuttingDown()) {
                        watch(loop);
                    }
                },
                LOOK_MS,
                TimeUnit.MILLISECONDS);
    }

    /** The worst since this was last asked, in milliseconds. */
    double takeWorstMs() {
        return worst.getThenReset() / 1e6;
    }
}
