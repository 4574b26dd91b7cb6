package org.popnet.platform.spool;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log that a spool fills up, before and while records are lost; not more often than people can read. */
final class SpoolAlarm {
    /** From here on it is said; with the default bounds some hours of traffic before anything is lost. */
    static final double FULL_SOON = 0.75;

    private static final double RELAXED = 0.5;
    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Logger log = LoggerFactory.getLogger(SpoolAlarm.class);

    private boolean warned;
    private long lostSaid;
    private long saidNanos;

    /**
     * Looks at a spool's state; for one thread.
     *
     * @param fill the used share of the bound that is nearest
     * @param lost records that were dropped since the process started
     */
    void check(String fullest, double fill, long lost, long nowNanos) {
        if (fill >= FULL_SOON && !warned) {
            warned = true;
            log.warn(
                    "the log spool is {} % full, most of it for {}: no log server takes its records; at 100 % further ones"
                            + " are lost for accounting",
                    Math.round(fill * 100), fullest);
        } else if (fill < RELAXED && warned) {
            warned = false;
            log.info("the log spool has room again: {} % full", Math.round(fill * 100));
        }
        if (lost > lostSaid && (lostSaid == 0 || nowNanos - saidNanos > AGAIN_NANOS)) {
            log.error(
                    "{} records were not logged and are lost for accounting, {} since the process started: the spool is full"
                            + " or its disk refuses; see popnet.spool.dropped",
                    lost - lostSaid,
                    lost);
            lostSaid = lost;
            saidNanos = nowNanos;
        }
    }
}
