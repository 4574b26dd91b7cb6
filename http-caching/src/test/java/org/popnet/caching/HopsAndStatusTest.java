package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HopsAndStatusTest {
    @Test
    void rfc9110Section5_1_namesMatchInAnyCase() {
        Headers headers = Headers.of("A", "1", "b", "2", "a", "3");
        assertThat(headers.combined("a")).isEqualTo("1, 3");
        assertThat(headers.with("A", "9")).isEqualTo(Headers.of("b", "2", "A", "9"));
    }

    @Test
    void rfc9110Section7_6_1_hopByHopFieldsEndHere() {
        Headers headers = Headers.of(
                "Connection", "X, cache-control", "X", "1", "Y", "2", "TE", "trailers", "Cache-Control", "a");
        assertThat(Hops.endToEnd(headers)).isEqualTo(Headers.of("Y", "2", "Cache-Control", "a"));
    }

    @Test
    void rfc8586_ownIdIsFoundWithParameters() {
        assertThat(Hops.looped(Headers.of("CDN-Loop", "edge1.westusa.pop.example"), "pop.example"))
                .isTrue();
        assertThat(Hops.looped(Headers.of("CDN-Loop", "example, other"), "pop.example"))
                .isFalse();
        assertThat(Hops.looped(Headers.EMPTY, "pop.example")).isFalse();
        assertThat(Hops.looped(Headers.of("CDN-Loop", "a, POP.example; v=1"), "pop.example"))
                .isTrue();
        assertThat(Hops.looped(Headers.of("CDN-Loop", "xpop.example"), "pop.example"))
                .isFalse();
    }

    @Test
    void rfc9211_members() {
        assertThat(CacheStatus.hit("edge1.westusa", 376)).isEqualTo("edge1.westusa; hit; ttl=376");
        String miss = CacheStatus.forwarded("e", CacheStatus.Forward.URI_MISS, 200, true, true, null);
        assertThat(miss).isEqualTo("e; fwd=uri-miss; fwd-status=200; stored; collapsed");
        assertThat(CacheStatus.append(Headers.of("Cache-Status", "f; hit"), "e; hit"))
                .isEqualTo(Headers.of("Cache-Status", "f; hit, e; hit"));
    }

    @Test
    void rfc9111Section4_1_varyKeyIsEqualForRequestsThatMatch() {
        Vary vary = Vary.of(Headers.of("Vary", "Accept-Encoding", "vary", "foo, accept-encoding"));
        assertThat(vary.fields()).containsExactly("accept-encoding", "foo");
        String key = vary.key(Headers.of("Foo", "1, 2", "Accept-Encoding", "gzip, br;q=0.5"));
        assertThat(vary.key(Headers.of("accept-encoding", "br; q=0.5,GZIP", "foo", "1", "foo", "2")))
                .isEqualTo(key);
        assertThat(vary.key(Headers.of("foo", "1, 2"))).isNotEqualTo(key);
        assertThat(vary.key(Headers.of("Foo", ""))).isNotEqualTo(vary.key(Headers.EMPTY));
    }

    @Test
    void rfc9111Section4_4_unsafeMethodsInvalidateTargetAndSameOriginLocations() {
        Headers response = Headers.of("Location", "/b?x=1", "Content-Location", "http://other.example/c");
        assertThat(Invalidation.targets("POST", "http", "a.example", "/a", 201, response))
                .containsExactly("/a", "/b?x=1");
        assertThat(Invalidation.targets("POST", "http", "a.example", "/a", 500, response))
                .isEmpty();
        assertThat(Invalidation.targets("GET", "http", "a.example", "/a", 200, response))
                .isEmpty();
        assertThat(Invalidation.targets("PURGE-ish", "http", "a.example", "/a", 200, Headers.of("Location", "::")))
                .containsExactly("/a");
    }
}
