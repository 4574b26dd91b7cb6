package org.popnet.fetch.serve;

import java.util.Set;
import java.util.TreeSet;
import org.popnet.caching.Conditional;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;

/** The fields of a request to a customer's server. */
final class OriginHeaders {
    /** Fields that some servers act on although no cache key holds them: a stored response must not depend on them. */
    private static final Set<String> UNKEYED = caseInsensitive(
            "Host",
            "Content-Length",
            "Expect",
            "Forwarded",
            "X-Forwarded-Host",
            "X-Forwarded-Scheme",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Server",
            "X-Host",
            "X-Original-URL",
            "X-Original-Host",
            "X-Rewrite-URL",
            "X-HTTP-Method",
            "X-HTTP-Method-Override",
            "X-Method-Override");

    private final String via;
    private final String loopId;

    /**
     * @param via how this node calls itself in {@code Via}
     * @param loopId this node's id in {@code CDN-Loop} (RFC 8586)
     */
    OriginHeaders(String via, String loopId) {
        this.via = via;
        this.loopId = loopId;
    }

    boolean looped(Headers request) {
        return Hops.looped(request, loopId);
    }

    /** For a response that may be shared: the whole one, whatever part or condition this request names. */
    Headers forFill(FetchRequest request) {
        return traced(request.headers().without(n -> Conditional.isConditionOrRange(n) || UNKEYED.contains(n)));
    }

    /** For a response to this request alone. */
    Headers forPass(FetchRequest request) {
        return traced(request.headers().without(UNKEYED::contains));
    }

    private Headers traced(Headers headers) {
        return appended(appended(headers, "Via", "1.1 " + via), "CDN-Loop", loopId);
    }

    static Headers appended(Headers headers, String name, String member) {
        String before = headers.combined(name);
        return headers.with(name, before == null ? member : before + ", " + member);
    }

    private static Set<String> caseInsensitive(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(Set.of(names));
        return set;
    }
}
