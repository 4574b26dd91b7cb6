package org.popnet.dns.knowledge;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.zone.ZoneSnapshot;

/**
 * Makes the {@link View} that answers are made from, and decides when: all that is due with {@link #publishAll}, a part of
 * that work ahead of it with {@link #prepare}, and with {@link #publishSoon} what answers should not wait for. Guarded by
 * its owner's lock, but for {@link #view}, which is for everybody.
 */
final class ViewPublisher {
    /** Targets that are compiled in one step: less than half a millisecond of work. */
    private static final int STEP = 1000;
    /**
     * A verdict that changes is published at once, and an edge that takes up a tree; but when hundreds do in the same
     * second, each of those times would cost as much as all of them together.
     */
    private static final int HURRIED_MAX = 10;

    private static final long HURRY_MS = 1000;

    private final ReportedLoads loads;
    private final MeasuredDistances distances;
    private final RulesHeld rules;

    /** How many views were published at once since then. */
    private int hurried;

    private long hurryingSinceMs;
    /** Whether something was compiled that answers should be made from soon. */
    private boolean waiting;

    private volatile @Nullable View view;

    ViewPublisher(ReportedLoads loads, MeasuredDistances distances, RulesHeld rules) {
        this.loads = loads;
        this.distances = distances;
        this.rules = rules;
    }

    /** What answers are made from now; null before there is a tree. */
    @Nullable View view() {
        return view;
    }

    /**
     * Compiles all targets that are due, and publishes what came in since the last time.
     *
     * @param targets of the tree that answers are to be made from
     */
    void publishAll(CompiledTargets targets, long nowMs) {
        compile(targets, Integer.MAX_VALUE, nowMs);
        publish(targets, nowMs);
    }

    /** Publishes at once as a rule; when much changes in one second, with the next {@link #prepare}. */
    void publishSoon(CompiledTargets targets, long nowMs) {
        waiting = true;
        if (nowMs - hurryingSinceMs >= HURRY_MS) {
            hurryingSinceMs = nowMs;
            hurried = 0;
        }
        if (hurried < HURRIED_MAX) {
            hurried++;
            publish(targets, nowMs);
        }
    }

    /** Compiles a part of what {@link #publishAll} would have to compile at once, and publishes what waits for that. */
    void prepare(CompiledTargets targets, long nowMs) {
        compile(targets, STEP, nowMs);
        if (waiting) {
            publish(targets, nowMs);
        }
    }

    private void compile(CompiledTargets targets, int most, long nowMs) {
        targets.compileDue(most, distances.toServers(targets.zone().topology(), nowMs), nowMs);
    }

    private void publish(CompiledTargets targets, long nowMs) {
        ZoneSnapshot zone = targets.zone();
        Latencies toServers = distances.toServers(zone.topology(), nowMs);
        float[] fromHere = OwnDistance.of(zone.topology(), toServers, nowMs);
        targets.load(loads.table(), nowMs);
        waiting = false;
        view = new View(
                zone, targets.publish(), distances.toClients(zone.topology(), fromHere, nowMs), rules.compile(zone));
    }
}
