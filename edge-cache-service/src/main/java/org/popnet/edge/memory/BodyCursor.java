package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

/** One reader's place in a {@link Body}; used on the reader's executor only, where it is also called back. */
final class BodyCursor implements BodyReader {
    private final Body body;
    private final EventExecutor executor;
    private final Runnable progress;
    private final Runnable consumed;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final long end;
    private volatile long position;
    private boolean closed;

    /**
     * @param body owned by the caller as long as this is open
     * @param end where to stop reading; {@link Long#MAX_VALUE} for all there is
     * @param progress run on the executor when there may be more to read, or the body has ended or broken
     * @param consumed run after each read, for the writer's flow control
     */
    BodyCursor(Body body, long from, long end, EventExecutor executor, Runnable progress, Runnable consumed) {
        this.body = body;
        this.position = from;
        this.end = end;
        this.executor = executor;
        this.progress = progress;
        this.consumed = consumed;
        if (body.state() == Body.State.GROWING) {
            body.add(this);
        }
    }

    void wake() {
        if (woken.compareAndSet(false, true)) {
            executor.execute(() -> {
                woken.set(false);
                if (!closed) {
                    progress.run();
                }
            });
        }
    }

    long position() {
        return position;
    }

    /** The state is read first: it never precedes its bytes. */
    @Override
    public boolean atEnd() {
        return position >= end || body.state() == Body.State.COMPLETE && position >= body.available();
    }

    @Override
    public boolean broken() {
        return body.state() == Body.State.BROKEN && !readable();
    }

    @Override
    public boolean readable() {
        return Math.min(end, body.available()) > position;
    }

    @Override
    public ByteBuf read() {
        long from = position;
        ByteBuf slice = body.slice(from, end - from);
        position = from + slice.readableBytes();
        consumed.run();
        return slice;
    }

    @Override
    public ReferenceCounted readForSocket() {
        long from = position;
        FileRegion region = body.region(from, end - from);
        if (region == null) {
            return read();
        }
        position = from + region.count();
        consumed.run();
        return region;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            body.remove(this);
            consumed.run();
        }
    }
}
