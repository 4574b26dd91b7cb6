package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.edge.memory.SegmentWaiter.Outcome;
import org.popnet.edge.upstream.ResponseListener;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamFailure;

/** A part of a large response for one request alone, at its client's speed: when memory has no room for its segments. */
public final class DirectPart implements ResponseListener {
    private final SegmentSource source;
    private final ByteRange range;
    private final SegmentWaiter waiter;
    private final EventExecutor loop;
    private @Nullable StoredResponse part;
    private @Nullable Window window;
    private boolean over;

    /**
     * @param whole the head of what this is a part of
     * @param request the fields of the request that wants it
     * @param loop where the call runs
     */
    public DirectPart(
            MemoryTier tier,
            StoredResponse whole,
            ByteRange range,
            Headers request,
            CachePolicy policy,
            SegmentWaiter waiter,
            EventExecutor loop) {
        this.source = new SegmentSource(
                tier, whole, request, policy, tier.epoch(whole.key().site()), tier.now());
        this.range = range;
        this.waiter = waiter;
        this.loop = loop;
    }

    @Override
    public void head(UpstreamCall upstream, int status, Headers received) {
        long now = source.tier().now();
        Headers fields = source.combined(status, received, range, now);
        if (fields != null) {
            Body body = new Body(source.tier().memory(), range.length());
            Window flowing = new Window(body, upstream, loop, () -> broken());
            StoredResponse begun = source.part(
                    source.key(), range, fields, source.freshness(fields, received, now), body, flowing::relieve);
            part = begun;
            window = flowing;
            begun.tryRetain();
            Runnable opened = body.promise();
            waiter.executor().execute(() -> {
                waiter.segments(new Outcome.Begun(List.of(begun), received.combined("Cache-Status"), false));
                opened.run();
                flowing.relieve(); // should nobody read after all
            });
            return;
        }
        upstream.abort();
        if (Freshness.isError(status)) {
            tell(new Outcome.Failed(status == 500 ? 502 : status, "status-" + status));
        } else {
            source.tier().large().changed(source, source.misunderstood(status, received, range));
            tell(new Outcome.Changed());
        }
    }

    private void tell(Outcome outcome) {
        over = true;
        waiter.executor().execute(() -> waiter.segments(outcome));
    }

    @Override
    public void content(ByteBuf bytes) {
        StoredResponse begun = part;
        Window flowing = window;
        if (begun != null && flowing != null && !over) {
            Body body = begun.body();
            // A part without a length of its own may go on beyond its range: that is nobody's.
            body.append(bytes.readSlice((int) Math.min(bytes.readableBytes(), range.length() - body.available())));
            flowing.flow();
        }
    }

    @Override
    public void end() {
        StoredResponse begun = part;
        if (begun != null && begun.body().available() == range.length()) {
            begun.body().complete();
            close(begun);
        } else {
            broken();
        }
    }

    @Override
    public void failed(UpstreamCall upstream, UpstreamFailure failure) {
        if (part == null && !over) {
            tell(new Outcome.Failed(failure.status(), failure.token()));
        } else {
            broken();
        }
    }

    private void broken() {
        StoredResponse begun = part;
        if (begun != null && !over) {
            begun.body().fail();
            close(begun);
        }
    }

    private void close(StoredResponse begun) {
        over = true;
        if (window != null) {
            window.close();
        }
        begun.release();
    }
}
