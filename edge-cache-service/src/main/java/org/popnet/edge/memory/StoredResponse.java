package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.RepresentationVersion;
import org.popnet.caching.Vary;
import org.popnet.edge.wire.ResponseHead;

/**
 * A response that requests are answered from, stored or still on its way. Immutable but for its body's growth; whoever
 * holds one must have retained it.
 */
public final class StoredResponse implements Entry {
    /** What key, headers, head and bookkeeping take on heap, beside the head's own bytes: measured, rounded up. */
    private static final int OVERHEAD_BYTES = 700;

    private final CacheKey key;
    private final int status;
    private final Headers headers;
    private final byte[] head;
    private final long headLength;
    private final Freshness freshness;
    private final Vary vary;
    private final List<String> tags;
    private final Body body;
    private final Runnable consumed;
    private final @Nullable String forwardTrace;
    private final @Nullable RepresentationVersion version;

    /**
     * @param headers end to end, without {@code Age}, {@code Content-Length}, {@code Cache-Status} and {@code
     *     Surrogate-Key}
     * @param forwardTrace the {@code Cache-Status} of the caches that the fetch went through: true of the requests that
     *     waited for it, not of later hits
     * @param tags surrogate keys it can be flushed by
     * @param consumed run after each read of the body while it grows
     */
    StoredResponse(
            CacheKey key,
            int status,
            Headers headers,
            Freshness freshness,
            Vary vary,
            List<String> tags,
            Body body,
            @Nullable String forwardTrace,
            Runnable consumed) {
        this.key = key;
        this.status = status;
        this.headers = headers;
        this.freshness = freshness;
        this.vary = vary;
        this.tags = tags;
        this.body = body;
        this.forwardTrace = forwardTrace;
        this.consumed = consumed;
        this.headLength = body.length();
        this.version = versionOf(headers, body);
        boolean bodiless = status == 204 || status == 304;
        this.head = ResponseHead.encode(
                status,
                headLength < 0 || bodiless ? headers : headers.with("Content-Length", Long.toString(headLength)));
    }

    private static @Nullable RepresentationVersion versionOf(Headers headers, Body body) {
        if (body.state() == Body.State.ELSEWHERE) {
            return RepresentationVersion.of(headers, body.length());
        }
        ContentRange part = ContentRange.of(headers);
        return part == null ? null : RepresentationVersion.of(headers, part.whole());
    }

    /** This response with another body of the same bytes; takes over the caller's share of it. */
    StoredResponse withBody(CacheKey newKey, Body newBody) {
        return new StoredResponse(newKey, status, headers, freshness, vary, tags, newBody, null, () -> {});
    }

    /**
     * This response brought up to date by a later one that confirms it: a 304 (RFC 9111 §4.3.4), or a 200 to HEAD (§4.3.5).
     * The caller is the new one's first holder.
     *
     * @param tagged whether surrogate keys count
     * @param begunMs when the request that brought the later one was sent
     */
    StoredResponse freshened(Headers received, CachePolicy policy, boolean tagged, long begunMs, long nowMs) {
        Headers updated =
                Freshening.update(headers, Received.dated(received, nowMs)).without(Received::notStored);
        String age = received.first("Age");
        body.tryRetain();
        return new StoredResponse(
                key,
                status,
                updated,
                Freshness.of(status, age == null ? updated : updated.with("Age", age), policy, begunMs, nowMs),
                Vary.of(updated),
                tagged && received.contains("Surrogate-Key") ? Received.tags(received) : tags,
                body,
                received.combined("Cache-Status"),
                () -> {});
    }

    public int status() {
        return status;
    }

    public Headers headers() {
        return headers;
    }

    /** The pre-encoded status line and fields, with {@link #headLength} if known, without the empty line. */
    public byte[] head() {
        return head;
    }

    /**
     * The length that {@link #head} declares, or -1 if it was not known when the head was made: then it is not declared
     * even if the body is whole by now.
     */
    public long headLength() {
        return headLength;
    }

    public @Nullable String forwardTrace() {
        return forwardTrace;
    }

    public Freshness freshness() {
        return freshness;
    }

    /** The body's length in bytes, or -1 while it is not known. */
    public long length() {
        return body.length();
    }

    /** Whether the body is all there. */
    public boolean isWhole() {
        return body.state() == Body.State.COMPLETE;
    }

    /** Appends a part of the body; only if {@link #isWhole}. */
    public void copyTo(ByteBuf out, long from, int length) {
        body.copyTo(out, from, length);
    }

    /** A reader of the body's bytes from here to there (exclusive); close it before releasing this. */
    public BodyReader read(long from, long end, EventExecutor executor, Runnable progress) {
        return new BodyCursor(body, from, end, executor, progress, consumed);
    }

    /**
     * Whether this is the head of a large response, whose body is kept by segments (RFC 9111 §3.3): there is nothing to
     * {@link #read} here.
     */
    public boolean segmented() {
        return body.state() == Body.State.ELSEWHERE;
    }

    /** Of a large response, or of one of its segments; else null. */
    public @Nullable RepresentationVersion version() {
        return version;
    }

    CacheKey key() {
        return key;
    }

    Vary vary() {
        return vary;
    }

    List<String> tags() {
        return tags;
    }

    Body body() {
        return body;
    }

    /** Makes the caller a holder, unless the last one has gone. */
    public boolean tryRetain() {
        return body.tryRetain();
    }

    public void release() {
        body.release();
    }

    @Override
    public long weight() {
        return body.occupied() + 2L * head.length + 2L * key.target().length() + OVERHEAD_BYTES;
    }
}
