package org.popnet.edge;

import org.jspecify.annotations.Nullable;
import org.popnet.caching.CacheStatus;
import org.popnet.caching.CacheStatus.Forward;
import org.popnet.edge.memory.FillOutcome;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** How an answer that a fetch was waited for came: for the access log, and for {@code Cache-Status} (RFC 9211). */
final class Provenance {
    private Provenance() {}

    static CacheResult result(FillOutcome.Ready ready) {
        return switch (ready.kind()) {
            case FETCHED -> CacheResult.MISS;
            case REVALIDATED -> CacheResult.REVALIDATED;
            case STALE_ON_ERROR -> CacheResult.STALE;
        };
    }

    /**
     * Of what a fill brought: the members of the caches behind, then this one's.
     *
     * @param reason why the request went forward
     * @param collapsed whether it joined another's fill
     */
    static String of(String cache, Forward reason, boolean collapsed, FillOutcome.Ready ready) {
        if (ready.kind() == FillOutcome.Kind.STALE_ON_ERROR) {
            // §2.1: no hit, because it went forward.
            return CacheStatus.forwarded(
                    cache, Forward.STALE, ready.forwardStatus(), false, collapsed, "stale-if-error");
        }
        return after(
                ready.response().forwardTrace(),
                CacheStatus.forwarded(cache, reason, ready.forwardStatus(), ready.stored(), collapsed, null));
    }

    /** Of segments that are not all there: §2.2, no hit if anything goes forward. */
    static String of(String cache, SegmentReader first) {
        boolean forwarded = first.forwarded();
        return after(
                first.trace(),
                CacheStatus.forwarded(
                        cache,
                        Forward.PARTIAL,
                        forwarded ? 206 : 0,
                        forwarded && first.stored(),
                        first.joined(),
                        null));
    }

    private static String after(@Nullable String before, String mine) {
        return before == null ? mine : before + ", " + mine;
    }
}
