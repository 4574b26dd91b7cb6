package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
import org.popnet.edge.upstream.Upstream;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamRequest;
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
            case Lookup.Hit(StoredResponse response) -> answer(CacheResult.HIT, response, null);
            case Lookup.Stale(StoredResponse response, CacheKey key) -> {
                revalidateBehind(here, key, response);
                answer(CacheResult.STALE, response, null);
            }
            case Lookup.Pass(Lookup.Kind kind) -> {
                switch (kind) {
                    case UNCACHEABLE -> pass(here, Forward.BYPASS);
                    case LARGE -> relayThroughFetch(here);
                }
            }
            case Lookup.Miss(CacheKey key, StoredResponse stale, boolean variant) -> {
                forward = stale != null ? Forward.STALE : variant ? Forward.VARY_MISS : Forward.URI_MISS;
                if (request.method().equals("GET") && lookups <= LOOKUPS_MAX) {
                    fill(here, key, stale);
                } else {
                    if (stale != null) {
                        stale.release();
                    }
                    relayThroughFetch(here);
                }
            }
        }
    }

    // Miss: one fill for all who ask meanwhile.

    private void fill(Site here, CacheKey key, @Nullable StoredResponse stale) {
        Fill running = edge.memory().fills().find(key);
        if (running == null) {
            Fill mine = newFill(here, key, stale);
            mine.lead(this);
            running = edge.memory().fills().offer(mine);
            if (running == null) {
                fetch(here, mine);
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

    private Fill newFill(Site here, CacheKey key, @Nullable StoredResponse stale) {
        return new Fill(
                edge.memory(),
                key,
                request.headers(),
                here.policy(),
                here.domain().tags(),
                stale,
                edge.clock(),
                connection.channel().eventLoop(),
                edge.metrics()::filled);
    }

    private void fetch(Site here, Fill fill) {
        Headers fields = ForwardedFields.forFill(
                request.headers(), edge.name(), edge.router().zone(), fill.stale(), fill.afterChange());
        // The fill's call, not this request's: it goes on when this client leaves.
        var unused = edge.upstream()
                .call(
                        connection.channel().eventLoop(),
                        fetchersThenOrigins(here),
                        new UpstreamRequest("GET", path, fields, 0),
                        fill);
    }

    private void revalidateBehind(Site here, CacheKey key, StoredResponse stale) {
        if (edge.memory().fills().find(key) == null && stale.tryRetain()) {
            Fill behind = newFill(here, key, stale);
            if (edge.memory().fills().offer(behind) == null) {
                fetch(here, behind);
            } else {
                behind.dispose();
            }
        }
    }

    private List<Upstream> fetchersThenOrigins(Site here) {
        List<Upstream> candidates = new ArrayList<>(edge.fetchers().ranked(here.name(), path));
        // Last resort: none was ever found, or all fail.
        candidates.addAll(edge.origins().ranked(here, connection.client()));
        return candidates;
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
        switch (outcome) {
            case FillOutcome.Ready ready
            when over -> {
                ready.opened().run();
                ready.response().release();
            }
            case FillOutcome.Ready ready -> {
                opened = ready.opened();
                answer(result(ready.kind()), ready.response(), trace(ready));
                ready.opened().run();
            }
            case FillOutcome.Alone _ when over -> {}
            case FillOutcome.Alone _ -> {
                Site here = site;
                if (here != null) {
                    lookup(here);
                }
            }
            case FillOutcome.Failed(int status, String reason) -> {
                if (!over) {
                    failed(status, reason);
                }
            }
        }
    }

    private static CacheResult result(FillOutcome.Kind kind) {
        return switch (kind) {
            case FETCHED -> CacheResult.MISS;
            case REVALIDATED -> CacheResult.REVALIDATED;
            case STALE_ON_ERROR -> CacheResult.STALE;
        };
    }

    private String trace(FillOutcome.Ready ready) {
        if (ready.kind() == FillOutcome.Kind.STALE_ON_ERROR) {
            // RFC 9211 §2.1: no hit, because it went forward.
            return CacheStatus.forwarded(
                    edge.name(), Forward.STALE, ready.forwardStatus(), false, collapsed, "stale-if-error");
        }
        String before = ready.response().forwardTrace();
        String mine =
                CacheStatus.forwarded(edge.name(), forward, ready.forwardStatus(), ready.stored(), collapsed, null);
        return before == null ? mine : before + ", " + mine;
    }

    /** @param trace how it came, or null if it was there */
    private void answer(CacheResult result, StoredResponse response, @Nullable String trace) {
        account.cache(result);
        account.begins(response.headers().first("Content-Type"));
        new Answer(
                        connection.ownFields(),
                        request,
                        response,
                        trace,
                        edge.clock().millis())
                .write(writer);
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

    private void relayThroughFetch(Site here) {
        boolean changed = edge.memory().hasChanged(new CacheKey(here.name(), path));
        forwarding(here).relay(fetchersThenOrigins(here), changed);
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
