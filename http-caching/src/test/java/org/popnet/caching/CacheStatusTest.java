package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.popnet.caching.CacheStatus.Forward;

/** RFC 9211, section by section. */
class CacheStatusTest {
    /** An item of a structured list (RFC 8941 §3.1): a token with parameters whose values are tokens or integers, or true. */
    private static final Pattern MEMBER = Pattern.compile(
            "[A-Za-z*][\\w.*:/!#$%&'+^`|~-]*(; [a-z*][a-z0-9_.*-]*(=([A-Za-z*][\\w.*:/-]*|-?\\d{1,15}))?)*");

    @Test
    void rfc9211Section2_theCacheNearestTheOriginStandsFirst() {
        Headers response = Headers.of("Cache-Status", "OriginCache; hit; ttl=1100");
        assertThat(CacheStatus.append(response, "Edge; fwd=uri-miss").combined("Cache-Status"))
                .isEqualTo("OriginCache; hit; ttl=1100, Edge; fwd=uri-miss");
        assertThat(CacheStatus.append(Headers.EMPTY, "Edge; hit").combined("Cache-Status"))
                .isEqualTo("Edge; hit");
    }

    @Test
    void rfc9211Section2_severalFieldsBecomeOneListInTheirOrder() {
        Headers response = Headers.of("Cache-Status", "a; hit", "cache-status", "b; fwd=miss");
        Headers appended = CacheStatus.append(response, "c; fwd=bypass");
        assertThat(appended.count("Cache-Status")).isOne();
        assertThat(appended.combined("Cache-Status")).isEqualTo("a; hit, b; fwd=miss, c; fwd=bypass");
    }

    @ParameterizedTest
    @CsvSource({"376, edge1.westusa; hit; ttl=376", "0, edge1.westusa; hit; ttl=0", "-412, edge1.westusa; hit; ttl=-412"
    })
    void rfc9211Section2_1_and2_4_aHitSaysHowLongItIsFreshYetAndNeverThatItWentForward(long ttl, String expected) {
        assertThat(CacheStatus.hit("edge1.westusa", ttl))
                .isEqualTo(expected)
                .matches(MEMBER)
                .doesNotContain("fwd");
    }

    @Test
    void rfc9211Section2_2_theReasonsAreThoseThatAreRegistered() {
        assertThat(Arrays.stream(Forward.values()).map(Forward::token))
                .containsExactlyInAnyOrder(
                        "bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial");
    }

    @ParameterizedTest
    @EnumSource
    void rfc9211Section2_2_whatWentForwardIsNoHit(Forward reason) {
        assertThat(CacheStatus.forwarded("e", reason, 304, true, true, "stale-if-error"))
                .isEqualTo("e; fwd=" + reason.token() + "; fwd-status=304; stored; collapsed; detail=stale-if-error")
                .matches(MEMBER)
                .doesNotContain("hit");
    }

    @Test
    void rfc9211Section2_3_thereIsNoStatusWhereNobodyAnswered() {
        assertThat(CacheStatus.forwarded("e", Forward.URI_MISS, 0, false, false, "connect"))
                .isEqualTo("e; fwd=uri-miss; detail=connect");
    }

    @Test
    void rfc9211Section2_5_and2_6_whatIsFalseIsLeftOut() {
        assertThat(CacheStatus.forwarded("e", Forward.STALE, 200, false, false, null))
                .isEqualTo("e; fwd=stale; fwd-status=200");
    }
}
