package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
import org.popnet.edge.memory.SegmentWaiter.Outcome;
import org.popnet.edge.upstream.ResponseListener;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamFailure;

/**
 * Consecutive segments of a large response that were missing, fetched with one request. Everyone who wants one of them
 * meanwhile reads it while it comes, at its own speed; each is stored as soon as it is whole. What they may occupy is
 * reserved beforehand, and is not much: so the fetch is held up by nobody.
 */
public final class SegmentRun implements ResponseListener {
    private record Waiting(SegmentWaiter waiter, int segment) {}

    private final SegmentSource source;
    private final int first;
    private final int count;
    private final FillListener listener;
    private final List<Waiting> waiters = new ArrayList<>();

    // Guarded by this: what a joiner finds.
    private List<StoredResponse> parts = List.of();
    private boolean over;
    private @Nullable String trace;

    private volatile boolean storing = true;
    private long reserved;
    private int filling;
    /** A call that brings more than these segments: it ends with them. */
    private @Nullable UpstreamCall adopted;

    /** What the registry has reserved and put up for joining. */
    SegmentRun(SegmentSource source, int first, int count, FillListener listener) {
        this.source = source;
        this.first = first;
        this.count = count;
        this.listener = listener;
        this.reserved = range().length();
    }

    /** The bytes to ask for. */
    public ByteRange range() {
        return Segments.run(first, count, source.version().length());
    }

    int first() {
        return first;
    }

    int count() {
        return count;
    }

    CacheKey key() {
        return source.key();
    }

    void forbidStoring() {
        storing = false;
    }

    /** @return false if it is too late to join */
    public boolean join(SegmentWaiter waiter, int segment) {
        synchronized (this) {
            if (over || source.tier().epoch(key().site()) != source.epoch()) {
                return false;
            }
            if (parts.isEmpty()) {
                waiters.add(new Waiting(waiter, segment));
                return true;
            }
            deliver(waiter, retained(segment));
            return true;
        }
    }

    /** The segments from this one on, retained for the caller; empty if it is too late. */
    synchronized List<StoredResponse> retained(int segment) {
        List<StoredResponse> kept = new ArrayList<>();
        for (StoredResponse part : over ? List.<StoredResponse>of() : parts) {
            if (part.key().segment() >= segment && part.tryRetain()) {
                kept.add(part);
            }
        }
        return kept;
    }

    private void deliver(SegmentWaiter waiter, List<StoredResponse> kept) {
        Outcome outcome = kept.isEmpty() ? new Outcome.Again() : new Outcome.Begun(kept, trace, storing);
        waiter.executor().execute(() -> waiter.segments(outcome));
    }

    @Override
    public void head(UpstreamCall upstream, int status, Headers received) {
        long now = source.tier().now();
        Headers fields = source.combined(status, received, range(), now);
        if (fields != null) {
            Freshness freshness = source.freshness(fields, received, now);
            source.tier().large().freshen(source.whole(), fields, freshness, source.epoch());
            begin(fields, freshness, received.combined("Cache-Status"));
            return;
        }
        upstream.abort();
        if (Freshness.isError(status)) {
            end(new Outcome.Failed(status == 500 ? 502 : status, "status-" + status));
        } else {
            source.tier().large().changed(source, source.misunderstood(status, received, range()));
            end(new Outcome.Changed());
        }
    }

    /** Takes over a call whose response begins with the first of these segments. */
    void adopt(UpstreamCall upstream, Headers fields, Freshness freshness) {
        adopted = upstream;
        begin(fields, freshness, null);
        upstream.redirect(this);
    }

    private void begin(Headers fields, Freshness freshness, @Nullable String cacheStatus) {
        List<StoredResponse> begun = new ArrayList<>(count);
        for (int segment = first; segment < first + count; segment++) {
            ByteRange range = Segments.range(segment, source.version().length());
            Body body = new Body(source.tier().memory(), range.length());
            begun.add(source.part(key().segment(segment), range, fields, freshness, body, () -> {}));
        }
        List<Waiting> waited;
        synchronized (this) {
            parts = begun;
            trace = cacheStatus;
            waited = List.copyOf(waiters);
            waiters.clear();
            waited.forEach(waiting -> deliver(waiting.waiter(), retained(waiting.segment())));
        }
    }

    @Override
    public void content(ByteBuf bytes) {
        while (bytes.isReadable() && filling < parts.size()) {
            StoredResponse part = parts.get(filling);
            Body body = part.body();
            int n = (int) Math.min(bytes.readableBytes(), body.length() - body.available());
            reserved -= n;
            source.tier().room().unreserve(n);
            body.append(bytes.readSlice(n));
            if (body.available() == body.length()) {
                body.complete();
                filling++;
                listener.filled(storing && !body.refused() && source.store(part) ? "segment" : "unstored");
            }
        }
        UpstreamCall more = adopted;
        if (more != null && filling == parts.size()) {
            more.abort();
            end();
        }
    }

    @Override
    public void end() {
        end(new Outcome.Failed(UpstreamFailure.BROKEN.status(), UpstreamFailure.BROKEN.token()));
    }

    @Override
    public void failed(UpstreamCall upstream, UpstreamFailure failure) {
        end(new Outcome.Failed(failure.status(), failure.token()));
    }

    /** @param outcome for those who have nothing yet */
    private void end(Outcome outcome) {
        List<Waiting> waited;
        List<StoredResponse> all;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            waited = List.copyOf(waiters);
            waiters.clear();
            all = parts;
        }
        source.tier().large().runs().remove(this);
        source.tier().room().unreserve(reserved);
        reserved = 0;
        if (!all.isEmpty() && filling < all.size() || all.isEmpty() && outcome instanceof Outcome.Failed) {
            listener.filled("failed");
        }
        for (StoredResponse part : all.subList(filling, all.size())) {
            part.body().fail();
        }
        SegmentSource.release(all);
        waited.forEach(waiting ->
                waiting.waiter().executor().execute(() -> waiting.waiter().segments(outcome)));
    }
}
