package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
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
 * <p>A body that outgrows what may be stored, or that the kernel has no memory for, is read through a window: from then on
 * nobody can join, and the slowest reader holds the fetch back.
 */
public final class Fill implements ResponseListener {
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
    private final FillWaiters waiters;
    private final @Nullable StoredResponse stale;
    private final FillListener listener;
    private final @Nullable ByteRange asked;

    // Touched on the loop only, but for what is volatile.
    private @Nullable StoredResponse response;
    private int forwardStatus;
    private boolean over;
    private volatile boolean storing = true;
    private volatile @Nullable Window window;
    private @Nullable UpstreamCall call;

    /**
     * @param stale what is there to be validated or to fall back on; its share passes to the fill
     * @param tagged whether the response's surrogate keys count
     * @param asked the range that is asked for, to see by its answer whether this is kept by segments; null for the whole
     * @param loop where the fetch runs
     */
    public Fill(
            MemoryTier tier,
            CacheKey key,
            Headers request,
            CachePolicy policy,
            boolean tagged,
            @Nullable StoredResponse stale,
            @Nullable ByteRange asked,
            InstantSource clock,
            EventExecutor loop,
            FillListener listener) {
        this.tier = tier;
        this.key = key;
        this.request = request;
        this.policy = policy;
        this.tagged = tagged;
        this.stale = stale;
        this.asked = asked;
        this.clock = clock;
        this.loop = loop;
        this.epoch = tier.epoch(key.site());
        this.change = tier.change(key);
        this.begunMs = clock.millis();
        this.listener = listener;
        this.waiters = new FillWaiters(request, () -> storing);
    }

    CacheKey key() {
        return key;
    }

    /** Whether the caches behind must be told that the resource has been changed. */
    public boolean afterChange() {
        return change != null;
    }

    /** The range to ask for, or null for the whole. */
    public @Nullable ByteRange asked() {
        return asked;
    }

    /** What is there to be validated, or null; owned by the fill until it is over. */
    public @Nullable StoredResponse stale() {
        return stale;
    }

    /** Joins as the one who may take a response over that cannot be shared; before the fetch is started. */
    public void lead(FillWaiter waiter) {
        waiters.lead(waiter);
    }

    /** Gives up a fill that was never started. */
    public void dispose() {
        if (stale != null) {
            stale.release();
        }
    }

    /** @return false if it is too late to join */
    public boolean join(FillWaiter waiter) {
        return tier.epoch(key.site()) == epoch && waiters.join(waiter);
    }

    void forbidStoring() {
        storing = false;
    }

    @Override
    public void interim(int status, Headers headers) {
        FillWaiter first = waiters.leader();
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
        LargeStart large = LargeStart.of(tier.settings(), request, policy, asked, status, received, begunMs, now);
        if (large != null) {
            begin(upstream, large, received);
            return;
        }
        if (asked != null && (status == 206 || status == 416)) {
            // Too small to be worth cutting, or not to be: whoever wants it asks for the whole.
            listener.filled("unsegmented");
            upstream.abort();
            close();
            waiters.end(new FillOutcome.Alone());
            return;
        }
        Storability storability = Storability.of("GET", request, status, received, policy, now);
        long length = Received.contentLength(received);
        boolean small = length <= tier.settings().objectBytesMax();
        boolean room = tier.room().has(Math.max(length, Body.SEGMENT_BYTES));
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
        Headers headers = Received.stored(received, now);
        Body body = new Body(tier.memory(), length);
        StoredResponse begun = new StoredResponse(
                key,
                status,
                headers,
                Freshness.of(status, received, policy, begunMs, now),
                Vary.of(received),
                tagged ? Received.tags(received) : List.of(),
                body,
                received.combined("Cache-Status"),
                this::relieve);
        response = begun;
        waiters.begin(begun, status);
    }

    /** The head is stored and handed out at once; of the body, what the leader wants of it here is taken. */
    private void begin(UpstreamCall upstream, LargeStart large, Headers received) {
        StoredResponse whole = large.head(tier, key.primary(), tagged ? Received.tags(received) : List.of(), received);
        FillWaiter first = waiters.leader();
        long wanted = large.wanted(first == null ? null : first.request());
        SegmentRun run = wanted < 0 || tier.large().holds(whole, Segments.at(large.first()))
                ? null
                : tier.large()
                        .runs()
                        .begin(whole, Segments.at(large.first()), wanted, request, policy, epoch, listener);
        if (run == null) {
            upstream.abort();
        } else {
            run.adopt(upstream, large.fields(), large.freshness());
        }
        whole.tryRetain();
        storing &= tier.store(whole, key.primary(), request, epoch);
        listener.filled("large");
        waiters.end(whole, FillOutcome.Kind.FETCHED, forwardStatus, () -> run == null ? List.of() : run.retained(0));
        close();
        whole.release();
    }

    private void revalidated(StoredResponse confirmed, Headers received, long now) {
        StoredResponse fresh = confirmed.freshened(received, policy, tagged, begunMs, now);
        listener.filled("revalidated");
        finishWith(fresh, FillOutcome.Kind.REVALIDATED, true);
        boolean mayStore = storing
                && Storability.of("GET", request, fresh.status(), fresh.headers(), policy, now)
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
        waiters.end(ready, kind, forwardStatus, List::of);
        close();
    }

    /** Hands the response to whoever began, and lets the others go on alone. */
    private void leave(UpstreamCall upstream, int status, Headers received) {
        close();
        FillWaiter first = waiters.endButLeader();
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
        if (window == null && body.length() == Body.UNKNOWN && !mayGrow(body, bytes.readableBytes())) {
            openWindow(body);
        }
        body.append(bytes);
        if (window == null && body.refused()) {
            openWindow(body);
        }
        Window flowing = window;
        if (flowing != null) {
            flowing.flow();
        }
    }

    /** From here on the body flows to those who read it, and is not kept. */
    private void openWindow(Body body) {
        UpstreamCall upstream = call;
        if (upstream != null) {
            waiters.close();
            window = new Window(body, upstream, loop, this::abandoned);
            storing = false;
            tier.fills().remove(this);
        }
    }

    private boolean mayGrow(Body body, int bytes) {
        return body.available() + bytes <= tier.settings().objectBytesMax()
                && tier.room().has(Body.SEGMENT_BYTES);
    }

    /** Called by readers, on their threads, after each read. */
    private void relieve() {
        Window flowing = window;
        if (flowing != null) {
            flowing.relieve();
        }
    }

    private void abandoned() {
        UpstreamCall upstream = call;
        if (upstream != null) {
            failed(upstream, UpstreamFailure.ABANDONED);
        }
    }

    @Override
    public void end() {
        StoredResponse whole = response;
        if (whole == null || over) {
            return;
        }
        whole.body().complete();
        boolean stored = storing && window == null && store(whole);
        listener.filled(stored ? "stored" : "unstored");
        close();
        whole.release();
    }

    private boolean store(StoredResponse whole) {
        StoredResponse kept = whole.withBody(key, whole.body().compacted());
        return tier.store(kept, key.primary(), request, epoch);
    }

    private void close() {
        Window flowing = window;
        if (flowing != null) {
            flowing.close();
        }
        over = true;
        waiters.close();
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
        close();
        waiters.end(outcome);
    }
}
