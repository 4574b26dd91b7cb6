package org.popnet.platform.agent;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.InvalidTreeException;

/** The tree that a node served last, read from its disk and parsed beside whatever else it does at its start. */
public final class LastGoodTree {
    private final TreeStore store;
    private final CompletableFuture<Optional<FetchedTree>> fetched = new CompletableFuture<>();
    private final CompletableFuture<Optional<ActiveTree>> parsed = new CompletableFuture<>();

    private LastGoodTree(TreeStore store) {
        this.store = store;
    }

    /**
     * Begins to read it.
     *
     * @param directory where trees are kept; need not exist
     */
    public static LastGoodTree begin(Path directory) {
        LastGoodTree tree = new LastGoodTree(new TreeStore(directory));
        Thread.ofPlatform().name("last-good-tree").daemon().start(tree::read);
        return tree;
    }

    private void read() {
        try {
            Optional<FetchedTree> stored = store.load();
            fetched.complete(stored);
            parsed.complete(stored.flatMap(LastGoodTree::parse));
        } catch (RuntimeException | Error e) {
            fetched.completeExceptionally(e);
            parsed.completeExceptionally(e);
        }
    }

    private static Optional<ActiveTree> parse(FetchedTree tree) {
        try {
            return Optional.of(ActiveTree.of(tree.generation(), tree.text()));
        } catch (InvalidTreeException | IllegalArgumentException e) {
            return Optional.empty(); // it is refused, with the reason, when its turn comes
        }
    }

    TreeStore store() {
        return store;
    }

    /** As it is stored; empty if there is none, or it is damaged. */
    Optional<FetchedTree> fetched() {
        return fetched.join();
    }

    /** What it says; empty if it is not valid (any more). */
    Optional<ActiveTree> parsed() {
        return parsed.join();
    }
}
