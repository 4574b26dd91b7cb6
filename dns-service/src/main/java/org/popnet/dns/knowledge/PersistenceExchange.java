package org.popnet.dns.knowledge;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.Persistence;
import org.popnet.platform.message.Message.PersistenceAck;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * Tells every other name server which server a client was given, so that it gives the same. What was recorded leaves
 * with the next call of {@link #send} and is sent again, at growing intervals, until it is acknowledged. Only keys wait:
 * what a datagram says is read when it is sent, so that it is never older than what is known.
 */
public final class PersistenceExchange {
    /** So many records of one sender fit a datagram, whatever its name. */
    static final int BATCH = 24;

    private static final int IN_FLIGHT_MAX = 64;
    private static final long RESEND_MS = 250;
    private static final long RESEND_MS_MAX = 4000;

    private final Knowledge knowledge;
    private final PersistenceTable table;
    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private final String self;
    private final int waitingMax;
    private final Map<NodeName, Link> links = new HashMap<>();
    private final LongAdder taken = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /**
     * @param waitingMax clients that may wait to be told to one other name server, 8 bytes each; of more, the oldest are
     *     dropped and counted
     */
    public PersistenceExchange(Knowledge knowledge, DatagramPort datagrams, CurrentTree tree, int waitingMax) {
        this.knowledge = knowledge;
        this.table = knowledge.persistence();
        this.datagrams = datagrams;
        this.tree = tree;
        this.self = tree.self().toString();
        this.waitingMax = waitingMax;
        datagrams.onReceive(Persistence.class, received -> take(received.sender(), received.message()));
        datagrams.onReceive(
                PersistenceAck.class,
                received -> acknowledge(received.sender(), received.message().batch()));
    }

    /** Starts the clock that the name servers keep together where the wall clock is. */
    public void begin(InstantSource wallClock) {
        table.clockAtLeast(wallClock.millis(), knowledge.nowMs());
    }

    /** Sends what is new and what is due again; call it a few times each second. */
    public synchronized void send() {
        List<NodeName> others = tree.get()
                .tree()
                .nodes(Service.DNS)
                .map(Node::name)
                .filter(name -> !name.equals(tree.self()))
                .toList();
        links.keySet().retainAll(others);
        others.forEach(name -> links.computeIfAbsent(name, Link::new));
        long[] changed = table.takeChanges();
        long now = knowledge.nowMs();
        for (Link link : links.values()) {
            link.add(changed);
            link.send(now);
        }
    }

    private void take(NodeName sender, Persistence message) {
        long now = knowledge.nowMs();
        for (PersistenceRecord other : message.records()) {
            if (table.merge(other, now, self)) {
                taken.increment();
            }
        }
        datagrams.send(sender, new PersistenceAck(message.batch()));
    }

    private synchronized void acknowledge(NodeName sender, long batch) {
        Link link = links.get(sender);
        if (link != null) {
            link.inFlight.remove(batch);
        }
    }

    /** Records of others that were taken up. */
    public long taken() {
        return taken.sum();
    }

    /** Datagrams, repeated ones included. */
    public long sent() {
        return sent.sum();
    }

    /** Records that others were not told of because too many waited. */
    public long dropped() {
        return dropped.sum() + table.untold();
    }

    /** Clients that others were not told of yet, or have not acknowledged. */
    public synchronized int waiting() {
        return links.values().stream()
                .mapToInt(link -> link.waiting
                        + link.inFlight.values().stream()
                                .mapToInt(batch -> batch.keys.length)
                                .sum())
                .sum();
    }

    private static final class Batch {
        private final long[] keys;
        private long dueMs;
        private long intervalMs = RESEND_MS;

        Batch(long[] keys) {
            this.keys = keys;
        }
    }

    /** What one other name server is yet to be told. */
    private final class Link {
        private final NodeName receiver;
        private final Deque<long[]> chunks = new ArrayDeque<>();
        private final Map<Long, Batch> inFlight = new HashMap<>();
        private int waiting;
        private long lastBatch;

        Link(NodeName receiver) {
            this.receiver = receiver;
        }

        void add(long[] keys) {
            for (int from = 0; from < keys.length; from += BATCH) {
                long[] chunk = Arrays.copyOfRange(keys, from, Math.min(keys.length, from + BATCH));
                chunks.addLast(chunk);
                waiting += chunk.length;
            }
            while (waiting > waitingMax) {
                int lost = chunks.removeFirst().length;
                waiting -= lost;
                dropped.add(lost);
            }
        }

        void send(long now) {
            for (Iterator<Map.Entry<Long, Batch>> batches = inFlight.entrySet().iterator(); batches.hasNext(); ) {
                Map.Entry<Long, Batch> next = batches.next();
                if (next.getValue().dueMs <= now && !send(next.getKey(), next.getValue(), now)) {
                    batches.remove();
                }
            }
            while (inFlight.size() < IN_FLIGHT_MAX && !chunks.isEmpty()) {
                long[] keys = chunks.removeFirst();
                waiting -= keys.length;
                Batch batch = new Batch(keys);
                if (send(++lastBatch, batch, now)) {
                    inFlight.put(lastBatch, batch);
                }
            }
        }

        /** @return false if nothing of the batch is in force any more */
        private boolean send(long number, Batch batch, long now) {
            List<PersistenceRecord> records = new ArrayList<>(batch.keys.length);
            for (long key : batch.keys) {
                PersistenceRecord own = table.own(key, now, self);
                if (own != null) {
                    records.add(own);
                }
            }
            if (records.isEmpty()) {
                return false;
            }
            batch.dueMs = now + batch.intervalMs;
            batch.intervalMs = Math.min(RESEND_MS_MAX, batch.intervalMs * 2);
            if (datagrams.send(receiver, new Persistence(number, records))) {
                sent.increment();
            }
            return true;
        }
    }
}
