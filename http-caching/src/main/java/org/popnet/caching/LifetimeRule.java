package org.popnet.caching;

import static org.popnet.caching.CacheControl.Directive.MAX_AGE;
import static org.popnet.caching.CacheControl.Directive.NO_CACHE;
import static org.popnet.caching.CacheControl.Directive.PUBLIC;
import static org.popnet.caching.CacheControl.Directive.S_MAXAGE;

import java.time.Instant;

/** Which rule a response's freshness lifetime comes from, in the order in which {@link Freshness} applies them. */
public enum LifetimeRule {
    NO_CACHE_DIRECTIVE("RFC 9111 §5.2.2.4: no-cache, so it is validated before each use"),
    SHARED_MAX_AGE("RFC 9111 §5.2.2.10: s-maxage"),
    FRESH_FOR_MAX_AGE("RFC 9111 §5.2.2.1: max-age"),
    EXPIRES("RFC 9111 §5.3: Expires, counted from Date"),
    HEURISTIC("RFC 9111 §4.2.2: a share of the time since Last-Modified"),
    SITE_DEFAULT("the site's rule for responses without freshness information"),
    NONE("RFC 9111 §4.2: it does not say, so it is validated before each use");

    private final String text;

    LifetimeRule(String text) {
        this.text = text;
    }

    /** The rule that gave this response its lifetime. */
    public static LifetimeRule of(int status, Headers response, CachePolicy policy) {
        CacheControl control = CacheControl.ofTargeted(response);
        if (control.has(NO_CACHE)) {
            return NO_CACHE_DIRECTIVE;
        }
        if (control.has(S_MAXAGE)) {
            return SHARED_MAX_AGE;
        }
        if (control.has(MAX_AGE)) {
            return FRESH_FOR_MAX_AGE;
        }
        if (!CacheControl.isTargeted(response) && response.contains("Expires")) {
            return EXPIRES;
        }
        if (Statuses.heuristicallyCacheable(status) || control.has(PUBLIC)) {
            String modified = response.first("Last-Modified");
            boolean dated = modified != null && HttpDates.parse(modified.strip(), Instant.EPOCH) != null;
            if (dated && policy.heuristicShare() > 0) {
                return HEURISTIC;
            }
            if (policy.defaultLifetime().isPositive()) {
                return SITE_DEFAULT;
            }
        }
        return NONE;
    }

    /** The rule with its section, for people; and whether the field for CDNs set it (RFC 9213). */
    public String text(Headers response) {
        return CacheControl.isTargeted(response) ? text + ", in CDN-Cache-Control (RFC 9213)" : text;
    }
}
