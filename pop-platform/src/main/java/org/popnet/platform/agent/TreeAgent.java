package org.popnet.platform.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the tree that this node serves. At start it takes the highest generation among its sources and the last good
 * one on disk; while running it takes a newer one whole or not at all: parsed, compiled by every part of the service,
 * stored, and only then switched to.
 */
public final class TreeAgent implements CurrentTree {
    private static final Logger log = LoggerFactory.getLogger(TreeAgent.class);

    private static final Duration FIRST_TREE_WAIT = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final NodeName self;
    private final TreeStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<TreeSubscriber> subscribers = new ArrayList<>();
    private volatile ActiveTree active;

    /**
     * @param lastGood what this node served before it stopped
     * @param source where a starting node asks first
     * @param peers whom else it asks, if it has a last good tree that names them
     * @throws NoTreeException if there is no valid tree anywhere within half a minute
     */
    public TreeAgent(
            NodeName self,
            LastGoodTree lastGood,
            TreeSource source,
            Function<NetworkTree, Optional<FetchedTree>> peers) {
        this.self = self;
        this.store = lastGood.store();
        this.active = first(lastGood.fetched(), lastGood.parsed(), source, peers);
        log.info(
                "{} serves generation {} ({})",
                self,
                active.generation().number(),
                active.generation().commit());
    }

    private ActiveTree first(
            Optional<FetchedTree> lastGood,
            Optional<ActiveTree> lastGoodParsed,
            TreeSource source,
            Function<NetworkTree, Optional<FetchedTree>> peers) {
        List<FetchedTree> found = new ArrayList<>();
        lastGood.ifPresent(found::add);
        lastGoodParsed.flatMap(tree -> peers.apply(tree.tree())).ifPresent(found::add);
        source.fetch().ifPresent(found::add);
        for (long waited = 0; found.isEmpty() && waited < FIRST_TREE_WAIT.toMillis(); waited += RETRY.toMillis()) {
            LockSupport.parkNanos(RETRY.toNanos());
            source.fetch().ifPresent(found::add);
        }
        if (found.isEmpty()) {
            throw new NoTreeException("no tree: no config source answers, and there is no last good one on disk: start"
                    + " the admin service and a name server first, or check that their addresses are right and"
                    + " reachable");
        }
        found.sort(Comparator.comparing(FetchedTree::generation).reversed());
        StringBuilder refused = new StringBuilder();
        for (FetchedTree tree : found) {
            try {
                if (lastGoodParsed.isPresent() && lastGood.get().equals(tree)) {
                    return holdingThisNode(lastGoodParsed.get()); // a large tree takes seconds to parse
                }
                ActiveTree parsed = checked(tree);
                if (lastGood.isEmpty() || !lastGood.get().equals(tree)) {
                    store.save(tree);
                }
                return parsed;
            } catch (InvalidTreeException | TreeRefusedException | IllegalArgumentException e) {
                log.error("generation {} is not used: {}", tree.generation().number(), e.getMessage());
                refused.append("\ngeneration ")
                        .append(tree.generation().number())
                        .append(": ")
                        .append(e.getMessage());
            } catch (IOException e) {
                throw new NoTreeException("cannot store the tree: " + e + "; free space or mend the disk");
            }
        }
        throw new NoTreeException("no valid tree:" + refused);
    }

    private ActiveTree checked(FetchedTree fetched) {
        return holdingThisNode(ActiveTree.of(fetched.generation(), fetched.text()));
    }

    private ActiveTree holdingThisNode(ActiveTree parsed) {
        if (parsed.tree().node(self).isEmpty()) {
            throw new TreeRefusedException("generation " + parsed.generation().number() + " has no node " + self
                    + ": add it to its POP, or start with the name that the tree has");
        }
        return parsed;
    }

    @Override
    public ActiveTree get() {
        return active;
    }

    @Override
    public NodeName self() {
        return self;
    }

    @Override
    public void subscribe(TreeSubscriber subscriber) {
        lock.lock();
        try {
            first(subscriber).run();
            subscribers.add(subscriber);
        } finally {
            lock.unlock();
        }
    }

    /** The tree that a node starts with, unlike a newer one, cannot be refused without the start. */
    private Runnable first(TreeSubscriber subscriber) {
        try {
            return subscriber.prepare(active);
        } catch (IllegalArgumentException e) {
            throw new StartRefusedException(
                    "generation " + active.generation().number() + " cannot be compiled here: " + e.getMessage()
                            + "; push a tree without that, and start again",
                    e);
        }
    }

    /**
     * Takes up a newer tree. The generation that is active already is taken without effect, so that a repeated request
     * does no harm.
     *
     * @throws InvalidTreeException if it is not a valid tree
     * @throws TreeRefusedException if it is older than the active one, lacks this node, or a part cannot compile it
     */
    public void take(FetchedTree next) {
        lock.lock();
        try {
            Generation current = active.generation();
            if (next.generation().equals(current)) {
                return;
            }
            if (next.generation().number() <= current.number()) {
                throw new TreeRefusedException("generation " + next.generation().number() + " came, " + current.number()
                        + " is active: only a higher one is taken");
            }
            ActiveTree parsed = checked(next);
            List<Runnable> switches = new ArrayList<>();
            for (TreeSubscriber subscriber : subscribers) {
                switches.add(prepare(subscriber, parsed));
            }
            store.save(next);
            switches.forEach(Runnable::run);
            active = parsed;
            changed.signalAll();
            log.info(
                    "{} switched from generation {} to {}",
                    self,
                    current.number(),
                    next.generation().number());
        } catch (IOException e) {
            throw new TreeRefusedException(
                    "cannot store generation " + next.generation().number() + ": " + e, e);
        } finally {
            lock.unlock();
        }
    }

    private static Runnable prepare(TreeSubscriber subscriber, ActiveTree parsed) {
        try {
            return subscriber.prepare(parsed);
        } catch (RuntimeException e) {
            throw new TreeRefusedException(
                    "generation " + parsed.generation().number() + " cannot be compiled here: " + e.getMessage(), e);
        }
    }

    /** Waits until a generation above this number is active, or the time is over; returns the active one. */
    ActiveTree awaitAbove(long number, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (active.generation().number() <= number && left > 0) {
                left = changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(60)));
            }
            return active;
        } finally {
            lock.unlock();
        }
    }
}
