package org.popnet.edge.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

/** Those who wait for a fill, and what they are told; each on its own executor, once. Safe on any thread. */
final class FillWaiters {
    private final Headers request;
    private final BooleanSupplier storing;
    private final List<FillWaiter> waiting = new ArrayList<>();
    private @Nullable FillWaiter leader;
    private @Nullable StoredResponse response;
    private int forwardStatus;
    private boolean closed;

    /**
     * @param request that is sent: who differs from it in a selecting field goes on alone
     * @param storing whether the response is (to be) stored
     */
    FillWaiters(Headers request, BooleanSupplier storing) {
        this.request = request;
        this.storing = storing;
    }

    /** Adds the one who may take a response over that cannot be shared. */
    synchronized void lead(FillWaiter waiter) {
        leader = waiter;
        waiting.add(waiter);
    }

    synchronized @Nullable FillWaiter leader() {
        return leader;
    }

    /** @return false if it is too late */
    synchronized boolean join(FillWaiter waiter) {
        if (closed) {
            return false;
        }
        if (response == null) {
            waiting.add(waiter);
        } else {
            deliver(waiter, response, FillOutcome.Kind.FETCHED, List.of());
        }
        return true;
    }

    /** Nobody can join any more; who waits, waits on. */
    synchronized void close() {
        closed = true;
    }

    /** A response begins that all read while it grows, those who join later too. */
    synchronized void begin(StoredResponse begun, int status) {
        response = begun;
        forwardStatus = status;
        waiting.forEach(waiter -> deliver(waiter, begun, FillOutcome.Kind.FETCHED, List.of()));
        waiting.clear();
    }

    /**
     * All are answered with this, and nobody can join any more.
     *
     * @param segments of a large response that come with it, retained for one waiter with each call
     */
    synchronized void end(
            StoredResponse ready, FillOutcome.Kind kind, int status, Supplier<List<StoredResponse>> segments) {
        closed = true;
        forwardStatus = status;
        waiting.forEach(waiter -> deliver(waiter, ready, kind, segments.get()));
        waiting.clear();
    }

    /** All are told, and nobody can join any more. */
    void end(FillOutcome outcome) {
        for (FillWaiter waiter : leave(null)) {
            tell(waiter, outcome);
        }
    }

    /** Lets all but the leader go on alone, and nobody join any more. @return the leader */
    @Nullable FillWaiter endButLeader() {
        FillWaiter first = leader();
        for (FillWaiter waiter : leave(first)) {
            tell(waiter, new FillOutcome.Alone());
        }
        return first;
    }

    private synchronized List<FillWaiter> leave(@Nullable FillWaiter but) {
        closed = true;
        waiting.remove(but);
        List<FillWaiter> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    private void deliver(
            FillWaiter waiter, StoredResponse ready, FillOutcome.Kind kind, List<StoredResponse> segments) {
        Vary vary = ready.vary();
        boolean fits = vary.fields().isEmpty() || vary.key(waiter.request()).equals(vary.key(request));
        if (fits && ready.tryRetain()) {
            tell(
                    waiter,
                    new FillOutcome.Ready(
                            ready,
                            kind,
                            forwardStatus,
                            storing.getAsBoolean(),
                            ready.body().promise(),
                            segments));
        } else {
            segments.forEach(StoredResponse::release);
            tell(waiter, new FillOutcome.Alone());
        }
    }

    private static void tell(FillWaiter waiter, FillOutcome outcome) {
        waiter.executor().execute(() -> waiter.outcome(outcome));
    }
}
