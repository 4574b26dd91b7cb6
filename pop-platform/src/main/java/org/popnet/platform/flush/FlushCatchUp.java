package org.popnet.platform.flush;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Catches up with missed flushes before the data plane opens. When nobody can tell what was missed, the node starts all
 * the same, with {@link FlushWatermarks#learnt} false, and goes on asking.
 */
final class FlushCatchUp implements SmartLifecycle {
    /** Before every part that serves: those start in the last phases. */
    static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(FlushCatchUp.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final FlushApplier applier;
    private final Duration retry;
    private @Nullable Thread asking;
    private volatile boolean running;

    FlushCatchUp(FlushApplier applier) {
        this(applier, RETRY);
    }

    FlushCatchUp(FlushApplier applier, Duration retry) {
        this.applier = applier;
        this.retry = retry;
    }

    @Override
    public void start() {
        running = true;
        if (!succeeds()) {
            log.warn("nobody tells which flushes were missed: what was stored before is not used until someone does");
            asking = Thread.ofVirtual().name("flush-catch-up").start(this::ask);
        }
    }

    private void ask() {
        do {
            LockSupport.parkNanos(retry.toNanos());
        } while (running && !succeeds());
    }

    private boolean succeeds() {
        try {
            return applier.catchUp();
        } catch (RuntimeException e) {
            log.warn("catching up with flushes failed, trying again: {}", e.toString());
            return false;
        }
    }

    @Override
    public void stop() {
        running = false;
        if (asking != null) {
            LockSupport.unpark(asking);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
