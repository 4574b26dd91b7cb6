package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreshnessTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final long NOW_MS = NOW.toEpochMilli();

    private static String date(long secondsFromNow) {
        return HttpDates.format(NOW.plusSeconds(secondsFromNow));
    }

    private static Freshness of(String... headers) {
        return Freshness.of(200, Headers.of(headers), CachePolicy.DEFAULT, NOW_MS, NOW_MS);
    }

    private static long ttl(String... headers) {
        return of(headers).ttlMsAt(NOW_MS) / 1000;
    }

    @Test
    void rfc9111Section4_2_1_sharedMaxAgeGoesFirst() {
        assertThat(ttl("Cache-Control", "max-age=1, s-maxage=100", "Expires", date(5)))
                .isEqualTo(100);
    }

    @Test
    void rfc9111Section4_2_1_maxAgeGoesBeforeExpires() {
        assertThat(ttl("Expires", date(-5), "Cache-Control", "max-age=7")).isEqualTo(7);
    }

    @Test
    void rfc9213Section2_2_targetedFieldHidesExpiresAndCacheControl() {
        assertThat(ttl("Expires", date(50), "Cache-Control", "max-age=7", "CDN-Cache-Control", "max-age=9"))
                .isEqualTo(9);
        assertThat(ttl("Expires", date(50), "CDN-Cache-Control", "public")).isZero();
    }

    @Test
    void rfc9111Section5_3_expiresCountsFromDate() {
        assertThat(of("Date", date(-100), "Expires", date(50)).lifetimeMs()).isEqualTo(150_000);
        assertThat(ttl("Date", date(-100), "Expires", date(50))).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "tomorrow", "''"})
    void rfc9111Section5_3_invalidExpiresIsPast(String expires) {
        assertThat(of("Expires", expires, "Last-Modified", date(-1000)).freshAt(NOW_MS))
                .isFalse();
    }

    @Test
    void rfc9111Section4_2_2_heuristicIsATenthOfTheTimeSinceModification() {
        Freshness freshness = of("Last-Modified", date(-1000), "Date", date(0));
        assertThat(freshness.lifetimeMs()).isEqualTo(100_000);
        assertThat(freshness.heuristic()).isTrue();
        assertThat(of("Last-Modified", date(-100_000_000)).lifetimeMs()).isEqualTo(86_400_000);
    }

    @Test
    void rfc9111Section4_2_2_noHeuristicForStatusesThatAllowNone() {
        Headers response = Headers.of("Last-Modified", date(-1000));
        assertThat(Freshness.of(302, response, CachePolicy.DEFAULT, NOW_MS, NOW_MS)
                        .lifetimeMs())
                .isZero();
    }

    @Test
    void withoutAnyInformationTheSitesDefaultCounts() {
        CachePolicy policy = new CachePolicy(
                Duration.ofSeconds(30), 0.1, Duration.ofDays(1), Duration.ofDays(1), false, Duration.ZERO);
        assertThat(Freshness.of(200, Headers.EMPTY, policy, NOW_MS, NOW_MS).lifetimeMs())
                .isEqualTo(30_000);
        assertThat(of().lifetimeMs()).isZero();
    }

    @Test
    void rfc9111Section4_2_3_ageIsTheLargerOfApparentAndCorrected() {
        assertThat(of("Age", "30", "Date", date(-10)).ageSecondsAt(NOW_MS)).isEqualTo(30);
        assertThat(of("Age", "5", "Date", date(-10)).ageSecondsAt(NOW_MS)).isEqualTo(10);
        assertThat(of("Age", "5", "Date", date(10)).ageSecondsAt(NOW_MS + 3000)).isEqualTo(8);
    }

    @Test
    void rfc9111Section4_2_3_responseDelayIsAdded() {
        Freshness freshness = Freshness.of(200, Headers.of("Age", "5"), CachePolicy.DEFAULT, NOW_MS - 4000, NOW_MS);
        assertThat(freshness.ageSecondsAt(NOW_MS)).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({"'7, 100', 7", "abc, 0", "-7, 0", "7.5, 0", "99999999999, 2147483648"})
    void rfc9111Section5_1_firstAgeCountsAndInvalidIsIgnored(String age, long seconds) {
        assertThat(of("Age", age).ageSecondsAt(NOW_MS)).isEqualTo(seconds);
    }

    @Test
    void rfc9111Section4_2_freshUntilTheLifetimeHasPassed() {
        Freshness freshness = of("Cache-Control", "max-age=10", "Age", "4");
        assertThat(freshness.freshAt(NOW_MS + 5_999)).isTrue();
        assertThat(freshness.freshAt(NOW_MS + 6_000)).isFalse();
    }

    @Test
    void rfc9111Section5_2_2_4_noCacheIsNeverFresh() {
        Freshness freshness = of("Cache-Control", "no-cache, max-age=10, stale-if-error=60");
        assertThat(freshness.freshAt(NOW_MS)).isFalse();
        assertThat(freshness.mayServeOnError(NOW_MS)).isFalse();
    }

    @Test
    void rfc5861Section3_staleWhileRevalidate() {
        Freshness freshness = of("Cache-Control", "max-age=10, stale-while-revalidate=5");
        assertThat(freshness.mayServeWhileRevalidating(NOW_MS + 14_999)).isTrue();
        assertThat(freshness.mayServeWhileRevalidating(NOW_MS + 15_000)).isFalse();
    }

    @Test
    void rfc5861Section4_staleIfError() {
        Freshness freshness = of("Cache-Control", "max-age=10, stale-if-error=5");
        assertThat(freshness.mayServeWhileRevalidating(NOW_MS + 12_000)).isFalse();
        assertThat(freshness.mayServeOnError(NOW_MS + 12_000)).isTrue();
        assertThat(freshness.mayServeOnError(NOW_MS + 15_000)).isFalse();
        assertThat(freshness.expiredForGoodAt(NOW_MS + 15_000)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"must-revalidate", "proxy-revalidate"})
    void rfc9111Section4_2_4_revalidateDirectivesForbidStaleUse(String directive) {
        Freshness freshness =
                of("Cache-Control", "max-age=10, stale-if-error=60, stale-while-revalidate=60, " + directive);
        assertThat(freshness.mayServeOnError(NOW_MS + 11_000)).isFalse();
        assertThat(freshness.mayServeWhileRevalidating(NOW_MS + 11_000)).isFalse();
    }

    @Test
    void rfc9111Section4_2_4_staleResponseMayBeUsedForSomeTimeWhileDisconnected() {
        Headers response = Headers.of("Cache-Control", "max-age=10");
        Freshness freshness = Freshness.of(200, response, CachePolicy.DEFAULT, NOW_MS, NOW_MS);
        assertThat(freshness.mayServeOnError(NOW_MS + 11_000)).isFalse();
        assertThat(freshness.mayServeDisconnected(response, CachePolicy.DEFAULT, NOW_MS + 609_999))
                .isTrue();
        assertThat(freshness.mayServeDisconnected(response, CachePolicy.DEFAULT, NOW_MS + 610_000))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-age=10, must-revalidate",
                "max-age=10, proxy-revalidate",
                "max-age=10, no-cache",
                "s-maxage=10",
                "max-age=10, stale-if-error=0",
                "max-age=0"
            })
    void rfc9111Section4_2_4_whatForbidsStaleUseForbidsItWhileDisconnectedToo(String control) {
        Headers response = Headers.of("Cache-Control", control);
        Freshness freshness = Freshness.of(200, response, CachePolicy.DEFAULT, NOW_MS, NOW_MS);
        assertThat(freshness.mayServeDisconnected(response, CachePolicy.DEFAULT, NOW_MS + 11_000))
                .isFalse();
    }
}
