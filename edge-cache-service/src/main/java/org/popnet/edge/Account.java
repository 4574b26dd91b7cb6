package org.popnet.edge;

import org.jspecify.annotations.Nullable;
import org.popnet.edge.site.Site;
import org.popnet.edge.wire.RequestHead;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** What is noted of a request while it is answered, to be accounted when it is over. */
final class Account {
    private final Edge edge;
    private final RequestHead request;
    private final String client;
    private final long firstByteMs;
    private final long headNanos;
    private long firstByteNanos;
    private long bytesIn;
    private String host = "";
    private String path;
    private @Nullable Site site;
    private @Nullable String contentType;
    private CacheResult cache = CacheResult.LOCAL;

    /**
     * @param firstByteMs when the request's first byte came, milliseconds since the epoch
     * @param headNanos when its head was complete, monotonic
     */
    Account(Edge edge, RequestHead request, String client, long firstByteMs, long headNanos) {
        this.edge = edge;
        this.request = request;
        this.client = client;
        this.firstByteMs = firstByteMs;
        this.headNanos = headNanos;
        this.bytesIn = request.headBytes();
        this.path = request.target();
    }

    void subject(String asked, String target) {
        host = asked;
        path = target;
    }

    void site(Site found) {
        site = found;
        found.meter().began();
    }

    void cache(CacheResult result) {
        cache = result;
    }

    CacheResult cache() {
        return cache;
    }

    /** A response begins. */
    void begins(@Nullable String type) {
        contentType = type;
        firstByteNanos = edge.nanoTime().getAsLong();
    }

    void received(long bytes) {
        bytesIn += bytes;
    }

    /** @param bytesOut of head and body, handed to the connection */
    void finish(int status, long bytesOut) {
        long now = edge.nanoTime().getAsLong();
        long firstByte = firstByteNanos == 0 ? now : firstByteNanos;
        edge.metrics().finished(cache, status, bytesOut);
        Site found = site;
        if (found != null) {
            found.meter().sent(bytesOut);
            found.meter().ended();
            edge.meter().firstByte(firstByte - headNanos);
        }
        edge.log()
                .append(
                        found == null ? null : found.customer(),
                        new AccessRecord(
                                firstByteMs,
                                found == null ? host : found.name(),
                                client,
                                request.method(),
                                path,
                                request.minorVersion() == 1 ? "HTTP/1.1" : "HTTP/1.0",
                                status,
                                cache,
                                bytesOut,
                                bytesIn,
                                Math.max(0, firstByte - headNanos) / 1000,
                                Math.max(0, now - headNanos) / 1000,
                                request.headers().first("Referer"),
                                request.headers().first("User-Agent"),
                                contentType));
    }
}
