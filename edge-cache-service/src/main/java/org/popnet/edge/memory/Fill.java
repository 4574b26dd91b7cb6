package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.caching.HttpDates;
import org.popnet.caching.Storability;
import org.popnet.caching.Vary;
import org.popnet.edge.upstream.ResponseListener;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamFailure;

/**
 * One fetch that everyone who asks for the same thing meanwhile waits for. The response is judged when its head is there;
 * if it can be shared, all read its body while it grows, each at its own speed, and it is stored when it is whole. If it
 * cannot, whoever began takes it over and the others go on alone.
 *
 * <p>A body that outgrows what may be stored is read through a window: from then on nobody can join, and the slowest
 * reader holds the fetch back.
 */
public final class Fill implements ResponseListener {
    private static final long WINDOW_BYTES = 1 << 20;

    private final MemoryTier tier;
    private final CacheKey key;
    private final Headers request;
    private final CachePolicy policy;
    private final boolean tagged;
    private final InstantSource clock;
    private final EventExecutor loop;
    private final long epoch;
    private final MemoryTier.@Nullable Change change;
    private final long begunMs;
    private final List<FillWaiter> waiters = new ArrayList<>();
    private final @Nullable StoredResponse stale;
    private final FillListener listener;

    // Guarded by this: what a joiner finds.
    private @Nullable FillWaiter leader;
    private @Nullable StoredResponse response;
    private int forwardStatus;
    private boolean over;

    private volatile boolean storing = true;
    private volatile boolean windowed;
    private @Nullable UpstreamCall call;

    /**
     * @param stale what is there to be validated or to fall back on; its share passes to the fill
     * @param tagged whether the response's surrogate keys count
     * @param loop where the fetch runs
     */
    public Fill(
            MemoryTier tier,
            CacheKey key,
            Headers request,
            CachePolicy policy,
            boolean tagged,
            @Nullable StoredResponse stale,
            InstantSource clock,
            EventExecutor loop,
            FillListener listener) {
        this.tier = tier;
        this.key = key;
        this.request = request;
        this.policy = policy;
        this.tagged = tagged;
        this.stale = stale;
        this.clock = clock;
        this.loop = loop;
        this.epoch = tier.epoch(key.site());
        this.change = tier.change(key);
        this.begunMs = clock.millis();
        this.listener = listener;
    }

    CacheKey key() {
        return key;
    }

    /** Whether the caches behind must be told that the resource has been changed. */
    public boolean afterChange() {
        return change != null;
    }

    /** What is there to be validated, or null; owned by the fill until it is over. */
    public @Nullable StoredResponse stale() {
        return stale;
    }

    /** Joins as the one who may take a response over that cannot be shared; before the fetch is started. */
    public synchronized void lead(FillWaiter waiter) {
        leader = waiter;
        waiters.add(waiter);
    }

    /** Gives up a fill that was never started. */
    public void dispose() {
        if (stale != null) {
            stale.release();
        }
    }

    /** @return false if it is too late to join */
    public synchronized boolean join(FillWaiter waiter) {
        if (over || windowed || tier.epoch(key.site()) != epoch) {
            return false;
        }
        if (response == null) {
            waiters.add(waiter);
        } else {
            deliver(waiter, response, FillOutcome.Kind.FETCHED);
        }
        return true;
    }

    void forbidStoring() {
        storing = false;
    }

    @Override
    public void interim(int status, Headers headers) {
        FillWaiter first;
        synchronized (this) {
            first = leader;
        }
        if (first != null) {
            first.executor().execute(() -> first.interim(status, headers));
        }
    }

    @Override
    public void head(UpstreamCall upstream, int status, Headers received) {
        call = upstream;
        forwardStatus = status;
        long now = clock.millis();
        if (!Freshness.isError(status)) {
            tier.told(key, change);
        }
        if (stale != null && status == 304) {
            if (Freshening.confirms(stale.headers(), received)) {
                revalidated(stale, received, now);
            } else {
                failed(upstream, UpstreamFailure.PROTOCOL);
            }
            upstream.abort();
            return;
        }
        if (stale != null && Freshness.isError(status) && stale.freshness().mayServeOnError(now)) {
            finishWith(stale, FillOutcome.Kind.STALE_ON_ERROR, false);
            upstream.abort();
            return;
        }
        Storability storability = Storability.of("GET", request, status, received, policy, now);
        long length = contentLength(received);
        boolean small = length <= tier.settings().objectBytesMax();
        boolean room = tier.hasRoom(Math.max(length, Body.SEGMENT_BYTES));
        // An error is shared by those who wait for it, or each would ask the failing origin again.
        boolean sharedError = status >= 500
                && (storability == Storability.USELESS || storability == Storability.STATUS)
                && request.first("Authorization") == null;
        if (small && room && (storability.storable() || sharedError)) {
            storing &= storability.storable();
            begin(status, received, length, now);
            return;
        }
        // A cache behind has it, if only stale now: it is shared, and asking the customer's server instead is no help.
        boolean fromStore = storability == Storability.USELESS && received.contains("Age");
        if (storability.storable() && !small) {
            tier.mark(key, Lookup.Kind.LARGE, storability, epoch);
        } else if (!storability.storable() && storability != Storability.AUTHORIZATION && status < 500 && !fromStore) {
            tier.mark(key, Lookup.Kind.UNCACHEABLE, storability, epoch);
        }
        listener.filled(storability.storable() ? small ? "no-room" : "large" : "uncacheable");
        leave(upstream, status, received);
    }

    private void begin(int status, Headers received, long length, long now) {
        Headers headers = storedFields(received, now);
        Body body = new Body(tier.memory(), length);
        StoredResponse begun = new StoredResponse(
                key,
                status,
                headers,
                Freshness.of(status, received, policy, begunMs, now),
                Vary.of(received),
                tagged ? tags(received) : List.of(),
                body,
                received.combined("Cache-Status"),
                this::relieve);
        synchronized (this) {
            response = begun;
            waiters.forEach(waiter -> deliver(waiter, begun, FillOutcome.Kind.FETCHED));
            waiters.clear();
        }
    }

    private static Headers storedFields(Headers received, long now) {
        Headers kept = Hops.endToEnd(received).without(Fill::notStored);
        // RFC 9110 §6.6.1: a recipient with a clock adds a missing Date.
        return kept.contains("Date") ? kept : kept.with("Date", HttpDates.format(Instant.ofEpochMilli(now)));
    }

    private static boolean notStored(String name) {
        return name.equalsIgnoreCase("Age")
                || name.equalsIgnoreCase("Content-Length")
                || name.equalsIgnoreCase("Cache-Status")
                || name.equalsIgnoreCase("Surrogate-Key");
    }

    private static List<String> tags(Headers received) {
        String keys = received.combined("Surrogate-Key");
        return keys == null ? List.of() : List.of(keys.strip().split("[\\s,]+"));
    }

    static long contentLength(Headers headers) {
        String length = headers.first("Content-Length");
        try {
            return length == null ? Body.UNKNOWN : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Body.UNKNOWN;
        }
    }

    /** Holding the lock. */
    private void deliver(FillWaiter waiter, StoredResponse ready, FillOutcome.Kind kind) {
        Vary vary = ready.vary();
        boolean fits = vary.fields().isEmpty() || vary.key(waiter.request()).equals(vary.key(request));
        if (!fits || !ready.tryRetain()) {
            waiter.executor().execute(() -> waiter.outcome(new FillOutcome.Alone()));
            return;
        }
        FillOutcome outcome = new FillOutcome.Ready(
                ready, kind, forwardStatus, storing, ready.body().promise());
        waiter.executor().execute(() -> waiter.outcome(outcome));
    }

    private void revalidated(StoredResponse confirmed, Headers received, long now) {
        Headers updated = Freshening.update(confirmed.headers(), received).without(Fill::notStored);
        Headers asReceived =
                received.contains("Age") ? updated.with("Age", String.valueOf(received.first("Age"))) : updated;
        confirmed.body().tryRetain();
        StoredResponse fresh = new StoredResponse(
                key,
                confirmed.status(),
                updated,
                Freshness.of(confirmed.status(), asReceived, policy, begunMs, now),
                Vary.of(updated),
                tagged && received.contains("Surrogate-Key") ? tags(received) : confirmed.tags(),
                confirmed.body(),
                received.combined("Cache-Status"),
                () -> {});
        listener.filled("revalidated");
        finishWith(fresh, FillOutcome.Kind.REVALIDATED, true);
        boolean mayStore = storing
                && Storability.of("GET", request, fresh.status(), updated, policy, now)
                        .storable();
        if (mayStore) {
            tier.store(fresh, key.primary(), request, epoch);
        } else {
            fresh.release();
        }
    }

    /** Ends with a response whose body is whole. The caller's share stays the caller's. */
    private void finishWith(StoredResponse ready, FillOutcome.Kind kind, boolean stored) {
        storing &= stored;
        synchronized (this) {
            over = true;
            waiters.forEach(waiter -> deliver(waiter, ready, kind));
            waiters.clear();
        }
        tier.fills().remove(this);
        if (stale != null) {
            stale.release();
        }
    }

    /** Hands the response to whoever began, and lets the others go on alone. */
    private void leave(UpstreamCall upstream, int status, Headers received) {
        List<FillWaiter> others;
        FillWaiter first;
        synchronized (this) {
            over = true;
            first = leader;
            waiters.remove(leader);
            others = List.copyOf(waiters);
            waiters.clear();
        }
        tier.fills().remove(this);
        others.forEach(waiter -> waiter.executor().execute(() -> waiter.outcome(new FillOutcome.Alone())));
        if (stale != null) {
            stale.release();
        }
        if (first == null || !first.takeOver(upstream, status, received)) {
            upstream.abort();
            if (first != null) {
                FillWaiter left = first;
                left.executor().execute(() -> left.outcome(new FillOutcome.Alone()));
            }
        }
    }

    @Override
    public void content(ByteBuf bytes) {
        StoredResponse filling = response;
        if (filling == null) {
            return;
        }
        Body body = filling.body();
        if (!windowed && body.length() == Body.UNKNOWN && !mayGrow(body, bytes.readableBytes())) {
            synchronized (this) {
                windowed = true;
                storing = false;
            }
            tier.fills().remove(this);
        }
        body.append(bytes);
        if (windowed) {
            flowThroughWindow();
        }
    }

    private boolean mayGrow(Body body, int bytes) {
        return body.available() + bytes <= tier.settings().objectBytesMax() && tier.hasRoom(Body.SEGMENT_BYTES);
    }

    /** Called by readers, on their threads, after each read. */
    private void relieve() {
        if (windowed) {
            loop.execute(this::flowThroughWindow);
        }
    }

    private void flowThroughWindow() {
        StoredResponse filling = response;
        UpstreamCall upstream = call;
        if (over || filling == null || upstream == null) {
            return;
        }
        Body body = filling.body();
        if (!body.isRead()) {
            upstream.abort();
            failed(upstream, UpstreamFailure.ABANDONED);
            return;
        }
        body.dropConsumed();
        if (body.lag() > WINDOW_BYTES) {
            upstream.pause();
        } else if (body.lag() < WINDOW_BYTES / 2) {
            upstream.resume();
        }
    }

    @Override
    public void end() {
        StoredResponse whole = response;
        if (whole == null || over) {
            return;
        }
        whole.body().complete();
        boolean stored = storing && !windowed && store(whole);
        listener.filled(stored ? "stored" : "unstored");
        close();
        whole.release();
    }

    private boolean store(StoredResponse whole) {
        StoredResponse kept = whole.withBody(key, whole.body().compacted());
        return tier.store(kept, key.primary(), request, epoch);
    }

    private void close() {
        synchronized (this) {
            over = true;
        }
        tier.fills().remove(this);
        if (stale != null) {
            stale.release();
        }
    }

    @Override
    public void failed(UpstreamCall upstream, UpstreamFailure failure) {
        StoredResponse broken = response;
        if (over) {
            return;
        }
        listener.filled("failed");
        if (broken != null) {
            broken.body().fail();
            close();
            broken.release();
            return;
        }
        if (stale != null && stale.freshness().mayServeDisconnected(stale.headers(), policy, clock.millis())) {
            forwardStatus = 0;
            finishWith(stale, FillOutcome.Kind.STALE_ON_ERROR, false);
            return;
        }
        FillOutcome outcome = new FillOutcome.Failed(failure.status(), failure.token());
        List<FillWaiter> all;
        synchronized (this) {
            all = List.copyOf(waiters);
            waiters.clear();
        }
        close();
        all.forEach(waiter -> waiter.executor().execute(() -> waiter.outcome(outcome)));
    }
}
