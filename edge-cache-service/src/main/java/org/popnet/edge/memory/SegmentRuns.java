package org.popnet.edge.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;

/** The segments that are being fetched: each by at most one run that may still be joined. */
public final class SegmentRuns {
    private final MemoryTier tier;
    private final int segmentsMax;
    private final Map<CacheKey, SegmentRun> joinable = new ConcurrentHashMap<>();

    /** @param segmentsMax most segments of one run */
    SegmentRuns(MemoryTier tier, int segmentsMax) {
        this.tier = tier;
        this.segmentsMax = segmentsMax;
    }

    public @Nullable SegmentRun find(StoredResponse whole, int segment) {
        return joinable.get(whole.key().segment(segment));
    }

    /**
     * Begins to fetch a segment, and those behind it that are wanted and missing. Whoever gets the run has it joined and
     * sends the request.
     *
     * @param whole the head of what the segments are of
     * @param request the fields of the request that wants them
     * @param lastWanted position of the last byte that is wanted
     * @param epoch of the site when the request is, or was, sent
     * @return null if there is no memory for it, or somebody else has begun it, or brought it, just now
     */
    public @Nullable SegmentRun begin(
            StoredResponse whole,
            int segment,
            long lastWanted,
            Headers request,
            CachePolicy policy,
            long epoch,
            FillListener listener) {
        SegmentSource source = new SegmentSource(tier, whole, request, policy, epoch, tier.now());
        long length = source.version().length();
        int count = Segments.together(
                segment,
                Math.min(lastWanted, length - 1),
                segmentsMax,
                next -> !tier.large().holds(whole, next)
                        && !joinable.containsKey(whole.key().segment(next)));
        // Fewer if somebody takes one of them in this moment, or memory is short.
        for (int n = count; n >= 1; n /= 2) {
            if (tier.room().reserve(Segments.run(segment, n, length).length())) {
                SegmentRun mine = new SegmentRun(source, segment, n, listener);
                if (offer(mine)) {
                    if (!tier.large().holds(whole, segment)) {
                        return mine;
                    }
                    remove(mine); // it has come just now
                }
                tier.room().unreserve(mine.range().length());
            }
        }
        return null;
    }

    private boolean offer(SegmentRun run) {
        for (int i = 0; i < run.count(); i++) {
            if (joinable.putIfAbsent(run.key().segment(run.first() + i), run) != null) {
                remove(run);
                return false;
            }
        }
        return true;
    }

    void remove(SegmentRun run) {
        for (int i = 0; i < run.count(); i++) {
            joinable.remove(run.key().segment(run.first() + i), run);
        }
    }

    /** Has no later request join these, and none of them stored. */
    void forget(Predicate<CacheKey> key) {
        joinable.forEach((k, run) -> {
            if (key.test(k) && joinable.remove(k, run)) {
                run.forbidStoring();
            }
        });
    }

    /** How many segments are being fetched. */
    public int size() {
        return joinable.size();
    }
}
