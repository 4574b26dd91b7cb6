package org.popnet.dns.knowledge;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a name server knows on its way to a checkpoint, in pieces of some 64 kB: none of them keeps reports waiting, or a
 * processor, for longer than an answer may take. What comes in meanwhile is in it or not.
 */
final class Saving {
    private final Object lock;
    private final LongSupplier clockMs;
    private final LatencyRows clients;
    private final List<String> pops;
    private final Iterator<Map.Entry<String, Long>> domains;
    private final CompiledTargets targets;
    private final PersistenceTable persistence;
    private boolean begun;
    private int row;
    private int target;
    private long kept;

    /**
     * @param lock guards all that is read
     * @param pops by column of {@code clients}
     * @param domains since when they are known, by name; not changed any more
     */
    Saving(
            Object lock,
            LongSupplier clockMs,
            LatencyRows clients,
            List<String> pops,
            Map<String, Long> domains,
            CompiledTargets targets,
            PersistenceTable persistence) {
        this.lock = lock;
        this.clockMs = clockMs;
        this.clients = clients;
        this.pops = pops;
        this.domains = domains.entrySet().iterator();
        this.targets = targets;
        this.persistence = persistence;
    }

    /**
     * Writes the next piece.
     *
     * @return whether there are more
     */
    boolean next(CheckpointWriter out) {
        synchronized (lock) {
            long now = clockMs.getAsLong();
            if (!begun) {
                begun = true;
                for (int column = 0; column < pops.size(); column++) {
                    out.column(column, pops.get(column));
                }
            }
            while (row < clients.rows() && !out.isFull()) {
                clients.save(row++, pops.size(), out, now);
            }
            while (target < targets.count() && !out.isFull()) {
                TargetHealth health = targets.health(target);
                if (health.state() != TargetHealth.State.UNKNOWN) {
                    boolean down = health.state() == TargetHealth.State.DOWN;
                    out.verdict(targets.zone().targets().get(target).id(), down, now - health.sinceMs());
                }
                target++;
            }
            while (domains.hasNext() && !out.isFull()) {
                Map.Entry<String, Long> domain = domains.next();
                out.domain(domain.getKey(), domain.getValue());
            }
        }
        if (kept >= 0 && !out.isFull()) {
            // A piece of the table at a time, also where it holds little: looking takes time, too.
            long to = kept + PersistenceTable.PIECE;
            kept = persistence.read(kept, to, clockMs.getAsLong(), "", found -> {
                if (out.isFull()) {
                    return false;
                }
                out.persistence(found);
                return true;
            });
        }
        return kept >= 0;
    }
}
