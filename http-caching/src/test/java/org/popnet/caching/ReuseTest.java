package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §4.2, as a table: a response stored at noon, and whether it is fresh so many seconds later. */
class ReuseTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final long NOON_MS = NOON.toEpochMilli();

    /** {@code Name: value | Name: value}; {@code @n} stands for the date n seconds from noon. */
    private static Headers fields(String text) {
        Headers.Builder fields = Headers.builder();
        for (String line : text.split("\\|")) {
            String name = line.substring(0, line.indexOf(':')).strip();
            String value = line.substring(line.indexOf(':') + 1).strip();
            fields.add(
                    name,
                    value.startsWith("@")
                            ? HttpDates.format(NOON.plusSeconds(Long.parseLong(value.substring(1))))
                            : value);
        }
        return fields.build();
    }

    private static Freshness stored(int status, String response) {
        return Freshness.of(status, fields(response), CachePolicy.DEFAULT, NOON_MS, NOON_MS);
    }

    @ParameterizedTest(name = "{0} after {1} s: {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                // §5.2.2.1, §5.2.2.10, §5.3: which says how long
                "Cache-Control: max-age=60, 59, true",
                "Cache-Control: max-age=60, 60, false",
                "Cache-Control: max-age=\"60\", 59, true",
                "Cache-Control: max-age=-1, 0, false",
                "Cache-Control: max-age=6.5, 0, false",
                "Cache-Control: max-age=x, 0, false",
                "Cache-Control: max-age=, 0, false",
                "Cache-Control: max-age, 0, false",
                "Cache-Control: MAX-AGE=60, 59, true",
                "Cache-Control: max-age=99999999999, 2147483647, false", // no longer than the policy's year
                "Cache-Control: max-age=99999999999, 31535999, true",
                "`Cache-Control: max-age=60, max-age=600`, 61, false",
                "`Cache-Control: max-age=600, s-maxage=60`, 61, false",
                "`Cache-Control: max-age=60, s-maxage=600`, 61, true",
                "`Cache-Control: max-age=60, no-cache`, 0, false",
                "`Cache-Control: max-age=60, no-cache=\"X\"`, 0, false",
                "Cache-Control: max-age=60 | Expires: @600, 61, false",
                "Cache-Control: max-age=600 | Expires: @-600, 61, true",
                "Cache-Control: s-maxage=0 | Expires: @600, 0, false",
                "Date: @0 | Expires: @60, 59, true",
                "Date: @0 | Expires: @60, 60, false",
                "Date: @-30 | Expires: @60, 59, true",
                "Date: @0 | Expires: 0, 0, false",
                "Date: @0 | Expires: Thu 1970, 0, false",
                "Expires: @60, 59, true",
                // §4.2.3: how old it was when it came
                "Cache-Control: max-age=60 | Age: 30, 29, true",
                "Cache-Control: max-age=60 | Age: 30, 30, false",
                "Cache-Control: max-age=60 | Age: 60, 0, false",
                "Cache-Control: max-age=60 | Date: @-40, 19, true",
                "Cache-Control: max-age=60 | Date: @-40, 20, false",
                "Cache-Control: max-age=60 | Date: @-40 | Age: 50, 10, false",
                "Cache-Control: max-age=60 | Date: @40, 59, true",
                "Cache-Control: max-age=60 | Date: nonsense, 59, true",
                // §5.1: of a list the first, and what is none is ignored
                "Cache-Control: max-age=60 | Age: 0 | Age: 7200, 59, true",
                "Cache-Control: max-age=60 | Age: 7200 | Age: 0, 0, false",
                "`Cache-Control: max-age=60 | Age: 7200, 0`, 0, false",
                "Cache-Control: max-age=60 | Age: abc, 59, true",
                "Cache-Control: max-age=60 | Age: -7200, 59, true",
                "Cache-Control: max-age=60 | Age: 7200.0, 59, true",
                "Cache-Control: max-age=60 | Age: 2147483648, 0, false",
                // §4.2.2: a tenth of the time since it was modified, if nothing else says
                "Date: @0 | Last-Modified: @-1000, 99, true",
                "Date: @0 | Last-Modified: @-1000, 100, false",
                "Date: @0 | Last-Modified: @1000, 0, false",
                "Date: @0 | Last-Modified: yesterday, 0, false",
                "Date: @0 | Last-Modified: @-1000 | Cache-Control: max-age=5, 5, false",
                "Date: @0 | ETag: \"a\", 0, false",
                // RFC 9213 §2.2: what is said to networks like this one goes before all else
                "CDN-Cache-Control: max-age=60 | Cache-Control: no-store, 59, true",
                "CDN-Cache-Control: max-age=0 | Cache-Control: max-age=60, 0, false",
                "CDN-Cache-Control: no-cache | Expires: @60, 0, false",
                "CDN-Cache-Control: max-age=\"60\" | Cache-Control: max-age=5, 5, false",
                "CDN-Cache-Control: max-age=60; | Cache-Control: max-age=5, 5, false",
                "`CDN-Cache-Control: max-age=5, max-age=60`, 59, true",
            })
    void rfc9111Section4_2_freshness(String response, long seconds, boolean fresh) {
        assertThat(stored(200, response).freshAt(NOON_MS + seconds * 1000)).isEqualTo(fresh);
    }

    @ParameterizedTest(name = "{0} {1} s stale: at once {2}, on error {3}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`max-age=10`, 0, false, false",
                "`max-age=10, stale-while-revalidate=5`, 4, true, true",
                "`max-age=10, stale-while-revalidate=5`, 5, false, false",
                "`max-age=10, stale-if-error=5`, 4, false, true",
                "`max-age=10, stale-if-error=5`, 5, false, false",
                "`max-age=10, stale-if-error=x`, 0, false, false",
                "`max-age=10, stale-if-error=50, must-revalidate`, 1, false, false",
                "`max-age=10, stale-if-error=50, proxy-revalidate`, 1, false, false",
                "`max-age=10, stale-while-revalidate=50, must-revalidate`, 1, false, false",
                "`s-maxage=10, stale-while-revalidate=5`, 4, true, true",
                "`s-maxage=10, stale-if-error=5`, 4, false, true",
            })
    void rfc9111Section4_2_4_staleUse(String control, long secondsStale, boolean atOnce, boolean onError) {
        Freshness freshness = stored(200, "Cache-Control: " + control);
        long now = NOON_MS + (10 + secondsStale) * 1000;
        assertThat(freshness.mayServeWhileRevalidating(now)).isEqualTo(atOnce);
        assertThat(freshness.mayServeOnError(now)).isEqualTo(onError);
    }

    @ParameterizedTest
    @CsvSource({
        "200, true", "203, true", "204, true", "300, true", "301, true", "308, true", "404, true", "405, true",
        "410, true", "414, true", "501, true", "201, false", "302, false", "303, false", "307, false", "400, false",
        "403, false", "500, false", "502, false", "503, false", "599, false"
    })
    void rfc9110Section15_1_heuristicsAreForSomeStatusesOnly(int status, boolean allowed) {
        assertThat(stored(status, "Date: @0 | Last-Modified: @-1000").freshAt(NOON_MS))
                .isEqualTo(allowed);
        assertThat(stored(status, "Date: @0 | Last-Modified: @-1000 | Cache-Control: public")
                        .freshAt(NOON_MS))
                .isTrue();
    }
}
