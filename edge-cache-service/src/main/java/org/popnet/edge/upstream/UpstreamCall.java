package org.popnet.edge.upstream;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;

/**
 * One request on its way: tries the candidates in order until one answers, then streams. Everything happens on one event
 * loop. What was sent in part is never sent again.
 */
public final class UpstreamCall {
    /** Interim responses that are passed on; more are dropped. */
    private static final int INTERIMS_MAX = 8;

    private final ConnectionPool pool;
    private final List<Upstream> candidates;
    private final UpstreamRequest request;
    private final UpstreamObserver observer;
    private final LongSupplier nanoTime;
    private ResponseListener listener;
    private @Nullable Runnable writable;
    private int next;
    private boolean triedAgain;
    private boolean done;
    private boolean answered;
    private boolean paused;
    private boolean bodyBegun;
    private int interims;
    private long sentNanos;
    private @Nullable UpstreamConnection connection;
    /** Whom the observer counts as being asked. */
    private @Nullable Upstream asked;

    UpstreamCall(
            ConnectionPool pool,
            List<Upstream> candidates,
            UpstreamRequest request,
            ResponseListener listener,
            UpstreamObserver observer,
            LongSupplier nanoTime) {
        this.pool = pool;
        this.candidates = candidates;
        this.request = request;
        this.listener = listener;
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    void start() {
        tryNext(UpstreamFailure.NOWHERE);
    }

    private void tryNext(UpstreamFailure last) {
        if (done) {
            return;
        }
        if (next >= candidates.size()) {
            fail(last);
            return;
        }
        Upstream candidate = candidates.get(next);
        pool.acquire(candidate, request.repeatable(), new ConnectionPool.Acquired() {
            @Override
            public void connection(UpstreamConnection ready) {
                if (done) {
                    pool.release(ready);
                    return;
                }
                connection = ready;
                sentNanos = nanoTime.getAsLong();
                asked = candidate;
                observer.began(candidate);
                ready.send(UpstreamCall.this, candidate, request);
                if (paused) {
                    ready.pause();
                }
                if (request.bodyBytes() != 0 && writable != null) {
                    writable.run();
                }
            }

            @Override
            public void unavailable(UpstreamFailure failure) {
                observer.failed(candidate, failure);
                next++;
                tryNext(failure);
            }
        });
    }

    private void notAsking() {
        Upstream before = asked;
        asked = null;
        if (before != null) {
            observer.ended(before);
        }
    }

    private void fail(UpstreamFailure failure) {
        if (!done) {
            done = true;
            listener.failed(this, failure);
        }
    }

    // What the connection reports.

    void head(int status, Headers headers) {
        answered = true;
        Upstream candidate = candidates.get(next);
        observer.answered(candidate, status, nanoTime.getAsLong() - sentNanos);
        listener.head(this, status, headers);
    }

    void interim(int status, Headers headers) {
        if (!done && interims++ < INTERIMS_MAX) {
            listener.interim(status, headers);
        }
    }

    void content(ByteBuf bytes) {
        if (!done) {
            listener.content(bytes);
        }
    }

    void trailers(Headers trailers) {
        if (!done) {
            listener.trailers(trailers);
        }
    }

    void end() {
        connection = null;
        notAsking();
        if (!done) {
            done = true;
            listener.end();
        }
    }

    void broken(UpstreamFailure failure, boolean reused) {
        connection = null;
        notAsking();
        if (done) {
            return;
        }
        Upstream candidate = candidates.get(next);
        boolean staleConnection = reused && failure == UpstreamFailure.BROKEN && !answered && !triedAgain;
        if (!staleConnection) {
            observer.failed(candidate, failure);
        }
        if (answered || bodyBegun || !request.repeatable()) {
            fail(failure);
        } else {
            // A kept connection may have been closed by the other side just now: the same server once more.
            triedAgain = staleConnection;
            next += staleConnection ? 0 : 1;
            tryNext(failure);
        }
    }

    void writabilityChanged() {
        if (writable != null) {
            writable.run();
        }
    }

    // What its owner does.

    /** Who is being asked, or has answered. */
    public Upstream upstream() {
        return candidates.get(Math.min(next, candidates.size() - 1));
    }

    /** Has another listener hear the rest. */
    public void redirect(ResponseListener other) {
        listener = other;
    }

    /** Run whenever more of the request's body can be taken. */
    public void onWritable(Runnable run) {
        writable = run;
    }

    /** Whether a piece of the request's body can be sent now. */
    public boolean writable() {
        return connection != null && connection.writable();
    }

    /** Sends a piece of the request's body; only while {@link #writable}. Takes it over. */
    public void body(ByteBuf bytes) {
        if (connection == null) {
            bytes.release();
            return;
        }
        bodyBegun = true;
        connection.body(bytes);
    }

    /** @param trailers fields behind the body */
    public void endBody(Headers trailers) {
        if (connection != null) {
            connection.endBody(trailers);
        }
    }

    /** Stops reading from the other side. */
    public void pause() {
        paused = true;
        if (connection != null) {
            connection.pause();
        }
    }

    public void resume() {
        paused = false;
        if (connection != null) {
            connection.resume();
        }
    }

    /** Drops the rest; nothing more is heard. */
    public void abort() {
        done = true;
        notAsking();
        if (connection != null) {
            UpstreamConnection dropped = connection;
            connection = null;
            dropped.abort();
        }
    }
}
