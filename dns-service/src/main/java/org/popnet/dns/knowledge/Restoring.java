package org.popnet.dns.knowledge;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.TargetId;

/**
 * What a checkpoint holds on its way back to what a name server knows: the counterpart of {@link Saving}. A tree must be
 * active; what is not in it any more, or has expired, is left out. Ages are those at the time of the call, in ms: the time
 * that the name server was off is in them.
 */
final class Restoring {
    private final Object lock;
    private final LongSupplier clockMs;
    private final Supplier<@Nullable CompiledTargets> targets;
    private final HealthTable health;
    private final MeasuredDistances distances;
    private final RulesHeld rules;
    private final PersistenceTable persistence;

    /**
     * @param lock guards all but {@code persistence}
     * @param targets gives those of the current tree; called with the lock held
     */
    Restoring(
            Object lock,
            LongSupplier clockMs,
            Supplier<@Nullable CompiledTargets> targets,
            HealthTable health,
            MeasuredDistances distances,
            RulesHeld rules,
            PersistenceTable persistence) {
        this.lock = lock;
        this.clockMs = clockMs;
        this.targets = targets;
        this.health = health;
        this.distances = distances;
        this.rules = rules;
        this.persistence = persistence;
    }

    /**
     * Takes up from when domains are known.
     *
     * @param since by name, the generation they came with; empty if that was not written
     */
    void domains(Map<String, Long> since) {
        synchronized (lock) {
            CompiledTargets current = targets.get();
            if (current != null) {
                rules.restore(since, current.zone().tree().generation().number());
            }
        }
    }

    /**
     * Takes up how far the clients of a prefix are from a POP.
     *
     * @param rttMs NaN if they did not answer
     */
    void latency(long high, long low, String pop, float rttMs, float lossPercent, long ageMs) {
        synchronized (lock) {
            distances.restore(high, low, pop, rttMs, lossPercent, ageMs, clockMs.getAsLong());
        }
    }

    /** Takes up the verdict on a target that nobody has judged since. */
    void verdict(TargetId target, boolean down, long ageMs) {
        synchronized (lock) {
            health.restore(target, down ? TargetHealth.State.DOWN : TargetHealth.State.UP, clockMs.getAsLong() - ageMs);
            CompiledTargets current = targets.get();
            if (current != null) {
                current.due(target);
            }
        }
    }

    /** Takes up which server a client has; nothing of one whose time is over. */
    void persistence(PersistenceRecord kept) {
        if (kept.leftMs() > 0) {
            persistence.merge(kept, clockMs.getAsLong(), "");
        }
    }
}
