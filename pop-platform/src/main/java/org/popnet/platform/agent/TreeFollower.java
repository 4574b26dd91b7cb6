package org.popnet.platform.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.InvalidTreeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps a node that gets no pushes on the tree of the config sources: one long poll after the other, the next source
 * when one does not answer.
 */
final class TreeFollower implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(TreeFollower.class);
    private static final Duration LONG_POLL = Duration.ofSeconds(25);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final TreeAgent agent;
    private final ControlTreeSource sources;
    private volatile @Nullable Thread thread;

    TreeFollower(TreeAgent agent, ControlTreeSource sources) {
        this.agent = agent;
        this.sources = sources;
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("tree-follower").start(this::follow);
    }

    private void follow() {
        while (!Thread.currentThread().isInterrupted()) {
            long asked = System.nanoTime();
            boolean taken = take();
            if (!taken && System.nanoTime() - asked < PAUSE.toNanos()) {
                LockSupport.parkNanos(PAUSE.toNanos()); // nobody answered, or it was refused: not in a tight loop
            }
        }
    }

    private boolean take() {
        try {
            Optional<FetchedTree> next = sources.fetch(agent.get().generation().number(), LONG_POLL);
            next.ifPresent(agent::take);
            return next.isPresent();
        } catch (TreeRefusedException | InvalidTreeException | IllegalArgumentException e) {
            log.error("the config source's tree is not taken: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public void stop() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
