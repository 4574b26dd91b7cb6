package org.popnet.local;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.process.StartException;
import org.popnet.platform.tree.Service;

/**
 * Starts processes in the order in which they need each other: first the admin service, which serves the settings, then
 * the name servers, by which the rest is found. Customers' and users' machines need nobody: they are started whenever
 * nothing else can be. Only as many are started at a time as there are processors, since a start is work for the
 * processor. Used once.
 */
final class StartOrder {
    private static final List<String> RANKS = List.of(Service.ADMIN.key(), Service.DNS.key());

    private final Deque<Deque<ProcessSpec>> steps = new ArrayDeque<>();
    private final Deque<ProcessSpec> free = new ArrayDeque<>();
    private int starting;
    private boolean failed;

    StartOrder(List<ProcessSpec> specs) {
        for (int rank = 0; rank <= RANKS.size(); rank++) {
            int now = rank;
            steps.add(new ArrayDeque<>(
                    specs.stream().filter(s -> isNode(s) && rank(s) == now).toList()));
        }
        specs.stream().filter(s -> !isNode(s)).forEach(free::add);
    }

    /** How one process is started: returns when it is up. */
    @FunctionalInterface
    interface Starter {
        void start(ProcessSpec spec) throws InterruptedException;
    }

    /** @throws StartException of the first that fails; no further is begun then */
    void start(Starter starter) throws InterruptedException {
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        ExecutorService threads = Executors.newFixedThreadPool(processors);
        try {
            CompletionService<@Nullable Void> workers = new ExecutorCompletionService<>(threads);
            for (int i = 0; i < processors; i++) {
                workers.submit(() -> work(starter), null);
            }
            for (int i = 0; i < processors; i++) {
                workers.take().get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StartException failure
                    ? failure
                    : new StartException("a process could not be started: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
            threads.close();
        }
    }

    private void work(Starter starter) {
        boolean done = false;
        try {
            for (ProcessSpec spec = next(); spec != null; spec = next()) {
                starter.start(spec);
                started(spec);
            }
            done = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!done) {
                fail();
            }
        }
    }

    /** What may be started now, waiting for it if need be; null if nothing is left to start. */
    private synchronized @Nullable ProcessSpec next() throws InterruptedException {
        while (!failed) {
            while (!steps.isEmpty() && steps.getFirst().isEmpty() && starting == 0) {
                steps.removeFirst();
            }
            if (!steps.isEmpty() && !steps.getFirst().isEmpty()) {
                starting++;
                return steps.getFirst().removeFirst();
            }
            if (!free.isEmpty()) {
                return free.removeFirst();
            }
            if (steps.size() <= 1) {
                return null; // the last of all are being started
            }
            wait();
        }
        return null;
    }

    private synchronized void started(ProcessSpec spec) {
        if (isNode(spec)) {
            starting--;
            notifyAll();
        }
    }

    private synchronized void fail() {
        failed = true;
        notifyAll();
    }

    private static boolean isNode(ProcessSpec spec) {
        return Arrays.stream(Service.values()).anyMatch(service -> service.key().equals(spec.service()));
    }

    private static int rank(ProcessSpec spec) {
        int rank = RANKS.indexOf(spec.service());
        return rank < 0 ? RANKS.size() : rank;
    }
}
