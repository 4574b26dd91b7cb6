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
 */
public record OriginRequest(Customer customer, Domain domain, String method, String target, Headers headers) {
    public OriginRequest {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new IllegalArgumentException("method " + method + ": must be GET or HEAD");
        }
    }
}
