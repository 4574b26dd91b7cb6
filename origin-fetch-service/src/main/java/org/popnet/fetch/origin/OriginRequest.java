package org.popnet.fetch.origin;

import org.popnet.caching.Headers;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;

/**
 * What to ask a customer's servers.
 *
 * @param method GET or HEAD
 * @param target path and query
 * @param headers all fields but {@code Host}
 * @param hints hears of early hints while the response is waited for
 */
public record OriginRequest(
        Customer customer, Domain domain, String method, String target, Headers headers, Hints hints) {
    /** Hears of early hints (RFC 8297), on the thread that waits for the response. */
    @FunctionalInterface
    public interface Hints {
        Hints NONE = fields -> {};

        /** @param fields end to end */
        void came(Headers fields);
    }

    /** For somebody who has no use for hints. */
    public OriginRequest(Customer customer, Domain domain, String method, String target, Headers headers) {
        this(customer, domain, method, target, headers, Hints.NONE);
    }

    public OriginRequest {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new IllegalArgumentException("method " + method + ": must be GET or HEAD");
        }
    }
}
