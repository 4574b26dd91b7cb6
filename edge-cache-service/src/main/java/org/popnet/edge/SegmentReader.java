package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Segments;
import org.popnet.edge.memory.BodyReader;
import org.popnet.edge.memory.SegmentWaiter;
import org.popnet.edge.memory.StoredResponse;

/**
 * Reads a part of a large response segment by segment: from memory, from a fetch that runs, or from one of its own. Where a
 * fetch breaks off it goes on with the segment it broke in; where there turns out to be another version, it breaks off
 * itself. On its client's event loop.
 */
final class SegmentReader implements BodyReader, SegmentWaiter {
    /** Looks at a segment that come to nothing, because something changes each time. */
    private static final int ROUNDS_MAX = 8;

    /** Pieces that break off without one in between that is whole. */
    private static final int FAILURES_MAX = 3;

    private final Behind behind;
    private final Edge edge;
    private final StoredResponse whole;
    private final EventExecutor executor;
    private final long end;
    private final Deque<StoredResponse> held = new ArrayDeque<>();
    private Runnable progress = () -> {};
    private long position;
    private @Nullable StoredResponse piece;
    private @Nullable BodyReader inner;
    private String source = "memory";
    private int rounds;
    private int failures;
    private boolean closed;
    private @Nullable Outcome given;
    private @Nullable String trace;
    private boolean forwarded;
    private boolean joined;
    private boolean stored;

    /**
     * @param whole its head, retained by the caller as long as this is open
     * @param segments of it that are there already, retained; this sees to their release
     */
    SegmentReader(
            Behind behind,
            Edge edge,
            StoredResponse whole,
            ByteRange part,
            List<StoredResponse> segments,
            EventExecutor executor) {
        this.behind = behind;
        this.edge = edge;
        this.whole = whole;
        this.position = part.first();
        this.end = part.last() + 1;
        this.executor = executor;
        held.addAll(segments);
    }

    /** Begins; {@code progress} is run when there is something to read, or never will be. */
    void open(Runnable run) {
        progress = run;
        next();
    }

    void onProgress(Runnable run) {
        progress = run;
    }

    /** Whether there is a piece to read from, now or soon. */
    boolean opened() {
        return inner != null;
    }

    /** Why there is nothing, or nothing more, to read; null if there is. */
    @Nullable Outcome given() {
        return given;
    }

    /** Whether a request has gone forward for the first piece, or one was joined. */
    boolean forwarded() {
        return forwarded;
    }

    /** Whether what came for the first piece is kept. */
    boolean stored() {
        return stored;
    }

    /** Whether the first piece came by another request's fetch. */
    boolean joined() {
        return joined;
    }

    /** The {@code Cache-Status} of the caches that the first piece came through, or null. */
    @Nullable String trace() {
        return trace;
    }

    @Override
    public EventExecutor executor() {
        return executor;
    }

    /** Finds what begins at the position. */
    private void next() {
        for (StoredResponse found = there(); found != null; found = there()) {
            read(found);
            BodyReader reading = inner;
            if (reading != null && !reading.broken()) {
                return;
            }
            drop();
            if (++failures > FAILURES_MAX) {
                giveUp(new Outcome.Failed(502, "broken"));
                return;
            }
        }
        forwarded = true;
        if (++rounds > ROUNDS_MAX) {
            behind.direct(whole, new ByteRange(position, end - 1), this);
        } else {
            joined = behind.segment(whole, position, end - 1, this);
        }
    }

    /** What is there, or coming, of what begins at the position; null if it is to be asked for. */
    private @Nullable StoredResponse there() {
        while (!held.isEmpty()) {
            StoredResponse first = held.removeFirst();
            if (covers(first)) {
                return first;
            }
            first.release();
        }
        StoredResponse stored = edge.memory().large().segment(whole, Segments.at(position));
        source = stored == null ? source : "memory";
        return stored;
    }

    private boolean covers(StoredResponse part) {
        ContentRange range = ContentRange.of(part.headers());
        return range != null && range.first() <= position && position <= range.last();
    }

    private void read(StoredResponse part) {
        ContentRange range = ContentRange.of(part.headers());
        if (range == null) {
            throw new IllegalStateException("a part without Content-Range");
        }
        piece = part;
        inner = part.read(
                position - range.first(), Math.min(end, range.last() + 1) - range.first(), executor, this::progressed);
    }

    private void progressed() {
        BodyReader reading = inner;
        if (reading != null && reading.broken()) {
            brokenOff();
            if (inner == null) {
                return; // told when it is there
            }
        }
        progress.run();
    }

    /** Goes on where a piece has broken off. */
    private void brokenOff() {
        drop();
        if (++failures > FAILURES_MAX) {
            giveUp(new Outcome.Failed(502, "broken"));
        } else {
            next();
        }
    }

    private void drop() {
        BodyReader reading = inner;
        inner = null;
        if (reading != null) {
            reading.close();
        }
        StoredResponse part = piece;
        piece = null;
        if (part != null) {
            part.release();
        }
    }

    private void releaseHeld() {
        held.forEach(StoredResponse::release);
        held.clear();
    }

    private void giveUp(Outcome outcome) {
        given = outcome;
        progress.run();
    }

    @Override
    public void segments(Outcome outcome) {
        switch (outcome) {
            case Outcome.Begun(List<StoredResponse> pieces, String cacheStatus, boolean kept)
            when closed -> pieces.forEach(StoredResponse::release);
            case Outcome.Begun(List<StoredResponse> pieces, String cacheStatus, boolean kept) -> {
                stored = kept;
                held.addAll(pieces);
                source = joined ? "fill" : "upstream";
                trace = cacheStatus;
                rounds = 0;
                next();
                progress.run();
            }
            case Outcome.Again() -> {
                if (!closed) {
                    next();
                    if (inner != null) {
                        progress.run();
                    }
                }
            }
            case Outcome.Changed _, Outcome.Failed _ -> {
                if (!closed) {
                    giveUp(outcome);
                }
            }
        }
    }

    @Override
    public boolean atEnd() {
        return position >= end;
    }

    @Override
    public boolean broken() {
        return given != null;
    }

    @Override
    public boolean readable() {
        BodyReader reading = inner;
        return reading != null && reading.readable();
    }

    @Override
    public ByteBuf read() {
        BodyReader reading = reading();
        ByteBuf bytes = reading.read();
        passed(reading, bytes.readableBytes());
        return bytes;
    }

    @Override
    public ReferenceCounted readForSocket() {
        BodyReader reading = reading();
        ReferenceCounted bytes = reading.readForSocket();
        passed(reading, bytes instanceof FileRegion region ? region.count() : ((ByteBuf) bytes).readableBytes());
        return bytes;
    }

    private BodyReader reading() {
        BodyReader reading = inner;
        if (reading == null) {
            throw new IllegalStateException("nothing to read at " + position);
        }
        return reading;
    }

    private void passed(BodyReader reading, long count) {
        position += count;
        edge.metrics().large(source, count);
        if (reading.atEnd()) {
            failures = 0;
            drop();
            if (position < end) {
                next();
            }
        } else if (reading.broken()) {
            brokenOff(); // it had broken before it was opened: nobody says so any more
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            drop();
            releaseHeld();
        }
    }
}
