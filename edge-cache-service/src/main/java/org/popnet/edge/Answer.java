package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.ByteRange.Requested;
import org.popnet.caching.Conditional;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.edge.memory.BodyReader;
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
    private @Nullable String trace;
    private final long nowMs;
    private final Plan plan;
    private @Nullable Content content;

    /** Where a body is read from that is not the response's own. */
    interface Content {
        BodyReader read(long from, long end, Runnable progress);
    }

    private static final Plan WHOLE = new Plan.Whole();

    /** What of the response is sent. */
    private sealed interface Plan {
        record Whole() implements Plan {}

        record Part(ByteRange part, long length) implements Plan {}

        record Several(List<ByteRange> parts, long length) implements Plan {}

        record Without(int status, Headers fields) implements Plan {}
    }

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
        this.plan = plan();
    }

    /** Has the body read from there. */
    void readFrom(Content source) {
        content = source;
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

    /** The parts of the body that it sends, in order; none for an answer without a body. */
    List<ByteRange> wanted() {
        if (request.method().equals("HEAD")) {
            return List.of();
        }
        return switch (plan) {
            case Plan.Whole() -> List.of(new ByteRange(0, response.length() - 1));
            case Plan.Part(ByteRange part, long length) -> List.of(part);
            case Plan.Several(List<ByteRange> parts, long length) -> parts;
            case Plan.Without(int status, Headers fields) -> List.of();
        };
    }

    /** How it came, for {@code Cache-Status}. */
    void traced(String how) {
        trace = how;
    }

    void write(ResponseWriter writer) {
        switch (plan) {
            case Plan.Whole() ->
                writer.stored(response.status(), response, response.head(), this, 0, response.headLength());
            case Plan.Part(ByteRange part, long length) -> {
                Headers fields = response.headers().toBuilder()
                        .add("Content-Length", Long.toString(part.length()))
                        .add("Content-Range", part.contentRange(length))
                        .build();
                writer.stored(206, response, ResponseHead.encode(206, fields), this, part.first(), part.length());
            }
            case Plan.Several(List<ByteRange> ranges, long length) -> several(writer, ranges, length);
            case Plan.Without(int status, Headers fields) -> {
                writer.empty(status, fields, this);
                response.release();
            }
        }
    }

    /** A reader of the body's bytes from here to there (exclusive). */
    BodyReader read(long from, long end, EventExecutor executor, Runnable progress) {
        Content kept = content;
        return kept == null ? response.read(from, end, executor, progress) : kept.read(from, end, progress);
    }

    private Plan plan() {
        if (response.status() != 200) {
            return WHOLE;
        }
        return switch (Conditional.evaluate(request.headers(), response.headers(), nowMs)) {
            case NOT_MODIFIED -> new Plan.Without(304, notModifiedFields());
            case PRECONDITION_FAILED -> new Plan.Without(412, Headers.of("Content-Length", "0"));
            case FULL -> range();
        };
    }

    private Plan range() {
        long length = response.length();
        String field = request.method().equals("GET") ? request.headers().first("Range") : null;
        if (field == null || length < 0 || !Conditional.rangeApplies(request.headers(), response.headers(), nowMs)) {
            return WHOLE;
        }
        if (field.chars().filter(c -> c == ',').count() >= RANGES_MAX) {
            return unsatisfiable(length);
        }
        return switch (ByteRange.parse(field, length, RANGES_MAX)) {
            case Requested.Whole _ -> WHOLE;
            case Requested.Unsatisfiable _ -> unsatisfiable(length);
            case Requested.Parts(var parts) -> {
                if (parts.size() == 1) {
                    yield new Plan.Part(parts.getFirst(), length);
                }
                long asked = parts.stream().mapToLong(ByteRange::length).sum();
                boolean there = response.isWhole() || response.segmented();
                yield there && asked <= length ? new Plan.Several(parts, length) : WHOLE;
            }
        };
    }

    private void several(ResponseWriter writer, List<ByteRange> ranges, long length) {
        RangeParts parts = new RangeParts(ranges, response.headers().first("Content-Type"), length, own.boundary());
        Headers fields = response.headers()
                .with("Content-Type", parts.contentType())
                .with("Content-Length", Long.toString(parts.length()));
        writer.several(response, ResponseHead.encode(206, fields), this, parts);
    }

    private static Plan unsatisfiable(long length) {
        return new Plan.Without(
                416, Headers.of("Content-Range", ByteRange.unsatisfiedContentRange(length), "Content-Length", "0"));
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
