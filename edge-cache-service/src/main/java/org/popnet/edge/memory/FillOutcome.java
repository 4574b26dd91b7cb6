package org.popnet.edge.memory;

import java.util.List;

/** How a fill turned out for one of those who wait for it. */
public sealed interface FillOutcome {
    /**
     * Answer with this, whose body may still be growing.
     *
     * @param response retained for the receiver
     * @param kind how it came
     * @param forwardStatus what the tier behind answered; 0 if it did not
     * @param stored whether it is (to be) stored
     * @param opened to be run once a reader of the body is open, or will not be
     * @param segments of a large response that came with it, retained for the receiver
     */
    record Ready(
            StoredResponse response,
            Kind kind,
            int forwardStatus,
            boolean stored,
            Runnable opened,
            List<StoredResponse> segments)
            implements FillOutcome {
        /** Nobody answers with it. */
        public void drop() {
            opened.run();
            response.release();
            segments.forEach(StoredResponse::release);
        }
    }

    /** How a response came to be ready. */
    enum Kind {
        FETCHED,
        REVALIDATED,
        /** the origin failed; this is what was there */
        STALE_ON_ERROR
    }

    /** It is of no use to this request: look again, and fetch for itself alone if there is still nothing. */
    record Alone() implements FillOutcome {}

    /**
     * There is no response.
     *
     * @param status what to answer: 502, 503 or 504
     * @param reason a token
     */
    record Failed(int status, String reason) implements FillOutcome {}
}
