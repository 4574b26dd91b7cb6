package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.message.Message.KnowledgePart;
import org.popnet.platform.message.Message.KnowledgeRequest;
import org.popnet.platform.message.Message.KnowledgeRequest.Topic;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * Lets a name server learn what only another has: after its start, and now and then, it asks each of the others for all
 * it knows, a few datagrams at a time. Who is asked remembers nothing of it and answers no faster than its bound; who
 * asks takes what is newer, so that lost, repeated and reordered datagrams do no harm.
 */
public final class KnowledgeExchange {
    /** Datagrams that answer one request. */
    static final int PARTS = 8;

    private static final int PARTS_PER_SECOND = 400;
    private static final long ASK_AGAIN_MS = 500;
    private static final int TRIES_MAX = 20;
    /** What a record and a prefix take at most, without the names in them. */
    private static final int RECORD_BYTES = 42;

    private static final int ROOM_BYTES = MessageSize.BYTES_MAX - 100;

    private final Knowledge knowledge;
    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private final String self;
    private final long roundMs;
    private final Map<NodeName, Pull> pulls = new HashMap<>();
    private long nextRoundMs = Long.MIN_VALUE;
    private double budget = PARTS_PER_SECOND;
    private long budgetAtMs;
    private final LongAdder learned = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** @param roundMs how often everything is asked for, beside at the start */
    public KnowledgeExchange(Knowledge knowledge, DatagramPort datagrams, CurrentTree tree, long roundMs) {
        this.knowledge = knowledge;
        this.datagrams = datagrams;
        this.tree = tree;
        this.self = tree.self().toString();
        this.roundMs = roundMs;
        this.budgetAtMs = knowledge.nowMs();
        datagrams.onReceive(KnowledgeRequest.class, received -> answer(received.sender(), received.message()));
        datagrams.onReceive(KnowledgePart.class, received -> take(received.sender(), received.message()));
    }

    /** Asks on; call it several times each second. */
    public synchronized void ask() {
        long now = knowledge.nowMs();
        if (now >= nextRoundMs) {
            nextRoundMs = now + roundMs;
            tree.get()
                    .tree()
                    .nodes(Service.DNS)
                    .map(Node::name)
                    .filter(name -> !name.equals(tree.self()))
                    .forEach(name -> pulls.put(name, new Pull()));
        }
        pulls.entrySet().removeIf(pull -> pull.getValue().over());
        pulls.forEach((name, pull) -> pull.ask(name, now));
    }

    /** Whether everything that was to be asked for has come. */
    public synchronized boolean settled() {
        return nextRoundMs != Long.MIN_VALUE && pulls.isEmpty();
    }

    private synchronized void take(NodeName sender, KnowledgePart part) {
        Pull pull = pulls.get(sender);
        if (pull == null) {
            return; // nobody asked
        }
        learned.add(knowledge.learn(part, self));
        pull.took(part);
        pull.ask(sender, knowledge.nowMs());
    }

    private synchronized void answer(NodeName asker, KnowledgeRequest request) {
        long now = knowledge.nowMs();
        budget = Math.min(PARTS_PER_SECOND, budget + (now - budgetAtMs) * PARTS_PER_SECOND / 1000.0);
        budgetAtMs = now;
        long from = request.from();
        for (int i = 0; i < PARTS && from >= 0; i++) {
            if (budget < 1) {
                refused.increment();
                return;
            }
            budget--;
            KnowledgePart part = request.topic() == Topic.LATENCIES ? latencies(from) : persistence(from, now);
            datagrams.send(asker, part);
            from = part.next();
        }
    }

    private KnowledgePart persistence(long from, long now) {
        List<PersistenceRecord> records = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int[] left = {ROOM_BYTES};
        long next = knowledge.persistence().read(from, now, self, found -> {
            int bytes =
                    RECORD_BYTES + (names.add(found.madeBy()) ? found.madeBy().length() : 0);
            left[0] -= bytes;
            return left[0] >= 0 && records.add(found);
        });
        return new KnowledgePart(Topic.PERSISTENCE, from, next, List.of(), records);
    }

    private KnowledgePart latencies(long from) {
        List<PrefixLatency> prefixes = new ArrayList<>();
        long next = knowledge.readLatencies(from, ROOM_BYTES, prefixes);
        return new KnowledgePart(Topic.LATENCIES, from, next, prefixes, List.of());
    }

    /** Records and prefixes that another name server had newer. */
    public long learned() {
        return learned.sum();
    }

    /** Requests that came faster than they are answered. */
    public long refused() {
        return refused.sum();
    }

    /** How far the knowledge of one other name server has come. */
    private final class Pull {
        private Topic topic = Topic.LATENCIES;
        private long expected;
        private int sinceAsked = PARTS;
        private long askAgainMs = Long.MIN_VALUE;
        private int tries;
        private boolean over;

        boolean over() {
            return over;
        }

        void took(KnowledgePart part) {
            if (part.topic() != topic) {
                return;
            }
            sinceAsked++;
            if (part.from() != expected) {
                return; // one before it was lost: it will come again
            }
            tries = 0;
            expected = part.next();
            if (expected < 0) {
                over = topic == Topic.PERSISTENCE;
                topic = Topic.PERSISTENCE;
                expected = 0;
                sinceAsked = PARTS;
            }
        }

        void ask(NodeName name, long now) {
            if (over || (sinceAsked < PARTS && now < askAgainMs)) {
                return;
            }
            if (++tries > TRIES_MAX) {
                over = true;
                return;
            }
            sinceAsked = 0;
            askAgainMs = now + ASK_AGAIN_MS;
            datagrams.send(name, new KnowledgeRequest(topic, expected));
        }
    }
}
