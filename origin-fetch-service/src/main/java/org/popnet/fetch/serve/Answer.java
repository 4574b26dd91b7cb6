package org.popnet.fetch.serve;

import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;

/** What a request is answered with, and where the body comes from; closed by whoever writes it. */
sealed interface Answer extends AutoCloseable {
    /** This cache's member of {@code Cache-Status}. */
    String cacheStatus();

    /** For the metric. */
    Result result();

    @Override
    default void close() {}

    /** How requests end. */
    enum Result {
        HIT,
        STALE,
        REVALIDATED,
        MISS,
        COLLAPSED,
        PASS,
        ERROR
    }

    /** From the disk. */
    record Stored(StoredObject object, Plan plan, Result result, String cacheStatus) implements Answer {
        @Override
        public void close() {
            object.close();
        }
    }

    /** From a body that is still arriving. */
    record Filling(Fill.Reader reader, StoredHead head, Plan plan, Result result, String cacheStatus)
            implements Answer {
        @Override
        public void close() {
            reader.close();
        }
    }

    /** Segment by segment. */
    record Large(LargeBody body, Plan plan, Result result, String cacheStatus) implements Answer {
        @Override
        public void close() {
            body.close();
        }
    }

    /**
     * Straight from a customer's server, unstored.
     *
     * @param headers its fields, dated
     */
    record Passing(OriginResponse response, Headers headers, String cacheStatus) implements Answer {
        @Override
        public Result result() {
            return Result.PASS;
        }

        @Override
        public void close() {
            response.close();
        }
    }

    /** An error of this node's own. */
    record Refused(int status, String message, String cacheStatus) implements Answer {
        @Override
        public Result result() {
            return Result.ERROR;
        }
    }
}
