package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.caching.CacheControl.Directive;

class CacheControlTest {
    private static CacheControl of(String... lines) {
        Headers.Builder headers = Headers.builder();
        for (String line : lines) {
            headers.add("cache-control", line);
        }
        return CacheControl.of(headers.build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=3600               | 3600",
                "MAX-AGE=3600               | 3600",
                "max-age=\"3600\"           | 3600",
                "foo, max-age=0003600       | 3600",
                "foo=\"bar, max-age=1\", max-age=2 | 2",
                "max-age=1, max-age=7200    | 1",
                "max-age=99999999999999999  | 2147483648",
                "max-age=-1                 | 0",
                "max-age=3600.0             | 0",
                "max-age='3600'             | 0",
                "max-age=a3600              | 0",
                "max-age                    | 0",
                "max-age =3600              | -1",
                "max-age=3600 ,  , public   | 3600",
            })
    void rfc9111Section5_2_2_1_maxAge(String value, long seconds) {
        assertThat(of(value).seconds(Directive.MAX_AGE)).isEqualTo(seconds);
    }

    @Test
    void rfc9111Section5_2_directivesOfSeveralLinesCountTogether() {
        CacheControl control = of("public, s-maxage=5", "must-revalidate");
        assertThat(control).hasToString("public, must-revalidate, s-maxage=5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-store", "NO-STORE", "foo=\"bar\", no-store", "no-store=yes", ",,no-store,,"})
    void rfc9111Section5_2_2_5_noStoreInAnySpelling(String value) {
        assertThat(of(value).has(Directive.NO_STORE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-storex", "x-no-store", "\"no-store\"", "foo=\"no-store\"", "foo=\"a\\\", no-store\""})
    void rfc9111Section5_2_3_unknownDirectivesAreIgnored(String value) {
        assertThat(of(value).has(Directive.NO_STORE)).isFalse();
    }

    @Test
    void rfc9111Section5_2_2_4_qualifiedNoCacheCountsAsUnqualified() {
        assertThat(of("no-cache=\"Set-Cookie, X\"").has(Directive.NO_CACHE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"max-age=10", "max-age=10;x=1", " max-age=10", "a=(1 2);q, max-age=10", "max-age=1, max-age=10"})
    void rfc9213Section2_1_validTargetedFieldGovernsAlone(String value) {
        Headers response = Headers.of("Cache-Control", "no-store", "CDN-Cache-Control", value);
        assertThat(CacheControl.ofTargeted(response)).hasToString("max-age=10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "max-age=10,", "max-age=\"10", "MAX-AGE=10", "&&", "max-age=10 public", "a=1.2345"})
    void rfc9213Section2_1_malformedTargetedFieldIsAsIfAbsent(String value) {
        Headers response = Headers.of("Cache-Control", "no-store", "CDN-Cache-Control", value);
        assertThat(CacheControl.ofTargeted(response)).hasToString("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"max-age=\"10\", public", "max-age=10.0, public", "max-age=-1, public", "no-store=?0, public"})
    void rfc9213Section2_1_directiveOfWrongTypeIsIgnored(String value) {
        assertThat(CacheControl.ofTargeted(Headers.of("CDN-Cache-Control", value)))
                .hasToString("public");
    }

    @Test
    void anyTextIsParsedWithoutFailure() {
        Random random = new Random(9111);
        String alphabet = "max-age=nostore10\",; =\\()?:*.-\t";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(30); j > 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Headers headers = Headers.of("Cache-Control", text.toString(), "CDN-Cache-Control", text.toString());
            assertThat(CacheControl.of(headers).seconds(Directive.MAX_AGE)).isGreaterThanOrEqualTo(-1);
            CacheControl.ofTargeted(headers);
            assertThat(List.of(headers.members("Cache-Control"))).isNotNull();
        }
    }
}
