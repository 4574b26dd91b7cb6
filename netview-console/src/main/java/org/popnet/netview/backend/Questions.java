package org.popnet.netview.backend;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.popnet.netview.NetViewSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Asks several nodes at once, so that a page waits for the slowest only, and for that one not long. */
@Component
final class Questions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("question-", 0).factory());
    private final Duration timeout;

    Questions(NetViewSettings settings) {
        this.timeout = settings.backendTimeout();
    }

    /** @param onFailure turns what went wrong into words for the viewer */
    <T> Pending<T> ask(Callable<T> question, Function<BackendException, Problem> onFailure) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Future<T> future = threads.submit(question);
        return () -> await(future, deadline, onFailure);
    }

    private <T> Reply<T> await(Future<T> future, long deadline, Function<BackendException, Problem> onFailure) {
        try {
            return Reply.of(future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | CancellationException e) {
            future.cancel(true);
            return Reply.failed(
                    onFailure.apply(new BackendException(0, "no answer within " + timeout.toMillis() + " ms", e)));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackendException failure) {
                LOG.info("no answer for a page: {}", failure.getMessage());
                return Reply.failed(onFailure.apply(failure));
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.failed(onFailure.apply(new BackendException(0, "interrupted", e)));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
