package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.ByteRange.Requested;
import org.popnet.caching.Conditional;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.wire.RequestHead;
import org.popnet.edge.wire.ResponseHead;

/**
 * Answers a GET or HEAD request from a response in memory: whole, in part, or with what its conditions ask for. Several
 * ranges are answered with a part each, unless the body is still coming or the parts were more than the whole: then with
 * the whole (RFC 9110 §14.2 lets a server); very many with 416.
 */
final class Answer {
    private static final int RANGES_MAX = 16;

    private final OwnFields own;
    private final RequestHead request;
    private final StoredResponse response;
    private final @Nullable String trace;
    private final long nowMs;

    /**
     * @param response retained; given up by {@link #write} in the end
     * @param trace how it came, for {@code Cache-Status}; null if it was there
     */
    Answer(OwnFields own, RequestHead request, StoredResponse response, @Nullable String trace, long nowMs) {
        this.own = own;
        this.request = request;
        this.response = response;
        this.trace = trace;
        this.nowMs = nowMs;
    }

    /** The fields that this edge adds. */
    void writeOwn(ByteBuf out) {
        Freshness freshness = response.freshness();
        if (trace == null) {
            own.hit(out, freshness.ageSecondsAt(nowMs), freshness.ttlSecondsAt(nowMs));
        } else {
            own.traced(out, freshness.ageSecondsAt(nowMs), trace);
        }
    }

    void write(ResponseWriter writer) {
        if (response.status() != 200) {
            whole(writer);
            return;
        }
        switch (Conditional.evaluate(request.headers(), response.headers(), nowMs)) {
            case NOT_MODIFIED -> without(writer, 304, notModifiedFields());
            case PRECONDITION_FAILED -> without(writer, 412, Headers.of("Content-Length", "0"));
            case FULL -> range(writer);
        }
    }

    private void range(ResponseWriter writer) {
        long length = response.length();
        String field = request.method().equals("GET") ? request.headers().first("Range") : null;
        if (field == null || length < 0 || !Conditional.rangeApplies(request.headers(), response.headers(), nowMs)) {
            whole(writer);
            return;
        }
        if (field.chars().filter(c -> c == ',').count() >= RANGES_MAX) {
            unsatisfiable(writer, length);
            return;
        }
        switch (ByteRange.parse(field, length, RANGES_MAX)) {
            case Requested.Whole _ -> whole(writer);
            case Requested.Unsatisfiable _ -> unsatisfiable(writer, length);
            case Requested.Parts(var parts) -> {
                if (parts.size() > 1) {
                    several(writer, parts, length);
                } else {
                    ByteRange part = parts.getFirst();
                    Headers fields = response.headers().toBuilder()
                            .add("Content-Length", Long.toString(part.length()))
                            .add("Content-Range", part.contentRange(length))
                            .build();
                    writer.stored(206, response, ResponseHead.encode(206, fields), this, part.first(), part.length());
                }
            }
        }
    }

    private void several(ResponseWriter writer, List<ByteRange> ranges, long length) {
        long asked = ranges.stream().mapToLong(ByteRange::length).sum();
        if (!response.isWhole() || asked > length) {
            whole(writer);
            return;
        }
        RangeParts parts = new RangeParts(
                ranges,
                response.headers().first("Content-Type"),
                length,
                UUID.randomUUID().toString());
        Headers fields = response.headers()
                .with("Content-Type", parts.contentType())
                .with("Content-Length", Long.toString(parts.length()));
        writer.several(response, ResponseHead.encode(206, fields), this, parts);
    }

    private void unsatisfiable(ResponseWriter writer, long length) {
        Headers fields = Headers.of("Content-Range", ByteRange.unsatisfiedContentRange(length), "Content-Length", "0");
        without(writer, 416, fields);
    }

    private void whole(ResponseWriter writer) {
        writer.stored(response.status(), response, response.head(), this, 0, response.headLength());
    }

    private void without(ResponseWriter writer, int status, Headers fields) {
        writer.empty(status, fields, this);
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
