package org.popnet.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.process.StartException;
import org.popnet.platform.tree.Service;

/**
 * Starts processes in the order in which they need each other: first the admin service, which serves the settings, then
 * the name servers, by which the rest is found; within a step only as many at a time as there are processors, since a
 * start is work for the processor.
 */
final class StartOrder {
    private final List<List<ProcessSpec>> steps = new ArrayList<>();

    StartOrder(List<ProcessSpec> specs) {
        List<String> ranks = List.of(Service.ADMIN.key(), Service.DNS.key());
        for (int rank = 0; rank <= ranks.size(); rank++) {
            int now = rank;
            steps.add(specs.stream().filter(s -> rank(s, ranks) == now).toList());
        }
    }

    /** How one process is started: returns when it is up. */
    @FunctionalInterface
    interface Starter {
        void start(ProcessSpec spec) throws InterruptedException;
    }

    List<List<ProcessSpec>> steps() {
        return List.copyOf(steps);
    }

    /** @throws StartException of the first that fails; no further is begun then */
    void start(Starter starter) throws InterruptedException {
        for (List<ProcessSpec> step : steps) {
            startTogether(step, starter);
        }
    }

    private static void startTogether(List<ProcessSpec> step, Starter starter) throws InterruptedException {
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        ExecutorService threads = Executors.newFixedThreadPool(processors);
        try {
            CompletionService<ProcessSpec> started = new ExecutorCompletionService<>(threads);
            step.forEach(spec -> started.submit(() -> {
                starter.start(spec);
                return spec;
            }));
            for (int i = 0; i < step.size(); i++) {
                started.take().get();
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

    private static int rank(ProcessSpec spec, List<String> ranks) {
        int rank = ranks.indexOf(spec.service());
        return rank < 0 ? ranks.size() : rank;
    }
}
