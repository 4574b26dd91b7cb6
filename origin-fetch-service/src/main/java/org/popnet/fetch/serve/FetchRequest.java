package org.popnet.fetch.serve;

import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginRequest;
import org.popnet.fetch.store.ObjectKey;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;

/**
 * An edge's request, checked.
 *
 * @param method GET or HEAD
 * @param target path and query, as they came
 * @param headers end-to-end fields
 * @param watermark the flush of this site that the answer must not be older than; 0 for none
 * @param hints hears of early hints that the customer's server sends, while this request waits for it
 */
record FetchRequest(
        Customer customer,
        Domain domain,
        String method,
        String target,
        Headers headers,
        long watermark,
        OriginRequest.Hints hints) {
    ObjectKey key() {
        return new ObjectKey(domain.name(), target);
    }

    boolean head() {
        return method.equals("HEAD");
    }
}
