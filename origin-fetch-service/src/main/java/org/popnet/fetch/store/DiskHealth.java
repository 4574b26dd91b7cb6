package org.popnet.fetch.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a disk is worth trying: after several errors in a row it is left alone for a while, since each try may take a
 * dying disk seconds. Then one error more takes it out again, and one success back in.
 */
final class DiskHealth {
    static final int ERRORS_IN_A_ROW_MAX = 5;
    static final Duration OUT_FOR = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(DiskHealth.class);

    private final Path root;
    private final String what;
    private final LongSupplier nanoTime;
    private final AtomicInteger errorsInARow = new AtomicInteger();
    private volatile boolean out;
    private volatile long outSinceNanos;

    /** @param what it is about: {@code reading} or {@code writing} */
    DiskHealth(Path root, String what, LongSupplier nanoTime) {
        this.root = root;
        this.what = what;
        this.nanoTime = nanoTime;
    }

    /** Whether to try. */
    boolean usable() {
        return !out || nanoTime.getAsLong() - outSinceNanos >= OUT_FOR.toNanos();
    }

    void worked() {
        if (errorsInARow.get() > 0) {
            errorsInARow.set(0);
            if (out) {
                out = false;
                log.info("{}: {} works again", root, what);
            }
        }
    }

    void failed(IOException why) {
        if (errorsInARow.incrementAndGet() >= ERRORS_IN_A_ROW_MAX) {
            if (!out) {
                log.error(
                        "{}: {} failed {} times in a row ({}); its URLs pass through, and it is tried again in {} s. Check"
                                + " the disk, or take it out of popnet.fetch.store.directories",
                        root,
                        what,
                        ERRORS_IN_A_ROW_MAX,
                        why.toString(),
                        OUT_FOR.toSeconds());
            }
            outSinceNanos = nanoTime.getAsLong();
            out = true;
        }
    }
}
