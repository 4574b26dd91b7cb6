package org.popnet.platform.agent;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;

/** Asks every other config source of a tree at once, for three seconds in all, and takes the highest generation. */
final class PeerTreeSource {
    private static final long PATIENCE_SECONDS = 3;
    private final ControlHttp http;
    private final NodeName self;

    PeerTreeSource(ControlHttp http, NodeName self) {
        this.http = http;
        this.self = self;
    }

    Optional<FetchedTree> highest(NetworkTree lastGood) {
        List<Callable<Optional<FetchedTree>>> questions = lastGood.nodes().values().stream()
                .filter(node -> node.service().isConfigSource() && !node.name().equals(self))
                .map(Node::controlAddress)
                .map(this::question)
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<FetchedTree>>> answers =
                    threads.invokeAll(questions, PATIENCE_SECONDS, TimeUnit.SECONDS);
            return answers.stream().flatMap(PeerTreeSource::answer).max(Comparator.comparing(FetchedTree::generation));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Callable<Optional<FetchedTree>> question(InetSocketAddress peer) {
        return () -> new ControlTreeSource(http, () -> Stream.of(peer)).fetch();
    }

    private static Stream<FetchedTree> answer(Future<Optional<FetchedTree>> future) {
        try {
            return future.get().stream();
        } catch (ExecutionException | CancellationException e) {
            return Stream.empty(); // an unreachable peer knows nothing for us
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Stream.empty();
        }
    }
}
