package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDatesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "sun, 06 nov 1994 08:49:37 gmt"
            })
    void rfc9110Section5_6_7_threeForms(String text) {
        assertThat(HttpDates.parse(text, NOW)).isEqualTo(Instant.parse("1994-11-06T08:49:37Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "",
                "Sun, 06 Nov 1994 08:49:37",
                "Sun, 06 Nov 1994 08:49:37 CET",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06  Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 94 08:49:37 GMT",
                "06 Nov 1994 08:49:37 GMT",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 ovd 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 25:49:37 GMT"
            })
    void rfc9111Section4_2_whatIsNoDateIsNone(String text) {
        assertThat(HttpDates.parse(text, NOW)).isNull();
    }

    @Test
    void rfc9110Section5_6_7_twoDigitYearIsNeverFiftyYearsAhead() {
        assertThat(HttpDates.parse("Monday, 06-Nov-76 08:49:37 GMT", NOW))
                .isEqualTo(Instant.parse("2076-11-06T08:49:37Z"));
        assertThat(HttpDates.parse("Monday, 06-Nov-77 08:49:37 GMT", NOW))
                .isEqualTo(Instant.parse("1977-11-06T08:49:37Z"));
    }

    @Test
    void whatIsWrittenIsRead() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            Instant instant = Instant.ofEpochSecond(random.nextLong(253_402_300_800L));
            assertThat(HttpDates.parse(HttpDates.format(instant), NOW)).isEqualTo(instant);
        }
    }
}
