package org.popnet.edge;

import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Conditional;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.edge.memory.StoredResponse;
import org.popnet.edge.wire.RequestHead;

/** Which of a client's fields go on, and what this edge adds. */
final class ForwardedFields {
    /** Framing, routing, conditions, credentials, control of caches and of the content's form. */
    private static final Set<String> NOT_IN_TRAILERS = caseInsensitive(
            "Age",
            "Authorization",
            "Cache-Control",
            "Cache-Status",
            "CDN-Cache-Control",
            "CDN-Loop",
            "Content-Encoding",
            "Content-Length",
            "Content-Location",
            "Content-Range",
            "Content-Type",
            "Cookie",
            "Date",
            "Expect",
            "Expires",
            "Host",
            "If-Match",
            "If-Modified-Since",
            "If-None-Match",
            "If-Range",
            "If-Unmodified-Since",
            "Location",
            "Max-Forwards",
            "Pragma",
            "Range",
            "Retry-After",
            "Set-Cookie",
            "Vary",
            "Via",
            "Warning",
            "WWW-Authenticate");

    private ForwardedFields() {}

    private static Set<String> caseInsensitive(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        Collections.addAll(set, names);
        return set;
    }

    /**
     * For a response that may be stored for all: nothing that could change it without being part of the key, no
     * conditions but the cache's own.
     *
     * @param changed whether the caches behind are to forget what they have: it has been changed
     */
    static Headers forFill(Headers request, String node, String zone, @Nullable StoredResponse stale, boolean changed) {
        Headers kept = shared(request).without(Conditional::isConditionOrRange);
        Headers.Builder fields = told(traced(kept, node, zone), changed);
        if (stale != null) {
            fields.addAll(Conditional.revalidation(stale.headers()));
        }
        return fields.build();
    }

    /** For a response through origin-fetch that is not stored here: with the client's conditions and range. */
    static Headers forRelay(Headers request, String node, String zone, boolean changed) {
        return told(traced(shared(request), node, zone), changed).build();
    }

    private static Headers shared(Headers request) {
        return common(request)
                .without(name ->
                        unkeyed(name) || name.equalsIgnoreCase("Cache-Control") || name.equalsIgnoreCase("Pragma"));
    }

    private static Headers.Builder told(Headers.Builder fields, boolean changed) {
        return changed ? fields.add("Cache-Control", "no-cache") : fields;
    }

    /** For the customer's own server, which is told who asks. */
    static Headers forPass(RequestHead request, String node, String zone, String client, String site) {
        Headers kept = common(request.headers()).without(ForwardedFields::unkeyed);
        Headers.Builder fields = traced(kept, node, zone)
                .add("X-Forwarded-For", client)
                .add("X-Forwarded-Proto", "http")
                .add("X-Forwarded-Host", site);
        if (request.asksForWebSocket()) {
            fields.add("Connection", "Upgrade").add("Upgrade", "websocket");
        } else if (request.acceptsTrailers()) {
            fields.add("Connection", "TE").add("TE", "trailers");
        }
        return fields.build();
    }

    /**
     * What goes on of the fields behind a body: not those that mean something only before it (RFC 9110 §6.5.1), or that
     * nobody has looked at here.
     */
    static Headers trailers(Headers received) {
        return Hops.endToEnd(received).without(name -> NOT_IN_TRAILERS.contains(name) || unkeyed(name));
    }

    private static Headers common(Headers request) {
        return Hops.endToEnd(request)
                .without(name -> name.equalsIgnoreCase("Host")
                        || name.equalsIgnoreCase("Content-Length")
                        || name.equalsIgnoreCase("Expect"));
    }

    private static Headers.Builder traced(Headers kept, String node, String zone) {
        return kept.toBuilder().add("Via", "1.1 " + node).add("CDN-Loop", node + "." + zone);
    }

    /** Fields by which a client could make a server answer something else under the same key, or lie about itself. */
    private static boolean unkeyed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("x-forwarded-")
                || lower.startsWith("x-http-method")
                || lower.startsWith("x-original-")
                || lower.startsWith("x-rewrite-")
                || lower.equals("x-method-override")
                || lower.equals("x-host")
                || lower.equals("x-real-ip")
                || lower.equals("forwarded");
    }
}
