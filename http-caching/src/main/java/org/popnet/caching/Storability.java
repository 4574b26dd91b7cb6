package org.popnet.caching;

import static org.popnet.caching.CacheControl.Directive.MAX_AGE;
import static org.popnet.caching.CacheControl.Directive.MUST_REVALIDATE;
import static org.popnet.caching.CacheControl.Directive.MUST_UNDERSTAND;
import static org.popnet.caching.CacheControl.Directive.NO_STORE;
import static org.popnet.caching.CacheControl.Directive.PRIVATE;
import static org.popnet.caching.CacheControl.Directive.PUBLIC;
import static org.popnet.caching.CacheControl.Directive.S_MAXAGE;

/** Whether a shared cache may store a response (RFC 9111 §3), and if not, why. */
public enum Storability {
    STORABLE("RFC 9111 §3: may be stored"),
    /** methods other than GET are not stored here */
    METHOD("RFC 9111 §3: only responses to GET are stored"),
    /** an interim response, 304, or a status that needs an understanding this cache does not have */
    STATUS("RFC 9111 §3: this status needs explicit freshness, or is none to store"),
    /** part of a representation: stored by whoever puts parts together, not as a response */
    PARTIAL("RFC 9111 §3.3: part of a representation"),
    NO_STORE_DIRECTIVE("RFC 9111 §5.2.2.5: no-store"),
    PRIVATE_DIRECTIVE("RFC 9111 §5.2.2.7: private"),
    /** the request carried credentials and the response does not say that it is for all */
    AUTHORIZATION("RFC 9111 §3.5: answers a request with Authorization, and does not say that it is for all"),
    SET_COOKIE("RFC 9111 §7.3: Set-Cookie is for one client, and the site's rule does not say otherwise"),
    /** {@code Vary: *} never matches a later request */
    VARY_ANY("RFC 9111 §4.1: Vary: * never matches a later request"),
    /** neither fresh for a moment nor possible to validate: of no use to a later request */
    USELESS("RFC 9111 §4.2: neither fresh for a moment nor possible to validate");

    private final String rule;

    Storability(String rule) {
        this.rule = rule;
    }

    /** The rule that decided, with its section, for people. */
    public String rule() {
        return rule;
    }

    public boolean storable() {
        return this == STORABLE;
    }

    /**
     * Judges a final response to a request.
     *
     * @param responseTimeMs when the response came, milliseconds since the epoch
     */
    public static Storability of(
            String method, Headers request, int status, Headers response, CachePolicy policy, long responseTimeMs) {
        CacheControl control = CacheControl.ofTargeted(response);
        if (!method.equals("GET")) {
            return METHOD;
        }
        if (status < 200 || status == 304 || status > 599) {
            return STATUS;
        }
        if (status == 206) {
            return PARTIAL;
        }
        boolean understood = Statuses.understood(status);
        if (control.has(MUST_UNDERSTAND) && !understood) {
            return STATUS;
        }
        // §5.2.2.3: with must-understand, a cache that understands the status ignores no-store.
        if (control.has(NO_STORE) && !control.has(MUST_UNDERSTAND)) {
            return NO_STORE_DIRECTIVE;
        }
        if (control.has(PRIVATE)) {
            return PRIVATE_DIRECTIVE;
        }
        // §3.5
        if (request.contains("Authorization")
                && !control.has(PUBLIC)
                && !control.has(MUST_REVALIDATE)
                && !control.has(S_MAXAGE)) {
            return AUTHORIZATION;
        }
        if (response.contains("Set-Cookie") && !policy.storeSetCookie()) {
            return SET_COOKIE;
        }
        if (Vary.of(response).any()) {
            return VARY_ANY;
        }
        boolean explicit = control.has(PUBLIC)
                || control.has(MAX_AGE)
                || control.has(S_MAXAGE)
                || !CacheControl.isTargeted(response) && response.contains("Expires");
        if (!explicit && !Statuses.heuristicallyCacheable(status)) {
            return STATUS;
        }
        Freshness freshness = Freshness.of(status, response, policy, responseTimeMs, responseTimeMs);
        boolean validatable = response.contains("ETag") || response.contains("Last-Modified");
        return freshness.freshAt(responseTimeMs) || freshness.mayServeWhileRevalidating(responseTimeMs) || validatable
                ? STORABLE
                : USELESS;
    }
}
