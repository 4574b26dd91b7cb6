package org.popnet.edge;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.DirectPart;
import org.popnet.edge.memory.Fill;
import org.popnet.edge.memory.SegmentRun;
import org.popnet.edge.memory.SegmentWaiter;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.site.Site;
import org.popnet.edge.upstream.ResponseListener;
import org.popnet.edge.upstream.Upstream;
import org.popnet.edge.upstream.UpstreamRequest;
import org.popnet.edge.wire.RequestHead;

/**
 * Whom a request for what can be shared goes on to, and how it is asked: the POP's origin-fetch servers, then as the last
 * resort the customer's own. Its calls are not the request's: they go on when its client leaves.
 */
final class Behind {
    private final Edge edge;
    private final ClientConnection connection;
    private final RequestHead request;
    private final Site site;
    private final String path;

    Behind(Edge edge, ClientConnection connection, RequestHead request, Site site, String path) {
        this.edge = edge;
        this.connection = connection;
        this.request = request;
        this.site = site;
        this.path = path;
    }

    CacheKey key() {
        return new CacheKey(site.name(), path);
    }

    /** Best first. */
    List<Upstream> candidates() {
        List<Upstream> candidates = new ArrayList<>(edge.fetchers().ranked(site.name(), path));
        // Last resort: none was ever found, or all fail.
        candidates.addAll(edge.origins().ranked(site, connection.client()));
        return candidates;
    }

    private EventLoop loop() {
        return connection.channel().eventLoop();
    }

    /**
     * A fill that is to be offered to others, and then sent or disposed of.
     *
     * @param stale its share passes to the fill
     * @param part the part to ask for, or null
     */
    Fill fill(CacheKey key, @Nullable StoredResponse stale, @Nullable ByteRange part) {
        return new Fill(
                edge.memory(),
                key,
                request.headers(),
                site.policy(),
                site.domain().tags(),
                stale,
                part,
                edge.clock(),
                loop(),
                edge.metrics()::filled);
    }

    void send(Fill fill) {
        Headers fields = ForwardedFields.forFill(
                request.headers(), edge.name(), edge.router().zone(), fill.stale(), fill.afterChange());
        ByteRange part = fill.asked();
        send(part == null ? fields : fields.with("Range", part.field()), fill);
    }

    /** Asks whether what is stale still holds, for nobody who waits. */
    void revalidate(CacheKey key, StoredResponse stale) {
        if (edge.memory().fills().find(key) == null && stale.tryRetain()) {
            Fill behind = fill(key, stale, null);
            if (edge.memory().fills().offer(behind) == null) {
                send(behind);
            } else {
                behind.dispose();
            }
        }
    }

    private void send(Headers fields, ResponseListener listener) {
        var unused = edge.upstream().call(loop(), candidates(), new UpstreamRequest("GET", path, fields, 0), listener);
    }

    /**
     * The part to ask for of what nothing is known of yet: if the only range of the request lies far inside, it may be of a
     * large response, of which only that part is worth fetching.
     *
     * @return whole segments, or null to ask for all of it
     */
    @Nullable ByteRange probe() {
        ByteRange sole = ByteRange.sole(request.headers());
        if (sole == null || sole.first() < Segments.BYTES) {
            return null;
        }
        int first = Segments.at(sole.first());
        int last = Math.min(Segments.at(sole.last()), first + edge.settings().segmentRun() - 1);
        return new ByteRange(Segments.first(first), Segments.first(last + 1) - 1);
    }

    /**
     * Has a segment fetched, by this request or another; without room in memory, all that is wanted from here on for this
     * request alone.
     *
     * @param position in the segment
     * @param lastWanted position of the last byte that is wanted
     * @return whether another request fetches it
     */
    boolean segment(StoredResponse whole, long position, long lastWanted, SegmentWaiter waiter) {
        int segment = Segments.at(position);
        SegmentRun running = edge.memory().large().runs().find(whole, segment);
        if (running != null) {
            if (!running.join(waiter, segment)) {
                waiter.executor().execute(() -> waiter.segments(new SegmentWaiter.Outcome.Again()));
            }
            return true;
        }
        SegmentRun mine = edge.memory()
                .large()
                .runs()
                .begin(
                        whole,
                        segment,
                        lastWanted,
                        request.headers(),
                        site.policy(),
                        edge.memory().epoch(site.name()),
                        edge.metrics()::filled);
        if (mine == null) {
            if (edge.memory().large().runs().find(whole, segment) != null
                    || edge.memory().large().holds(whole, segment)) {
                waiter.executor().execute(() -> waiter.segments(new SegmentWaiter.Outcome.Again()));
                return true;
            }
            direct(whole, new ByteRange(position, lastWanted), waiter);
            return false;
        }
        mine.join(waiter, segment);
        send(partOf(whole, mine.range()), mine);
        return false;
    }

    /** Fetches a part for this request alone. */
    void direct(StoredResponse whole, ByteRange part, SegmentWaiter waiter) {
        send(
                partOf(whole, part),
                new DirectPart(edge.memory(), whole, part, request.headers(), site.policy(), waiter, loop()));
    }

    private Headers partOf(StoredResponse whole, ByteRange part) {
        Headers fields = ForwardedFields.forFill(
                request.headers(), edge.name(), edge.router().zone(), null, false);
        Headers.Builder question = fields.toBuilder().add("Range", part.field());
        if (whole.version() != null) {
            question.add("If-Range", whole.version().tagField());
        }
        return question.build();
    }
}
