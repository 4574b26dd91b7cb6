package org.popnet.edge;

import org.popnet.caching.ByteRange;
import org.popnet.caching.ByteRange.Requested;
import org.popnet.caching.Conditional;
import org.popnet.caching.Headers;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.wire.RequestHead;
import org.popnet.edge.wire.ResponseHead;

/**
 * Answers a GET or HEAD request from a response in memory: whole, in part, or with what its conditions ask for. Several
 * ranges at once are answered with the whole (RFC 9110 §14.2 lets a server), very many with 416.
 */
final class Answer {
    private static final int RANGES_MAX = 16;

    private final Edge edge;
    private final RequestHead request;
    private final StoredResponse response;
    private final String trace;

    /** @param response retained; given up by {@link #write} in the end */
    Answer(Edge edge, RequestHead request, StoredResponse response, String trace) {
        this.edge = edge;
        this.request = request;
        this.response = response;
        this.trace = trace;
    }

    void write(ResponseWriter writer) {
        long now = edge.clock().millis();
        Headers extra = Headers.of(
                "Age",
                Long.toString(response.freshness().ageSecondsAt(now)),
                "Cache-Status",
                trace,
                "Via",
                "1.1 " + edge.name());
        if (response.status() != 200) {
            whole(writer, extra);
            return;
        }
        switch (Conditional.evaluate(request.headers(), response.headers(), now)) {
            case NOT_MODIFIED -> without(writer, 304, notModifiedFields(), extra);
            case PRECONDITION_FAILED -> without(writer, 412, Headers.of("Content-Length", "0"), extra);
            case FULL -> range(writer, extra, now);
        }
    }

    private void range(ResponseWriter writer, Headers extra, long now) {
        long length = response.length();
        String field = request.method().equals("GET") ? request.headers().first("Range") : null;
        if (field == null || length < 0 || !Conditional.rangeApplies(request.headers(), response.headers(), now)) {
            whole(writer, extra);
            return;
        }
        if (field.chars().filter(c -> c == ',').count() >= RANGES_MAX) {
            unsatisfiable(writer, extra, length);
            return;
        }
        switch (ByteRange.parse(field, length, RANGES_MAX)) {
            case Requested.Whole _ -> whole(writer, extra);
            case Requested.Unsatisfiable _ -> unsatisfiable(writer, extra, length);
            case Requested.Parts(var parts) -> {
                if (parts.size() > 1) {
                    whole(writer, extra);
                } else {
                    ByteRange part = parts.getFirst();
                    Headers fields = response.headers().toBuilder()
                            .add("Content-Length", Long.toString(part.length()))
                            .add("Content-Range", part.contentRange(length))
                            .build();
                    writer.stored(206, response, ResponseHead.encode(206, fields), extra, part.first(), part.length());
                }
            }
        }
    }

    private void unsatisfiable(ResponseWriter writer, Headers extra, long length) {
        Headers fields = Headers.of("Content-Range", ByteRange.unsatisfiedContentRange(length), "Content-Length", "0");
        without(writer, 416, fields, extra);
    }

    private void whole(ResponseWriter writer, Headers extra) {
        writer.stored(response.status(), response, response.head(), extra, 0, response.headLength());
    }

    private void without(ResponseWriter writer, int status, Headers fields, Headers extra) {
        writer.empty(status, fields, extra);
        response.release();
    }

    /** RFC 9110 §15.4.5: what a 304 carries of the response it stands for. */
    private Headers notModifiedFields() {
        return response.headers()
                .without(name -> !name.equalsIgnoreCase("Cache-Control")
                        && !name.equalsIgnoreCase("CDN-Cache-Control")
                        && !name.equalsIgnoreCase("Content-Location")
                        && !name.equalsIgnoreCase("Date")
                        && !name.equalsIgnoreCase("ETag")
                        && !name.equalsIgnoreCase("Expires")
                        && !name.equalsIgnoreCase("Last-Modified")
                        && !name.equalsIgnoreCase("Vary"));
    }
}
