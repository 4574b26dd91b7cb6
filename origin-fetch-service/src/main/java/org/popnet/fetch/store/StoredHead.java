package org.popnet.fetch.store;

import java.util.List;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

/**
 * All that is stored of a response but its body.
 *
 * @param headers end-to-end fields as received, without {@code Age} and {@code Content-Length}
 * @param vary which request fields selected this response
 * @param variant the key of the request that brought it, as {@link Vary#key} makes it
 * @param tags surrogate keys, if the site uses them
 * @param storedAtMs when its head was received or last confirmed, milliseconds since the epoch
 */
public record StoredHead(
        int status,
        Headers headers,
        Vary vary,
        String variant,
        Freshness freshness,
        List<String> tags,
        long storedAtMs) {
    public StoredHead {
        tags = List.copyOf(tags);
    }
}
