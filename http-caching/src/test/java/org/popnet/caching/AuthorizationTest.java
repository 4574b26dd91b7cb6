package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9111 §3.5 and §3.3: what answers one client's credentials, or is a part, does not become everybody's whole. */
class AuthorizationTest {
    private static final Headers REQUEST = Headers.of("Authorization", "Basic YTpi");

    private static Storability of(Headers request, int status, String... response) {
        return Storability.of("GET", request, status, Headers.of(response), CachePolicy.DEFAULT, 1_800_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=9                          | AUTHORIZATION",
                "max-age=9, immutable               | AUTHORIZATION",
                "max-age=9, proxy-revalidate        | AUTHORIZATION",
                "no-cache                           | AUTHORIZATION",
                "max-age=9, stale-if-error=60       | AUTHORIZATION",
                "max-age=9, public                  | STORABLE",
                "max-age=9, PUBLIC                  | STORABLE",
                "max-age=9, must-revalidate         | STORABLE",
                "s-maxage=9                         | STORABLE",
                "s-maxage=0                         | STORABLE",
                "public, no-cache                   | STORABLE",
                "public, max-age=9, private         | PRIVATE_DIRECTIVE",
                "s-maxage=9, private=\"Set-Cookie\" | PRIVATE_DIRECTIVE",
                "public, max-age=9, no-store        | NO_STORE_DIRECTIVE",
                "publicity, max-age=9               | AUTHORIZATION",
            })
    void rfc9111Section3_5_onlyThreeDirectivesMakeAnAuthorizedResponseEverybodys(String control, Storability expected) {
        assertThat(of(REQUEST, 200, "Cache-Control", control, "ETag", "\"a\"")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YTpi", "Bearer x.y.z", "", "Unknown"})
    void rfc9111Section3_5_whateverTheCredentialsAre(String credentials) {
        assertThat(of(Headers.of("authorization", credentials), 200, "Cache-Control", "max-age=9"))
                .isEqualTo(Storability.AUTHORIZATION);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 203, 204, 301, 404, 410, 503})
    void rfc9111Section3_5_whateverTheStatusIs(int status) {
        assertThat(of(REQUEST, status, "Cache-Control", "max-age=9")).isEqualTo(Storability.AUTHORIZATION);
        assertThat(of(REQUEST, status, "Cache-Control", "max-age=9, public")).isEqualTo(Storability.STORABLE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=9         | public, max-age=9  | AUTHORIZATION",
                "public, max-age=9 | private            | STORABLE",
                "s-maxage=9        | no-store           | STORABLE",
                "private           | public, s-maxage=9 | PRIVATE_DIRECTIVE",
            })
    void rfc9213Section2_2_theTargetedFieldDecidesAlone(String targeted, String control, Storability expected) {
        assertThat(of(REQUEST, 200, "CDN-Cache-Control", targeted, "Cache-Control", control))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-age=9", "public, s-maxage=9", "must-revalidate, max-age=9", "max-age=9, immutable"})
    void rfc9111Section3_3_aPartIsNeverStoredAsAWhole(String control) {
        assertThat(of(
                        Headers.of("Range", "bytes=0-4"),
                        206,
                        "Cache-Control",
                        control,
                        "Content-Range",
                        "bytes 0-4/5",
                        "ETag",
                        "\"a\""))
                .isEqualTo(Storability.PARTIAL);
    }
}
