package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorabilityTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    private static Storability of(Headers request, int status, String... response) {
        return Storability.of("GET", request, status, Headers.of(response), CachePolicy.DEFAULT, NOW_MS);
    }

    @ParameterizedTest
    @CsvSource({"POST", "HEAD", "PUT", "FOO"})
    void rfc9111Section3_onlyGetIsStored(String method) {
        assertThat(Storability.of(
                        method, Headers.EMPTY, 200, Headers.of("Cache-Control", "max-age=9"), CachePolicy.DEFAULT, 0))
                .isEqualTo(Storability.METHOD);
    }

    @ParameterizedTest
    @CsvSource({
        "max-age=10, STORABLE",
        "s-maxage=10, STORABLE",
        "no-store, NO_STORE_DIRECTIVE",
        "private, PRIVATE_DIRECTIVE",
        "'private=\"X\", max-age=10', PRIVATE_DIRECTIVE",
        "'no-store, max-age=10', NO_STORE_DIRECTIVE",
        "'no-store, must-understand, max-age=10', STORABLE",
        "max-age=0, USELESS",
        "no-cache, USELESS",
        "'max-age=0, stale-while-revalidate=5', STORABLE",
    })
    void rfc9111Section3_directives(String control, Storability expected) {
        assertThat(of(Headers.EMPTY, 200, "Cache-Control", control)).isEqualTo(expected);
    }

    @Test
    void rfc9111Section5_2_2_3_mustUnderstandNeedsAKnownStatus() {
        assertThat(of(Headers.EMPTY, 299, "Cache-Control", "max-age=9, must-understand"))
                .isEqualTo(Storability.STATUS);
        assertThat(of(Headers.EMPTY, 299, "Cache-Control", "max-age=9")).isEqualTo(Storability.STORABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"public, max-age=9", "must-revalidate, max-age=9", "s-maxage=9"})
    void rfc9111Section3_5_authorizedResponseIsStoredIfItSaysSo(String control) {
        Headers request = Headers.of("Authorization", "Basic x");
        assertThat(of(request, 200, "Cache-Control", control)).isEqualTo(Storability.STORABLE);
        assertThat(of(request, 200, "Cache-Control", "max-age=9")).isEqualTo(Storability.AUTHORIZATION);
    }

    @Test
    void rfc9111Section7_3_setCookieIsForOneClient() {
        assertThat(of(Headers.EMPTY, 200, "Cache-Control", "max-age=9", "Set-Cookie", "a=b"))
                .isEqualTo(Storability.SET_COOKIE);
    }

    @Test
    void rfc9111Section4_1_varyStarIsNotStored() {
        assertThat(of(Headers.EMPTY, 200, "Cache-Control", "max-age=9", "Vary", "A, *"))
                .isEqualTo(Storability.VARY_ANY);
    }

    @ParameterizedTest
    @CsvSource({"100, STATUS", "206, PARTIAL", "304, STATUS", "404, STORABLE", "302, STORABLE", "503, STORABLE"})
    void rfc9111Section3_explicitFreshnessMakesFinalResponsesStorable(int status, Storability expected) {
        assertThat(of(Headers.EMPTY, status, "Cache-Control", "max-age=9")).isEqualTo(expected);
    }

    @Test
    void rfc9111Section3_otherStatusesNeedExplicitFreshness() {
        assertThat(of(Headers.EMPTY, 302, "ETag", "\"a\"")).isEqualTo(Storability.STATUS);
        assertThat(of(Headers.EMPTY, 200, "ETag", "\"a\"")).isEqualTo(Storability.STORABLE);
        assertThat(of(Headers.EMPTY, 200)).isEqualTo(Storability.USELESS);
    }
}
