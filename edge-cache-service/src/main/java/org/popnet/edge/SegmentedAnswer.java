package org.popnet.edge;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Segments;
import org.popnet.edge.memory.BodyReader;
import org.popnet.edge.memory.SegmentWaiter.Outcome;
import org.popnet.edge.memory.StoredResponse;

/**
 * An answer whose body is put together of segments. It begins when the first of them is there or on its way: until then
 * there may still be another version, or an error, to answer with.
 */
final class SegmentedAnswer implements Answer.Content {
    /** Hears, once, how it begins. */
    interface Begun {
        /** @param first what is known of the way the first piece came; null if all that is wanted is in memory */
        void begins(@Nullable SegmentReader first);

        void changed();

        void failed(int status, String reason);
    }

    private final Behind behind;
    private final Edge edge;
    private final StoredResponse whole;
    private final EventExecutor executor;
    private final SegmentReader first;
    private final boolean held;
    private final Begun begun;
    private boolean used;
    private boolean told;

    /**
     * @param whole retained; when the answer begins it is the caller's again
     * @param wanted the parts of the answer, one or more
     * @param segments that are there already, retained; this sees to their release
     */
    SegmentedAnswer(
            Behind behind,
            Edge edge,
            StoredResponse whole,
            List<ByteRange> wanted,
            List<StoredResponse> segments,
            EventExecutor executor,
            Begun begun) {
        this.behind = behind;
        this.edge = edge;
        this.whole = whole;
        this.executor = executor;
        this.begun = begun;
        this.held = segments.isEmpty() && wanted.stream().allMatch(this::inMemory);
        this.first = new SegmentReader(behind, edge, whole, wanted.getFirst(), segments, executor);
    }

    private boolean inMemory(ByteRange part) {
        for (int segment = Segments.at(part.first()); segment <= Segments.at(part.last()); segment++) {
            if (!edge.memory().large().holds(whole, segment)) {
                return false;
            }
        }
        return true;
    }

    void open() {
        first.open(this::look);
        look();
    }

    private void look() {
        if (told) {
            return;
        }
        switch (first.given()) {
            case null -> {
                if (first.opened()) {
                    told = true;
                    begun.begins(held && !first.forwarded() ? null : first);
                }
            }
            case Outcome.Failed(int status, String reason) -> {
                close();
                begun.failed(status, reason);
            }
            default -> {
                close();
                begun.changed();
            }
        }
    }

    @Override
    public BodyReader read(long from, long end, Runnable progress) {
        if (!used) {
            used = true;
            first.onProgress(progress);
            return first;
        }
        SegmentReader next = new SegmentReader(behind, edge, whole, new ByteRange(from, end - 1), List.of(), executor);
        next.open(progress);
        return next;
    }

    /** Gives up, before it begins. */
    void close() {
        told = true;
        first.close();
        whole.release();
    }
}
