package org.popnet.fetch.serve;

import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Conditional;
import org.popnet.caching.Headers;

/**
 * Which status and which part of a body a request gets of a known response.
 *
 * @param status to answer with
 * @param first where the part begins; 0 if there is no body
 * @param count bytes of the part; -1 for all of a body of unknown length
 * @param contentRange the field's value for 206 and 416, else null
 */
record Plan(int status, long first, long count, @Nullable String contentRange) {

    /**
     * Evaluates the request's conditions and range. Several ranges in one request are answered with the whole, as RFC
     * 9110 §14.2 allows: edges ask for one.
     *
     * @param length of the whole body, or -1 if it is not known yet: ranges are ignored then
     */
    static Plan of(FetchRequest request, int status, Headers stored, long length, long nowMs) {
        Plan whole = new Plan(status, 0, length, null);
        if (status != 200) {
            return whole;
        }
        switch (Conditional.evaluate(request.headers(), stored, nowMs)) {
            case NOT_MODIFIED -> {
                return new Plan(304, 0, 0, null);
            }
            case PRECONDITION_FAILED -> {
                return new Plan(412, 0, 0, null);
            }
            case FULL -> {}
        }
        String range = request.headers().count("Range") == 1 ? request.headers().first("Range") : null;
        if (range == null
                || length < 0
                || request.head()
                || !Conditional.rangeApplies(request.headers(), stored, nowMs)) {
            return whole;
        }
        return switch (ByteRange.parse(range, length, 1)) {
            case ByteRange.Requested.Whole w -> whole;
            case ByteRange.Requested.Unsatisfiable u -> new Plan(416, 0, 0, ByteRange.unsatisfiedContentRange(length));
            case ByteRange.Requested.Parts parts -> {
                ByteRange part = parts.ranges().getFirst();
                yield new Plan(206, part.first(), part.length(), part.contentRange(length));
            }
        };
    }

    boolean partial() {
        return status == 206;
    }
}
