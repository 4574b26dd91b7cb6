package org.popnet.caching;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Conditional requests (RFC 9110 §13): a client's, answered from a stored response, and a cache's own. */
public final class Conditional {
    private Conditional() {}

    /** What a client's conditions leave to be answered. */
    public enum Answer {
        /** as without conditions */
        FULL,
        /** 304 */
        NOT_MODIFIED,
        /** 412 */
        PRECONDITION_FAILED
    }

    /**
     * Evaluates a GET or HEAD request's conditions on a stored 200 response, in the order of RFC 9110 §13.2.2 and as
     * RFC 9111 §4.3.2 has caches do. Invalid dates and more than one date are ignored.
     */
    public static Answer evaluate(Headers request, Headers stored, long nowMs) {
        if (!isConditional(request)) {
            return Answer.FULL;
        }
        EntityTag tag = EntityTag.of(stored);
        Instant now = Instant.ofEpochMilli(nowMs);
        if (request.contains("If-Match")) {
            if (!EntityTag.anyStronglyEqual(request.members("If-Match"), tag)) {
                return Answer.PRECONDITION_FAILED;
            }
        } else {
            Instant unmodifiedSince = date(request, "If-Unmodified-Since", now);
            Instant modified = date(stored, "Last-Modified", now);
            if (unmodifiedSince != null && modified != null && modified.isAfter(unmodifiedSince)) {
                return Answer.PRECONDITION_FAILED;
            }
        }
        if (request.contains("If-None-Match")) {
            return EntityTag.anyWeaklyEqual(request.members("If-None-Match"), tag) ? Answer.NOT_MODIFIED : Answer.FULL;
        }
        Instant since = date(request, "If-Modified-Since", now);
        if (since != null) {
            // RFC 9111 §4.3.2: without Last-Modified, Date; without that, the request stays unanswered by it.
            Instant modified = date(stored, "Last-Modified", now);
            Instant reference = modified != null ? modified : date(stored, "Date", now);
            if (reference != null && !reference.isAfter(since)) {
                return Answer.NOT_MODIFIED;
            }
        }
        return Answer.FULL;
    }

    /** Whether the request carries any condition, {@code If-Range} included. */
    public static boolean isConditional(Headers request) {
        return request.contains("If-None-Match")
                || request.contains("If-Modified-Since")
                || request.contains("If-Match")
                || request.contains("If-Unmodified-Since")
                || request.contains("If-Range");
    }

    /** Whether a field name is one of the conditional request fields or {@code Range}. */
    public static boolean isConditionOrRange(String name) {
        return name.equalsIgnoreCase("If-None-Match")
                || name.equalsIgnoreCase("If-Modified-Since")
                || name.equalsIgnoreCase("If-Match")
                || name.equalsIgnoreCase("If-Unmodified-Since")
                || name.equalsIgnoreCase("If-Range")
                || name.equalsIgnoreCase("Range");
    }

    /** Whether a stored response has something to be validated by. */
    public static boolean validatable(Headers stored) {
        return stored.contains("ETag") || stored.contains("Last-Modified");
    }

    /** The fields that ask whether the stored response still holds (RFC 9111 §4.3.1); empty if it has no validator. */
    public static Headers revalidation(Headers stored) {
        Headers.Builder fields = Headers.builder();
        String tag = stored.first("ETag");
        if (tag != null) {
            fields.add("If-None-Match", tag);
        }
        String modified = stored.first("Last-Modified");
        if (modified != null) {
            fields.add("If-Modified-Since", modified);
        }
        return fields.build();
    }

    /**
     * Whether the {@code Range} of a request applies to the stored response (RFC 9110 §13.1.5): its {@code If-Range}
     * is absent, or equal to the stored strong validator. A date is strong if it is at least one second older than the
     * response (§8.8.2.2).
     */
    public static boolean rangeApplies(Headers request, Headers stored, long nowMs) {
        String condition = request.first("If-Range");
        if (condition == null) {
            return true;
        }
        EntityTag theirs = EntityTag.parse(condition);
        if (theirs != null) {
            EntityTag mine = EntityTag.of(stored);
            return mine != null && mine.stronglyEquals(theirs);
        }
        Instant now = Instant.ofEpochMilli(nowMs);
        Instant since = HttpDates.parse(condition.strip(), now);
        Instant modified = date(stored, "Last-Modified", now);
        Instant made = date(stored, "Date", now);
        return since != null
                && modified != null
                && since.equals(modified)
                && made != null
                && made.getEpochSecond() - modified.getEpochSecond() >= 1;
    }

    private static @Nullable Instant date(Headers headers, String name, Instant now) {
        String value = headers.count(name) == 1 ? headers.first(name) : null;
        return value == null ? null : HttpDates.parse(value.strip(), now);
    }
}
