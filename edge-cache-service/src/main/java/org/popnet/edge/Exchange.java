package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.CacheStatus;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.Fill;
import org.popnet.edge.memory.FillOutcome;
import org.popnet.edge.memory.FillWaiter;
import org.popnet.edge.memory.Lookup;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.site.Site;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.wire.RequestGuard;
import org.popnet.edge.wire.RequestHead;
import org.popnet.edge.wire.RequestRefusedException;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/**
 * The story of one request, from its head to the last byte of its response; on its client's event loop.
 *
 * <pre>
 * RequestGuard ─ SiteRouter ─ CacheKey ─ MemoryTier ─┬ Hit ────────────────────────────────┐
 *      │             │                               ├ Stale ── (Fill behind its back) ────┤
 *     400           421                              ├ Miss ─── Fill, shared ── upstream ──┼─ Answer ─ ResponseWriter
 *                                                    └ Pass ─── Forwarding, for it alone ──┘
 * </pre>
 */
final class Exchange implements FillWaiter {
    private static final String HEALTH = "/.popnet/health";
    private static final int LOOKUPS_MAX = 3;

    private final Edge edge;
    private final ClientConnection connection;
    private final RequestHead request;
    private final Account account;
    private final ResponseWriter writer;

    private @Nullable Site site;
    private String path = "";
    private int lookups;
    private boolean collapsed;
    private Forward forward = Forward.URI_MISS;
    private @Nullable Forwarding forwarding;
    private @Nullable Runnable opened;
    /** An answer of segments, the first of which is not there yet. */
    private @Nullable SegmentedAnswer awaited;

    private boolean over;
    private boolean requestEnded;
    private long bodyBytes;

    Exchange(Edge edge, ClientConnection connection, RequestHead request, long firstByteMs, long headNanos) {
        this.edge = edge;
        this.connection = connection;
        this.request = request;
        this.account = new Account(edge, request, connection.clientAddress(), firstByteMs, headNanos);
        this.writer = new ResponseWriter(connection, request, this::finished);
    }

    void start() {
        RequestGuard.Subject subject;
        try {
            subject = RequestGuard.subject(request);
        } catch (RequestRefusedException refused) {
            refuse(refused);
            return;
        }
        path = subject.path();
        account.subject(subject.host(), path);
        if (path.equals(HEALTH)) {
            local(200, "ok");
            return;
        }
        Site found = edge.router().find(subject.host());
        if (found == null) {
            local(421, subject.host() + " is not served here; its name servers say where it is");
            return;
        }
        site = found;
        account.site(found);
        if (request.bodyBytes() > edge.settings().requestBody().toBytes()) {
            writer.close();
            local(413, "request body larger than " + edge.settings().requestBody());
        } else if (Hops.looped(request.headers(), edge.router().zone())) {
            local(508, "the request has been through this network before (CDN-Loop)");
        } else if (request.asksForWebSocket()) {
            pass(found, Forward.BYPASS);
        } else {
            switch (request.method()) {
                case "GET", "HEAD" -> lookup(found);
                case "TRACE" -> local(405, "method TRACE is not offered");
                default -> pass(found, Forward.METHOD);
            }
        }
    }

    /** Answers what is no request. */
    void refuse(RequestRefusedException refused) {
        edge.metrics().refused(refused.reason());
        writer.close();
        local(refused.status(), refused.reason());
    }

    private void lookup(Site here) {
        lookups++;
        switch (edge.memory().lookup(new CacheKey(here.name(), path), request.headers())) {
            case Lookup.Hit(StoredResponse response) -> answer(CacheResult.HIT, response, null, List.of());
            case Lookup.Stale(StoredResponse response, CacheKey key) -> {
                behind(here).revalidate(key, response);
                answer(CacheResult.STALE, response, null, List.of());
            }
            case Lookup.Pass(Lookup.Kind kind) -> {
                switch (kind) {
                    case UNCACHEABLE -> pass(here, Forward.BYPASS);
                    case LARGE -> relayThroughFetch(here, null);
                }
            }
            case Lookup.Miss(CacheKey key, StoredResponse stale, boolean variant) -> {
                forward = stale != null ? Forward.STALE : variant ? Forward.VARY_MISS : Forward.URI_MISS;
                if (request.method().equals("GET") && lookups <= LOOKUPS_MAX) {
                    fill(behind(here), key, stale);
                } else {
                    relayThroughFetch(here, stale);
                }
            }
        }
    }

    // Miss: one fill for all who ask meanwhile.

    private void fill(Behind here, CacheKey key, @Nullable StoredResponse stale) {
        Fill running = edge.memory().fills().find(key);
        if (running == null) {
            boolean unknown = stale == null && forward == Forward.URI_MISS && lookups == 1;
            Fill mine = here.fill(key, stale, unknown ? here.probe() : null);
            mine.lead(this);
            running = edge.memory().fills().offer(mine);
            if (running == null) {
                here.send(mine);
                return;
            }
            mine.dispose();
        } else if (stale != null) {
            stale.release();
        }
        collapsed = true;
        if (!running.join(this)) {
            collapsed = false;
            // It ended just now: what it brought is in memory, or is no use to us.
            executor().execute(() -> outcome(new FillOutcome.Alone()));
        }
    }

    @Override
    public EventExecutor executor() {
        return connection.channel().eventLoop();
    }

    @Override
    public Headers request() {
        return request.headers();
    }

    @Override
    public void interim(int status, Headers headers) {
        // RFC 9110 §15.2: never to HTTP/1.0, and never after the final response.
        if (!over && !writer.begun() && request.minorVersion() == 1) {
            connection.writeInterim(status, Hops.endToEnd(headers).without("Set-Cookie"));
        }
    }

    @Override
    public void outcome(FillOutcome outcome) {
        if (over) {
            if (outcome instanceof FillOutcome.Ready unwanted) {
                unwanted.drop();
            }
            return;
        }
        switch (outcome) {
            case FillOutcome.Ready ready -> {
                opened = ready.opened();
                answer(
                        Provenance.result(ready),
                        ready.response(),
                        Provenance.of(edge.name(), forward, collapsed, ready),
                        ready.segments());
                ready.opened().run();
            }
            case FillOutcome.Alone _ -> {
                Site here = site;
                if (here != null) {
                    lookup(here);
                }
            }
            case FillOutcome.Failed(int status, String reason) -> failed(status, reason);
        }
    }

    /**
     * @param trace how it came, or null if it was there
     * @param segments of a large response that came with it
     */
    private void answer(
            CacheResult result, StoredResponse response, @Nullable String trace, List<StoredResponse> segments) {
        Answer answer = new Answer(
                connection.ownFields(), request, response, trace, edge.clock().millis());
        List<ByteRange> wanted = response.segmented() ? answer.wanted() : List.of();
        Site here = site;
        if (wanted.isEmpty() || here == null) {
            segments.forEach(StoredResponse::release);
            begin(result, response, answer);
            return;
        }
        SegmentedAnswer large = new SegmentedAnswer(
                behind(here), edge, response, wanted, segments, executor(), new SegmentedAnswer.Begun() {
                    @Override
                    public void begins(@Nullable SegmentReader first) {
                        awaited = null;
                        if (first != null && trace == null) {
                            answer.traced(Provenance.of(edge.name(), first));
                        }
                        begin(first != null && result == CacheResult.HIT ? CacheResult.MISS : result, response, answer);
                    }

                    @Override
                    public void changed() {
                        awaited = null;
                        if (lookups < LOOKUPS_MAX) {
                            lookup(here);
                        } else {
                            Exchange.this.failed(502, "changing");
                        }
                    }

                    @Override
                    public void failed(int status, String reason) {
                        awaited = null;
                        Exchange.this.failed(status, reason);
                    }
                });
        answer.readFrom(large);
        awaited = large;
        large.open();
    }

    private void begin(CacheResult result, StoredResponse response, Answer answer) {
        account.cache(result);
        account.begins(response.headers().first("Content-Type"));
        answer.write(writer);
    }

    private Behind behind(Site here) {
        return new Behind(edge, connection, request, here, path);
    }

    // Pass and relay: for this request alone.

    private Forwarding forwarding(Site here) {
        Forwarding begun = new Forwarding(this, edge, connection, request, account, writer, here, path, forward);
        forwarding = begun;
        return begun;
    }

    private void pass(Site here, Forward reason) {
        forward = reason;
        forwarding(here).pass();
    }

    /** @param stale what is stored; its share is taken over */
    private void relayThroughFetch(Site here, @Nullable StoredResponse stale) {
        forwarding(here).relay(behind(here).candidates(), stale);
    }

    @Override
    public boolean takeOver(UpstreamCall running, int status, Headers headers) {
        Site here = site;
        if (over || here == null || request.headers().contains("Range")) {
            return false;
        }
        forwarding(here).takeOver(running, status, headers);
        return true;
    }

    void failed(int status, String reason) {
        account.cache(account.cache() == CacheResult.PASS ? CacheResult.PASS : CacheResult.MISS);
        String trace = CacheStatus.forwarded(edge.name(), forward, 0, false, false, reason);
        if (!requestEnded && request.hasBody()) {
            writer.close();
        }
        writer.local(
                status,
                Headers.of("Cache-Status", trace, "Cache-Control", "no-store"),
                "the origin could not be reached: " + reason,
                edge.clock().instant());
    }

    void local(int status, String text) {
        account.cache(CacheResult.LOCAL);
        if (!requestEnded && request.hasBody()) {
            writer.close();
        }
        writer.local(
                status,
                Headers.of("Cache-Control", "no-store"),
                text,
                edge.clock().instant());
    }

    // The request's body.

    /** Whether a piece of the body can be taken now: passed on, or dropped if nobody wants it. */
    boolean wantsBody() {
        Forwarding on = forwarding;
        return on == null || on.wantsBody();
    }

    /** Whether what the client sends is no HTTP any more, but {@link #body} of a tunnel. */
    boolean tunnels() {
        Forwarding on = forwarding;
        return on != null && on.tunnels();
    }

    /** @param bytes taken over */
    void body(ByteBuf bytes) {
        bodyBytes += bytes.readableBytes();
        account.received(bytes.readableBytes());
        Forwarding on = forwarding;
        if (bodyBytes > edge.settings().requestBody().toBytes() && !tunnels()) {
            bytes.release();
            connection.cut("body-limit");
        } else if (on != null) {
            on.body(bytes);
        } else {
            bytes.release();
        }
    }

    void bodyEnded(Headers trailers) {
        requestEnded = true;
        Forwarding on = forwarding;
        if (on != null) {
            on.bodyEnded(trailers);
        }
    }

    // The client's side of the connection.

    void writable() {
        writer.pump();
        Forwarding on = forwarding;
        if (on != null && connection.channel().isWritable()) {
            on.resume();
        }
    }

    /** The client has gone, or is sent away. A shared fill goes on without it. */
    void gone() {
        writer.abandon();
    }

    /** The request turned out malformed in its body: 400 if nothing was answered yet. */
    void malformed(RequestRefusedException refused) {
        if (writer.begun() || over) {
            connection.channel().close();
        } else {
            if (forwarding != null) {
                forwarding.malformed();
            }
            refuse(refused);
        }
    }

    private void finished(boolean intact) {
        over = true;
        SegmentedAnswer waiting = awaited;
        if (waiting != null) {
            awaited = null;
            waiting.close();
        }
        if (opened != null) {
            opened.run();
        }
        if (forwarding != null) {
            forwarding.finished();
        }
        account.finish(writer.status(), writer.handedOver());
        connection.finished(intact && writer.keepAlive());
    }
}
