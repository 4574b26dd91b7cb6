package org.popnet.fetch.serve;

import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CacheStatus;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.fetch.serve.Answer.Result;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;

/** Makes answers of what was found: which part of it, and what {@code Cache-Status} says of how it was come by. */
final class Answers {
    private final DiskTier disk;
    private final PipelineSettings settings;
    private final InstantSource clock;
    private final String cacheName;

    /** @param cacheName this node's name in {@code Cache-Status} */
    Answers(DiskTier disk, PipelineSettings settings, InstantSource clock, String cacheName) {
        this.disk = disk;
        this.settings = settings;
        this.clock = clock;
        this.cacheName = cacheName;
    }

    /**
     * From disk.
     *
     * @param cacheStatus null for a plain hit
     * @return null if the object turns out to be damaged; it is closed and forgotten then
     */
    @Nullable Answer stored(FetchRequest request, StoredObject object, Result result, @Nullable String cacheStatus) {
        StoredHead head = object.head();
        Plan plan = Plan.of(request, head.status(), head.headers(), object.length(), clock.millis());
        try {
            if (!request.head() && plan.count() > 0) {
                object.verifyAt(plan.first());
            }
        } catch (IOException e) {
            disk.dropCorrupt(object, e);
            object.close();
            return null;
        }
        return new Answer.Stored(object, plan, result, cacheStatus != null ? cacheStatus : hit(head));
    }

    /** @return null if the part that is asked for lies so far ahead that waiting for it makes no sense; closes then */
    @Nullable Answer filling(
            FetchRequest request,
            Fill fill,
            Fill.Reader reader,
            StoredHead head,
            long length,
            Forward reason,
            boolean collapsed) {
        Plan plan = Plan.of(request, head.status(), head.headers(), length, clock.millis());
        if (plan.partial()
                && plan.first() > reader.available() + settings.aheadMax().toBytes()) {
            reader.close();
            return null;
        }
        return new Answer.Filling(
                reader,
                head,
                plan,
                collapsed ? Result.COLLAPSED : Result.MISS,
                forwarded(reason, head.status(), fill.mayBeStored(), collapsed, null));
    }

    /** @param body open where the plan begins */
    Answer large(FetchRequest request, LargeBody body) {
        Result result = body.result();
        String status =
                switch (result) {
                    case HIT, STALE -> hit(body.version().head());
                    case REVALIDATED -> forwarded(Forward.STALE, 304, false, false, null);
                    case MISS, COLLAPSED, PASS, ERROR ->
                        forwarded(Forward.PARTIAL, 206, result != Result.PASS, result == Result.COLLAPSED, null);
                };
        return new Answer.Large(body, plan(request, body), result, status);
    }

    Plan plan(FetchRequest request, LargeBody body) {
        LargeVersion version = body.version();
        return Plan.of(request, 200, version.head().headers(), version.length(), clock.millis());
    }

    Answer refused(Forward reason, OriginUnavailableException cause) {
        int status = cause.reason() == Reason.TIMEOUT ? 504 : cause.reason() == Reason.BUSY ? 503 : 502;
        return new Answer.Refused(
                status,
                "No server of this site answers (" + cause.reason().token() + ").",
                forwarded(reason, 0, false, false, cause.reason().token()));
    }

    Answer looped() {
        return new Answer.Refused(
                508,
                "This request has been here before: the customer's server sends it back to the network.",
                forwarded(Forward.BYPASS, 0, false, false, "loop"));
    }

    private String hit(StoredHead head) {
        return CacheStatus.hit(cacheName, Math.floorDiv(head.freshness().ttlMsAt(clock.millis()), 1000));
    }

    String forwarded(Forward reason, int status, boolean stored, boolean collapsed, @Nullable String detail) {
        return CacheStatus.forwarded(cacheName, reason, status, stored, collapsed, detail);
    }
}
