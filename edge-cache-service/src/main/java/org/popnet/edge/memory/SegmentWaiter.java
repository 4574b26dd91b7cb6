package org.popnet.edge.memory;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that waits for a segment of a large response. */
public interface SegmentWaiter {
    /** Where it is called back. */
    EventExecutor executor();

    void segments(Outcome outcome);

    /** What came of it. */
    sealed interface Outcome {
        /**
         * The segment, and those fetched together with it, which may still be growing.
         *
         * @param pieces in order, retained for the receiver; one piece from where was asked if it is not kept
         * @param trace the {@code Cache-Status} of the caches behind, or null
         * @param stored whether they are kept
         */
        record Begun(List<StoredResponse> pieces, @Nullable String trace, boolean stored) implements Outcome {}

        /** It has ended meanwhile: look again. */
        record Again() implements Outcome {}

        /** There is another version now, and what was stored of this one has been forgotten. */
        record Changed() implements Outcome {}

        /**
         * It cannot be had.
         *
         * @param status what to answer: 502, 503 or 504
         * @param reason a token
         */
        record Failed(int status, String reason) implements Outcome {}
    }
}
