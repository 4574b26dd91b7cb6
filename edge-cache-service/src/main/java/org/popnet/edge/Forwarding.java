package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CacheStatus;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.caching.Invalidation;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.site.Site;
import org.popnet.edge.upstream.Upstream;
import org.popnet.edge.upstream.UpstreamCall;
import org.popnet.edge.upstream.UpstreamRequest;
import org.popnet.edge.wire.RequestHead;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/**
 * One request on its way to another server for its client alone: its body goes on while it comes, the response is relayed.
 * If the server switches protocols (RFC 9110 §7.8), the bytes of both sides are passed on until one of them ends.
 */
final class Forwarding {
    private final Exchange exchange;
    private final Edge edge;
    private final ClientConnection connection;
    private final RequestHead request;
    private final Account account;
    private final ResponseWriter writer;
    private final Site site;
    private final String path;
    private final Forward reason;

    private @Nullable UpstreamCall call;
    private boolean passes;
    private boolean tunnel;
    private boolean over;
    /** What is stored of what a HEAD request is for, since when it has gone forward, and in which epoch of the site. */
    private @Nullable StoredResponse about;

    private long aboutMs;
    private long aboutEpoch;
    /** Waits until a first chunk has been understood: what is malformed reaches nobody. */
    private @Nullable Runnable deferred;
    /** The first piece of a body whose forwarding has just begun. */
    private @Nullable ByteBuf held;
    /** The end of the request, and its trailers, when it came before there was somebody to tell. */
    private @Nullable Headers ended;

    Forwarding(
            Exchange exchange,
            Edge edge,
            ClientConnection connection,
            RequestHead request,
            Account account,
            ResponseWriter writer,
            Site site,
            String path,
            Forward reason) {
        this.exchange = exchange;
        this.edge = edge;
        this.connection = connection;
        this.request = request;
        this.account = account;
        this.writer = writer;
        this.site = site;
        this.path = path;
        this.reason = reason;
    }

    /** To the best of the customer's servers. */
    void pass() {
        passes = true;
        account.cache(CacheResult.PASS);
        Headers fields = ForwardedFields.forPass(
                request, edge.name(), edge.router().zone(), connection.clientAddress(), site.name());
        Runnable go = () -> send(edge.origins().ranked(site, connection.client()), fields, request.bodyBytes());
        if (request.hasBody()
                && "100-continue".equalsIgnoreCase(request.headers().first("Expect"))) {
            connection.writeContinue();
        }
        if (request.bodyBytes() == RequestHead.CHUNKED) {
            deferred = go;
        } else {
            go.run();
        }
    }

    /**
     * To the origin-fetch servers, without storing here what they say.
     *
     * @param stored what follows the response if this is a HEAD request for it; its share is taken over
     */
    void relay(List<Upstream> candidates, @Nullable StoredResponse stored) {
        about = stored;
        aboutEpoch = edge.memory().epoch(site.name());
        aboutMs = edge.clock().millis();
        account.cache(CacheResult.MISS);
        boolean changed = edge.memory().hasChanged(new CacheKey(site.name(), path));
        Headers fields = ForwardedFields.forRelay(
                request.headers(), edge.name(), edge.router().zone(), changed);
        send(candidates, fields, 0);
    }

    private void send(List<Upstream> candidates, Headers fields, long length) {
        UpstreamCall begun = edge.upstream()
                .call(
                        connection.channel().eventLoop(),
                        candidates,
                        new UpstreamRequest(request.method(), path, fields, length),
                        new Relay(exchange, this, connection, writer));
        call = begun;
        begun.onWritable(this::upstreamWritable);
    }

    /** Goes on with the call of a fill whose response turned out to be for this client alone. */
    void takeOver(UpstreamCall running, int status, Headers headers) {
        call = running;
        Relay relay = new Relay(exchange, this, connection, writer);
        running.redirect(relay);
        relay.head(running, status, headers);
    }

    /** What a relayed response is sent with; sees to what its head means for this edge. */
    Headers relayed(UpstreamCall running, int status, Headers received) {
        if (running.upstream().server() != null) {
            edge.origins()
                    .answered(site, connection.client(), running.upstream().server());
            String asked = request.headers().first("Host");
            edge.memory()
                    .invalidate(
                            site.name(),
                            Invalidation.targets(
                                    request.method(),
                                    "http",
                                    asked == null ? site.name() : asked,
                                    path,
                                    status,
                                    received));
        }
        StoredResponse stored = about;
        if (stored != null && request.method().equals("HEAD") && status == 200) {
            edge.memory()
                    .head(
                            stored,
                            request.headers(),
                            received,
                            site.policy(),
                            site.domain().tags(),
                            aboutMs,
                            aboutEpoch);
        }
        if (account.cache() == CacheResult.LOCAL) {
            account.cache(CacheResult.MISS);
        }
        account.begins(received.first("Content-Type"));
        String mine = CacheStatus.forwarded(edge.name(), reason, status, false, false, null);
        Headers kept = Hops.endToEnd(received).without("Surrogate-Key");
        return CacheStatus.append(kept, mine).toBuilder()
                .add("Via", "1.1 " + edge.name())
                .build();
    }

    /** The server has switched protocols, and the client has been told. */
    void switched() {
        tunnel = true;
        // Afterwards: what has come already must not overtake the switch of the other connection.
        connection.channel().eventLoop().execute(connection::advance);
    }

    /** Whether what the client sends is no HTTP any more. */
    boolean tunnels() {
        return tunnel;
    }

    private void upstreamWritable() {
        UpstreamCall running = call;
        ByteBuf first = held;
        if (running != null && first != null) {
            held = null;
            running.body(first);
        }
        Headers trailers = ended;
        if (running != null && trailers != null) {
            ended = null;
            running.endBody(trailers);
        }
        connection.advance();
    }

    private void startDeferred() {
        Runnable go = deferred;
        deferred = null;
        if (go != null) {
            go.run();
        }
    }

    private boolean passesBody() {
        return passes && !over && (tunnel || request.hasBody());
    }

    /** Whether a piece of the body can be taken now: passed on, or dropped if nobody wants it. */
    boolean wantsBody() {
        UpstreamCall running = call;
        return running == null || !passesBody() || held == null && running.writable();
    }

    /** @param bytes taken over */
    void body(ByteBuf bytes) {
        UpstreamCall running = call;
        if (deferred != null) {
            held = bytes;
            startDeferred();
        } else if (running != null && passesBody()) {
            running.body(bytes);
        } else {
            bytes.release();
        }
    }

    void bodyEnded(Headers trailers) {
        UpstreamCall running = call;
        Headers kept = ForwardedFields.trailers(trailers);
        if (deferred != null) {
            ended = kept;
            startDeferred();
        } else if (running != null && passesBody()) {
            running.endBody(kept);
        }
    }

    /** Gives up a request whose body turned out malformed. */
    void malformed() {
        if (call != null && passesBody()) {
            call.abort();
            call = null;
        }
    }

    /** The client takes more. */
    void resume() {
        if (call != null) {
            call.resume();
        }
    }

    /** The client does not keep up. */
    void pause() {
        if (call != null) {
            call.pause();
        }
    }

    /** The response is over, whole or not. */
    void finished() {
        over = true;
        deferred = null;
        if (about != null) {
            about.release();
            about = null;
        }
        if (held != null) {
            held.release();
            held = null;
        }
        UpstreamCall running = call;
        call = null;
        if (running != null) {
            running.abort(); // nothing to it if the response was read to its end
        }
    }
}
