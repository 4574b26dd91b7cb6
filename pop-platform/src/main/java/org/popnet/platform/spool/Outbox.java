package org.popnet.platform.spool;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.tree.NodeName;

/**
 * Sends one customer's batches to its log server: selective repeat, exponential backoff, and the next server after a
 * silence. The window grows while everything is acknowledged in time and is halved when something is not (as TCP's,
 * RFC 5681, but never below the one configured), so that a log server slows its senders down by acknowledging later.
 * Belongs to the shipper's thread.
 */
final class Outbox {
    /** Half of what a receive buffer of 4 MiB holds. */
    private static final int WINDOW_MAX = 1024;

    private final CustomerSpool spool;
    private final SpoolSettings settings;
    private final ServiceDiscovery discovery;
    private final DatagramPort port;
    private final InstantSource clock;
    private final RandomGenerator random;

    private final Set<NodeName> asked = new HashSet<>();
    private final Map<NodeName, Long> avoidedUntilNanos = new HashMap<>();
    private double window;
    private boolean hasLost;
    private long shrunkNanos;
    private @Nullable NodeName server;
    /** When the server was chosen or last acknowledged something, while something is under way. */
    private long heardNanos;

    Outbox(
            CustomerSpool spool,
            SpoolSettings settings,
            ServiceDiscovery discovery,
            DatagramPort port,
            InstantSource clock,
            RandomGenerator random) {
        this.spool = spool;
        this.settings = settings;
        this.discovery = discovery;
        this.port = port;
        this.clock = clock;
        this.random = random;
        this.window = settings.window();
    }

    /** What one pass did. */
    record Sent(int batches, int resends, long nextNanos) {}

    /**
     * Sends what is due.
     *
     * @return with the time of {@code System.nanoTime} at which something is due again
     */
    Sent send(long now, BatchFormat.Packer packer) {
        long next = now + settings.resendMax().toNanos();
        if (spool.unacknowledged().isEmpty()) {
            heardNanos = now;
            return new Sent(0, 0, next);
        }
        NodeName to = server(now);
        if (to == null) {
            return new Sent(0, 0, now + settings.resendAfter().toNanos());
        }
        int sent = 0;
        int resends = 0;
        int underWay = 0;
        for (CustomerSpool.Batch batch : spool.unacknowledged()) {
            if (underWay++ == (int) window) {
                break;
            }
            if (batch.attempts == 0 || batch.nextAttemptNanos - now <= 0) {
                LogBatch message = new LogBatch(
                        spool.customer(),
                        spool.id(),
                        batch.number,
                        batch.records(),
                        spool.pack(batch, packer),
                        clock.millis(),
                        spool.lost());
                if (batch.attempts > 0) {
                    resends++;
                    shrink(now);
                }
                batch.attempts++;
                batch.nextAttemptNanos = now + backoffNanos(batch.attempts);
                sent++;
                if (!port.send(to, message)) {
                    break;
                }
            }
            if (batch.nextAttemptNanos - next < 0) {
                next = batch.nextAttemptNanos;
            }
        }
        return new Sent(sent, resends, next);
    }

    /** At most once for all that was under way together. */
    private void shrink(long now) {
        if (!hasLost || now - shrunkNanos > settings.resendAfter().toNanos()) {
            hasLost = true;
            shrunkNanos = now;
            window = Math.max(settings.window(), window / 2);
        }
    }

    private void grow(int freed) {
        window = Math.min(Math.max(WINDOW_MAX, settings.window()), window + (hasLost ? freed / window : freed));
    }

    private long backoffNanos(int attempts) {
        long first = settings.resendAfter().toNanos();
        long wait = Math.min(
                first << Math.min(attempts - 1, 20), settings.resendMax().toNanos());
        return (long) (wait * random.nextDouble(0.8, 1.2));
    }

    private @Nullable NodeName server(long now) {
        NodeName current = server;
        if (current != null && now - heardNanos > settings.failoverAfter().toNanos()) {
            avoid(current, now, settings.failoverAfter().toNanos() * 6);
        }
        avoidedUntilNanos.values().removeIf(until -> until - now <= 0);
        List<NodeName> servers = discovery.logServers(spool.customer()).stream()
                .map(discovery::nodeOf)
                .toList();
        NodeName best = servers.stream()
                .filter(s -> !avoidedUntilNanos.containsKey(s))
                .findFirst()
                .orElse(servers.isEmpty() ? null : servers.getFirst());
        if (best != null && !best.equals(server)) {
            server = best;
            heardNanos = now;
            asked.add(best);
        }
        return best == null ? server : best;
    }

    private void avoid(NodeName silent, long now, long nanos) {
        avoidedUntilNanos.put(silent, now + nanos);
        heardNanos = now;
    }

    /**
     * Takes an acknowledgement.
     *
     * @return how many batches it freed; -1 if it is not for us to believe
     */
    int acknowledge(NodeName from, LogAck ack, long now) {
        if (ack.spool() != spool.id() || !asked.contains(from)) {
            return -1;
        }
        if (ack.notMine()) {
            avoid(from, now, settings.failoverAfter().toNanos());
            return 0;
        }
        int freed = 0;
        for (Long number : ack.batches()) {
            freed += spool.acknowledge(number) ? 1 : 0;
        }
        if (freed > 0) {
            heardNanos = now;
            grow(freed);
            hurry(now);
        }
        return freed;
    }

    /** This server has just said that it did not take what it was sent, because it has restarted: all of it is due. */
    void restarted(NodeName node, long now) {
        if (node.equals(server)) {
            spool.unacknowledged().forEach(batch -> batch.nextAttemptNanos = Math.min(batch.nextAttemptNanos, now));
        }
    }

    /** The server is there: what waits for a long backoff need not. */
    private void hurry(long now) {
        long soon = now + settings.resendAfter().toNanos();
        int underWay = 0;
        for (CustomerSpool.Batch batch : spool.unacknowledged()) {
            if (underWay++ == (int) window) {
                return;
            }
            if (batch.attempts > 2 && batch.nextAttemptNanos - soon > 0) {
                batch.nextAttemptNanos = soon;
            }
        }
    }
}
