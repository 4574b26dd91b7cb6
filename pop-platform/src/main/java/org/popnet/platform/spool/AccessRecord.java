package org.popnet.platform.spool;

import org.jspecify.annotations.Nullable;

/**
 * One finished request, as accounted. Text fields are cut to the bounds given, so that any record fits a datagram.
 *
 * @param timeMs when the request's first byte came, milliseconds since the epoch, UTC
 * @param site the domain, at most 253 characters
 * @param client address of the client, textual
 * @param method at most 32 characters
 * @param url path and query, at most 512 bytes of UTF-8; a longer one is cut and ends in {@code ~} and 16 hex digits
 *     of its SHA-256
 * @param protocol {@code HTTP/1.1}
 * @param status what was answered; 0 if the client left before a head was sent
 * @param cache how the cache answered
 * @param bytesOut bytes of the response, head and body, handed to the connection before TLS
 * @param bytesIn bytes of the request, head and body
 * @param firstByteMicros from the request's last head byte to the response's first
 * @param durationMicros to the response's last byte
 * @param referrer at most 256 bytes
 * @param userAgent at most 256 bytes
 * @param contentType at most 128 bytes
 */
public record AccessRecord(
        long timeMs,
        String site,
        String client,
        String method,
        String url,
        String protocol,
        int status,
        CacheResult cache,
        long bytesOut,
        long bytesIn,
        long firstByteMicros,
        long durationMicros,
        @Nullable String referrer,
        @Nullable String userAgent,
        @Nullable String contentType)
        implements LogRecord {

    /** How a cache answered. */
    public enum CacheResult {
        /** from memory, fresh */
        HIT,
        /** from memory, stale but allowed */
        STALE,
        /** from memory after the origin confirmed it */
        REVALIDATED,
        /** fetched, and stored if storable */
        MISS,
        /** not for caching: straight from the customer's server */
        PASS,
        /** answered by the cache itself: an error, a redirect */
        LOCAL
    }
}
