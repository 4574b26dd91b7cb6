package org.popnet.caching;

import org.jspecify.annotations.Nullable;

/**
 * One member of the {@code Cache-Status} field (RFC 9211): how one cache handled a request. The members before it, of
 * caches nearer the origin, stay in front of it.
 */
public final class CacheStatus {
    private CacheStatus() {}

    /** Why a request went on (§2.2). */
    public enum Forward {
        BYPASS("bypass"),
        METHOD("method"),
        URI_MISS("uri-miss"),
        VARY_MISS("vary-miss"),
        MISS("miss"),
        REQUEST("request"),
        STALE("stale"),
        PARTIAL("partial");

        private final String token;

        Forward(String token) {
            this.token = token;
        }

        public String token() {
            return token;
        }
    }

    /** {@code edge1.westusa; hit; ttl=376}; a stale hit has a negative ttl. */
    public static String hit(String cache, long ttlSeconds) {
        return cache + "; hit; ttl=" + ttlSeconds;
    }

    /**
     * {@code edge1.westusa; fwd=uri-miss; fwd-status=200; stored}
     *
     * @param forwardStatus what the next hop answered; 0 if nothing
     * @param collapsed whether the request joined another's (§2.6)
     * @param detail why, as a token (§2.8), or null
     */
    public static String forwarded(
            String cache,
            Forward forward,
            int forwardStatus,
            boolean stored,
            boolean collapsed,
            @Nullable String detail) {
        StringBuilder text = new StringBuilder(cache).append("; fwd=").append(forward.token());
        if (forwardStatus > 0) {
            text.append("; fwd-status=").append(forwardStatus);
        }
        if (stored) {
            text.append("; stored");
        }
        if (collapsed) {
            text.append("; collapsed");
        }
        if (detail != null) {
            text.append("; detail=").append(detail);
        }
        return text.toString();
    }

    /** The response's fields with this member appended to the caches before it. */
    public static Headers append(Headers response, String member) {
        String before = response.combined("Cache-Status");
        return response.with("Cache-Status", before == null ? member : before + ", " + member);
    }
}
