package org.popnet.dns.server;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;

/**
 * The zones of the tree that a name server starts with, compiled beside the rest of its start: those of a large tree
 * take some tenths of a second.
 */
final class FirstZone {
    private final NodeName self;
    private final AtomicReference<@Nullable Compilation> begun = new AtomicReference<>();

    private record Compilation(ActiveTree tree, FutureTask<ZoneSnapshot> zone) {}

    private FirstZone(NodeName self) {
        this.self = self;
    }

    /**
     * Begins to compile a tree.
     *
     * @param self the name server that this is
     */
    static FirstZone begin(ActiveTree tree, NodeName self) {
        FirstZone first = new FirstZone(self);
        FutureTask<ZoneSnapshot> zone = new FutureTask<>(() -> ZoneCompiler.compile(tree, self));
        first.begun.set(new Compilation(tree, zone));
        Thread.ofPlatform().name("dns-first-zone").daemon().start(zone);
        return first;
    }

    /**
     * The zones of a tree: those that were begun if it is that tree, which are kept no longer then.
     *
     * @throws IllegalArgumentException if the tree asks for something DNS cannot say; the message names it
     */
    ZoneSnapshot of(ActiveTree tree) {
        Compilation first = begun.getAndSet(null);
        return first != null && first.tree() == tree ? finished(first.zone()) : ZoneCompiler.compile(tree, self);
    }

    private static ZoneSnapshot finished(FutureTask<ZoneSnapshot> zone) {
        try {
            return zone.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("the tree cannot be compiled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while the first zones were compiled", e);
        }
    }
}
