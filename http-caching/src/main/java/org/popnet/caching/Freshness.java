package org.popnet.caching;

import static org.popnet.caching.CacheControl.Directive.MAX_AGE;
import static org.popnet.caching.CacheControl.Directive.MUST_REVALIDATE;
import static org.popnet.caching.CacheControl.Directive.NO_CACHE;
import static org.popnet.caching.CacheControl.Directive.PROXY_REVALIDATE;
import static org.popnet.caching.CacheControl.Directive.PUBLIC;
import static org.popnet.caching.CacheControl.Directive.STALE_IF_ERROR;
import static org.popnet.caching.CacheControl.Directive.STALE_WHILE_REVALIDATE;
import static org.popnet.caching.CacheControl.Directive.S_MAXAGE;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a stored response may be used (RFC 9111 §4.2, RFC 5861). Computed once when the response is stored; what a
 * hit asks is plain arithmetic. All moments are milliseconds since the epoch, all spans milliseconds.
 *
 * @param bornMs when the response was made, as far as this cache can know: the response time less the corrected
 *     initial age (§4.2.3)
 * @param lifetimeMs how long it is fresh from then; 0 for {@code no-cache}
 * @param heuristic whether the lifetime is a guess (§4.2.2)
 * @param whileRevalidateMs how long beyond that it may be served while it is being revalidated
 * @param ifErrorMs how long beyond that it may be served when the origin fails
 */
public record Freshness(long bornMs, long lifetimeMs, boolean heuristic, long whileRevalidateMs, long ifErrorMs) {

    /**
     * The freshness of a response that a shared cache has received.
     *
     * @param requestTimeMs when the request that brought it was sent
     * @param responseTimeMs when its head had come
     */
    public static Freshness of(
            int status, Headers response, CachePolicy policy, long requestTimeMs, long responseTimeMs) {
        CacheControl control = CacheControl.ofTargeted(response);
        Instant now = Instant.ofEpochMilli(responseTimeMs);
        long dateMs = dateMs(response, now, responseTimeMs);
        long explicit = explicitLifetimeMs(response, control, dateMs, now);
        boolean heuristic = explicit < 0;
        long lifetime = heuristic ? heuristicLifetimeMs(status, response, control, policy, dateMs, now) : explicit;
        if (control.has(NO_CACHE)) {
            lifetime = 0;
        }
        boolean neverStale = neverStale(control);
        return new Freshness(
                responseTimeMs - initialAgeMs(response, dateMs, requestTimeMs, responseTimeMs),
                Math.min(lifetime, policy.lifetimeMax().toMillis()),
                heuristic,
                neverStale ? 0 : Math.max(0, control.seconds(STALE_WHILE_REVALIDATE)) * 1000,
                neverStale ? 0 : Math.max(0, control.seconds(STALE_IF_ERROR)) * 1000);
    }

    /** §4.2.4: these forbid any stale use by a shared cache; s-maxage says proxy-revalidate too (§5.2.2.10). */
    private static boolean neverStale(CacheControl control) {
        return control.has(NO_CACHE)
                || control.has(MUST_REVALIDATE)
                || control.has(PROXY_REVALIDATE)
                || control.has(S_MAXAGE) && !control.has(STALE_WHILE_REVALIDATE) && !control.has(STALE_IF_ERROR);
    }

    private static long dateMs(Headers response, Instant now, long responseTimeMs) {
        String date = response.first("Date");
        Instant parsed = date == null ? null : HttpDates.parse(date.strip(), now);
        return parsed == null ? responseTimeMs : parsed.toEpochMilli();
    }

    /** §4.2.1; -1 if the response does not say. */
    private static long explicitLifetimeMs(Headers response, CacheControl control, long dateMs, Instant now) {
        if (control.has(S_MAXAGE)) {
            return control.seconds(S_MAXAGE) * 1000;
        }
        if (control.has(MAX_AGE)) {
            return control.seconds(MAX_AGE) * 1000;
        }
        String expires = CacheControl.isTargeted(response) ? null : response.first("Expires");
        if (expires == null) {
            return -1;
        }
        Instant parsed = HttpDates.parse(expires.strip(), now);
        return parsed == null ? 0 : Math.max(0, parsed.toEpochMilli() - dateMs); // §5.3: "0" and the like are past
    }

    /** §4.2.2 */
    private static long heuristicLifetimeMs(
            int status, Headers response, CacheControl control, CachePolicy policy, long dateMs, Instant now) {
        if (!Statuses.heuristicallyCacheable(status) && !control.has(PUBLIC)) {
            return 0;
        }
        String modified = response.first("Last-Modified");
        @Nullable Instant parsed = modified == null ? null : HttpDates.parse(modified.strip(), now);
        if (parsed == null || policy.heuristicShare() == 0) {
            return policy.defaultLifetime().toMillis();
        }
        long sinceModified = Math.max(0, dateMs - parsed.toEpochMilli());
        return Math.min(
                (long) (sinceModified * policy.heuristicShare()),
                policy.heuristicMax().toMillis());
    }

    /** §4.2.3: corrected_initial_age */
    private static long initialAgeMs(Headers response, long dateMs, long requestTimeMs, long responseTimeMs) {
        long apparentAge = Math.max(0, responseTimeMs - dateMs);
        // Date has whole seconds: less than one of them is no age.
        apparentAge -= apparentAge % 1000;
        long ageValue = ageSeconds(response) * 1000;
        long responseDelay = Math.max(0, responseTimeMs - requestTimeMs);
        return Math.max(apparentAge, ageValue + responseDelay);
    }

    /** §5.1: the first member counts; what is not a number is ignored. */
    private static long ageSeconds(Headers response) {
        String age = response.first("Age");
        if (age == null) {
            return 0;
        }
        int comma = age.indexOf(',');
        return Math.max(0, Lists.deltaSeconds((comma < 0 ? age : age.substring(0, comma)).strip()));
    }

    /** current_age (§4.2.3), 0 or more. */
    public long ageMsAt(long nowMs) {
        return Math.max(0, nowMs - bornMs);
    }

    /** What the {@code Age} field says (§5.1). */
    public long ageSecondsAt(long nowMs) {
        return ageMsAt(nowMs) / 1000;
    }

    /** The rest of the freshness lifetime; negative once stale. */
    public long ttlMsAt(long nowMs) {
        return lifetimeMs - ageMsAt(nowMs);
    }

    /** What {@code ttl} of {@code Cache-Status} says (RFC 9211 §2.6). */
    public long ttlSecondsAt(long nowMs) {
        return Math.floorDiv(ttlMsAt(nowMs), 1000L);
    }

    public boolean freshAt(long nowMs) {
        return ttlMsAt(nowMs) > 0;
    }

    /** Whether it may be answered with at once, fresh or not, if a revalidation is started meanwhile (RFC 5861 §3). */
    public boolean mayServeWhileRevalidating(long nowMs) {
        return ttlMsAt(nowMs) + whileRevalidateMs > 0;
    }

    /** Whether it may be answered with when the origin fails or answers 500, 502, 503 or 504 (RFC 5861 §4). */
    public boolean mayServeOnError(long nowMs) {
        return ttlMsAt(nowMs) + Math.max(ifErrorMs, whileRevalidateMs) > 0;
    }

    /**
     * Whether it may be answered with when no server can be reached at all (RFC 9111 §4.2.4: a disconnected cache may use
     * what is stale, unless a directive forbids it). What the response says of errors itself goes before the site's rule.
     *
     * @param response the fields this was computed from
     */
    public boolean mayServeDisconnected(Headers response, CachePolicy policy, long nowMs) {
        if (mayServeOnError(nowMs)) {
            return true;
        }
        CacheControl control = CacheControl.ofTargeted(response);
        return lifetimeMs > 0
                && !control.has(STALE_IF_ERROR)
                && !neverStale(control)
                && ttlMsAt(nowMs) + policy.disconnectedMax().toMillis() > 0;
    }

    /** Whether a status counts as an error for {@link #mayServeOnError}. */
    public static boolean isError(int status) {
        return status == 500 || status == 502 || status == 503 || status == 504;
    }

    /** Whether it is of any use from now on without validation, so that keeping it longer only helps validators. */
    public boolean expiredForGoodAt(long nowMs) {
        return !mayServeWhileRevalidating(nowMs) && !mayServeOnError(nowMs);
    }
}
