package org.popnet.probe.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome;

/** What was last seen of each check of a target: some are due at every turn, some seldom. */
final class LastOutcomes {
    private final Map<Check, Seen> seen = new HashMap<>();
    private @Nullable Outcome last;

    private record Seen(Outcome outcome, long atNanos) {}

    /** A check that failed is due at once, and with it the target's next turn. */
    synchronized boolean isDue(Check check, Duration interval, Duration turn, long nowNanos) {
        Seen before = seen.get(check);
        return before == null
                || !before.outcome.up()
                || interval.compareTo(turn) <= 0
                || nowNanos - before.atNanos >= interval.toNanos() - turn.toNanos() / 2;
    }

    synchronized void put(Check check, Outcome outcome, long nowNanos) {
        seen.put(check, new Seen(outcome, nowNanos));
    }

    /** The target as a whole: its first failure, or else its slowest check. Of checks that are gone nothing is left. */
    synchronized Outcome together(List<Check> checks) {
        seen.keySet().retainAll(checks);
        Outcome slowest = null;
        for (Check check : checks) {
            Seen one = seen.get(check);
            if (one == null) {
                continue;
            }
            if (!one.outcome.up()) {
                return one.outcome;
            }
            if (slowest == null || one.outcome.responseMs() > slowest.responseMs()) {
                slowest = one.outcome;
            }
        }
        return slowest == null ? new Outcome(0, null, null, Outcome.Phases.NONE) : slowest;
    }

    /** Whether the target is up where it was down before, or down for another kind of failure, or the other way. */
    synchronized boolean changes(Outcome outcome) {
        Outcome before = last;
        last = outcome;
        return before == null ? !outcome.up() : before.failure() != outcome.failure();
    }
}
