package org.popnet.edge.explain;

import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.LifetimeRule;
import org.popnet.caching.Segments;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.Inspection;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.Site;
import org.popnet.edge.site.SiteRouter;
import org.popnet.platform.tree.Domain;

/** Puts into words what memory has under a URL, what a request for it gets now, and by which rule. */
final class CacheExplainer {
    private final SiteRouter router;
    private final MemoryTier memory;
    private final InstantSource clock;

    CacheExplainer(SiteRouter router, MemoryTier memory, InstantSource clock) {
        this.router = router;
        this.memory = memory;
        this.clock = clock;
    }

    /** The URL is of a site that this edge does not host. */
    static final class NotHostedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotHostedException(String host) {
            super(host + " is not hosted here: its domain's candidates must be pops");
        }
    }

    /**
     * All there is to say.
     *
     * @param key what responses are found by
     * @param next what a request for it gets now, in words
     * @param vary request fields that select among the variants
     * @param stored what is in memory
     */
    record Explanation(
            String url,
            Key key,
            String next,
            @Nullable Instant passedUntil,
            boolean beingFetched,
            List<String> vary,
            List<Stored> stored) {}

    /** The cache key. */
    record Key(String site, String target) {}

    /**
     * A stored response.
     *
     * @param selectedBy the selecting request fields and their values; null where the request had none
     * @param ageSeconds RFC 9111 §4.2.3
     * @param lifetimeSeconds RFC 9111 §4.2.1
     * @param ttlSeconds the rest of its lifetime; negative once stale
     * @param rule where the lifetime comes from
     * @param use what may be done with it now, and by which rule
     * @param validators what it can be validated by
     * @param segments which segments of 1 MiB of a large response are in memory, as {@code 0-3, 17 of 300}; null if it is kept
     *     whole
     */
    record Stored(
            SequencedMap<String, @Nullable String> selectedBy,
            int status,
            long bytes,
            long occupiedBytes,
            long ageSeconds,
            long lifetimeSeconds,
            long ttlSeconds,
            String rule,
            String use,
            Map<String, String> validators,
            List<String> tags,
            @Nullable String segments) {}

    /**
     * @throws IllegalArgumentException if it is no http(s) URL
     * @throws NotHostedException if its site is not hosted here
     */
    Explanation explain(String url) {
        URI uri = URI.create(url);
        String host = uri.getHost();
        if (host == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException("url '" + url + "': must be http://HOST/PATH");
        }
        Site site = router.find(host.toLowerCase(Locale.ROOT));
        if (site == null) {
            throw new NotHostedException(host);
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        Inspection found = memory.inspect(new CacheKey(site.name(), target));
        long now = clock.millis();
        return new Explanation(
                url,
                new Key(site.name(), target),
                next(found, now, site.domain()),
                found.passedUntilMs() == 0 ? null : Instant.ofEpochMilli(found.passedUntilMs()),
                found.filling(),
                found.vary(),
                found.variants().stream()
                        .map(variant -> stored(found.vary(), variant, site, now))
                        .toList());
    }

    private static String next(Inspection found, long now, Domain domain) {
        if (found.large()) {
            return "passed through the fetch servers: too large for memory";
        }
        if (found.why() != null) {
            return "passed to the servers of " + domain.customer() + ", not stored: "
                    + found.why().rule();
        }
        if (found.variants().isEmpty()) {
            return found.changed()
                    ? "fetched, past every cache: an unsafe request has changed it (RFC 9111 §4.4)"
                    : found.filling() ? "joins the fetch that runs" : "fetched: nothing is stored";
        }
        return found.variants().size() == 1 && found.vary().isEmpty()
                ? use(found.variants().getFirst(), now)
                : "as its variant says, or fetched if none matches (RFC 9111 §4.1)";
    }

    private static Stored stored(List<String> vary, Inspection.Variant variant, Site site, long now) {
        Freshness freshness = variant.freshness();
        Headers headers = variant.headers();
        SequencedMap<String, @Nullable String> selectedBy = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(vary.size(), variant.selectedBy().size()); i++) {
            selectedBy.put(vary.get(i), variant.selectedBy().get(i));
        }
        Map<String, String> validators = new LinkedHashMap<>();
        for (String name : List.of("ETag", "Last-Modified")) {
            String value = headers.first(name);
            if (value != null) {
                validators.put(name, value);
            }
        }
        return new Stored(
                selectedBy,
                variant.status(),
                variant.bytes(),
                variant.occupied(),
                freshness.ageSecondsAt(now),
                freshness.lifetimeMs() / 1000,
                Math.floorDiv(freshness.ttlMsAt(now), 1000L),
                LifetimeRule.of(variant.status(), headers, site.policy()).text(headers),
                use(variant, now),
                validators,
                variant.tags(),
                variant.segmented() ? segments(variant.segments(), variant.bytes()) : null);
    }

    /** {@code 0-3, 17 of 300} */
    private static String segments(List<Integer> held, long bytes) {
        StringJoiner runs = new StringJoiner(", ");
        for (int i = 0; i < held.size(); ) {
            int next = i + 1;
            while (next < held.size() && held.get(next) == held.get(next - 1) + 1) {
                next++;
            }
            runs.add(next - i == 1 ? "" + held.get(i) : held.get(i) + "-" + held.get(next - 1));
            i = next;
        }
        return (held.isEmpty() ? "none" : runs.toString()) + " of " + Segments.count(bytes);
    }

    private static String use(Inspection.Variant variant, long now) {
        Freshness freshness = variant.freshness();
        if (freshness.freshAt(now)) {
            return variant.segmented() && variant.segments().size() < Segments.count(variant.bytes())
                    ? "served from memory as far as its segments are there, the others are fetched: fresh (RFC 9111 §3.3, §4.2)"
                    : "served from memory: fresh (RFC 9111 §4.2)";
        }
        if (freshness.mayServeWhileRevalidating(now)) {
            return "served from memory while it is validated: stale-while-revalidate (RFC 5861 §3)";
        }
        String fallback =
                freshness.mayServeOnError(now) ? "; served should that fail: stale-if-error (RFC 5861 §4)" : "";
        return "validated first: stale (RFC 9111 §4.3)" + fallback;
    }
}
