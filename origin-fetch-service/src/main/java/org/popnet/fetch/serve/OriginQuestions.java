package org.popnet.fetch.serve;

import org.jspecify.annotations.Nullable;
import org.popnet.caching.Conditional;
import org.popnet.caching.Freshening;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginClient;
import org.popnet.fetch.origin.OriginRequest;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.store.StoredObject;

/** What is asked of the customer's servers for a request. */
final class OriginQuestions implements LargeResponses.Asking {
    private final OriginClient origin;
    private final OriginHeaders fields;

    OriginQuestions(OriginClient origin, OriginHeaders fields) {
        this.origin = origin;
        this.fields = fields;
    }

    /** Whether the request has come from here in the first place, so that asking would go round in circles. */
    boolean loops(FetchRequest request) {
        return fields.looped(request.headers());
    }

    /** The whole for all who want it, or, if something is stored that must be confirmed, that it is still right. */
    OriginResponse forAll(FetchRequest request, @Nullable StoredObject stale) throws OriginUnavailableException {
        if (stale == null) {
            return withMethod(request, fields.forFill(request));
        }
        Headers stored = stale.head().headers();
        OriginResponse response = forAll(request, Conditional.revalidation(stored));
        if (response.status() != 304 || Freshening.confirms(stored, response.headers())) {
            return response;
        }
        response.close(); // about some other version: have the whole
        return withMethod(request, fields.forFill(request));
    }

    /** The whole or, by these further fields, a part of it. */
    OriginResponse forAll(FetchRequest request, Headers further) throws OriginUnavailableException {
        return withMethod(
                request, fields.forFill(request).toBuilder().addAll(further).build());
    }

    /** What this request alone gets. */
    OriginResponse forThisOne(FetchRequest request) throws OriginUnavailableException {
        return withMethod(request, fields.forPass(request));
    }

    /** By GET, whatever the request's method is. */
    @Override
    public OriginResponse ask(FetchRequest request, Headers headers) throws OriginUnavailableException {
        return origin.ask(new OriginRequest(request.customer(), request.domain(), "GET", request.target(), headers));
    }

    private OriginResponse withMethod(FetchRequest request, Headers headers) throws OriginUnavailableException {
        return origin.ask(new OriginRequest(
                request.customer(), request.domain(), request.method(), request.target(), headers, request.hints()));
    }
}
