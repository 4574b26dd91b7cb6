package org.popnet.probe.report;

import java.time.InstantSource;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogSink;
import org.popnet.probe.check.Outcome;

/** Tells the log servers when a target begins to fail, fails otherwise than before, or passes again, as this probe sees it. */
public final class StateChanges {
    private final LogSink logs;
    private final InstantSource wallClock;

    public StateChanges(LogSink logs, InstantSource wallClock) {
        this.logs = logs;
        this.wallClock = wallClock;
    }

    /** @param customer whose target it is */
    public void tell(String customer, TargetId target, Outcome outcome) {
        Outcome.Failure failure = outcome.failure();
        String reason = outcome.reason();
        logs.append(
                customer,
                new EventRecord(
                        wallClock.millis(),
                        failure == null ? "check-passed" : "check-failed",
                        target.text(),
                        reason == null ? "all checks pass" : reason,
                        failure == null ? null : failure.label(),
                        (long) (outcome.responseMs() * 1000)));
    }
}
