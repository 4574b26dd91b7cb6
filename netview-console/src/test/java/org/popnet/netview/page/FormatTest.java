package org.popnet.netview.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 bit/s",
        "7, 7 bit/s",
        "7.25, 7.25 bit/s",
        "999, 999 bit/s",
        "999.6, 1.00 kbit/s",
        "12400000, 12.4 Mbit/s",
        "123456, 123 kbit/s",
        "99960, 100 kbit/s",
        "1e18, 1.00 Ebit/s",
        "9e21, '9,000 Ebit/s'"
    })
    void threeDigitsWithDecimalPrefixes(double value, String text) {
        assertThat(Format.quantity(value, "bit/s").toString().replace('\u00a0', ' '))
                .isEqualTo(text);
    }

    @Test
    void whatIsUnknownIsNoZero() {
        assertThat(Format.quantity(null, "B").toString()).isEqualTo("–");
        assertThat(Format.quantity(Double.NaN, "B").toString()).isEqualTo("–");
        assertThat(Format.percent(null)).isEqualTo("–");
        assertThat(Format.count(null)).isEqualTo("–");
    }

    @Test
    void roundTimesHaveAsManyDigitsAsTheirNeighboursInAColumn() {
        assertThat(Format.millis(7.0).toString()).isEqualTo("7.00\u00a0ms");
        assertThat(Format.millis(29.0).toString()).isEqualTo("29.0\u00a0ms");
        assertThat(Format.millis(0.0).toString()).isEqualTo("0\u00a0ms");
        assertThat(Format.millis(12_000.0).toString()).isEqualTo("12.0\u00a0s");
    }

    @Test
    void wholeMillisecondsStayWhole() {
        assertThat(Format.wholeMillis(34L).toString()).isEqualTo("34\u00a0ms");
        assertThat(Format.wholeMillis(1_202L).toString()).isEqualTo("1,202\u00a0ms");
        assertThat(Format.wholeMillis(12_000L).toString()).isEqualTo("12.0\u00a0s");
        assertThat(Format.wholeMillis(null).toString()).isEqualTo("–");
    }

    @Test
    void almostAllIsNotAll() {
        assertThat(Format.percent(0.99996)).isEqualTo("99.9\u00a0%");
        assertThat(Format.percent(1.0)).isEqualTo("100\u00a0%");
        assertThat(Format.percent(0.0)).isEqualTo("0\u00a0%");
    }

    @Test
    void timesNameTheirZone() {
        Instant now = Instant.parse("2026-11-23T00:15:02Z");
        Format format = new Format(ZoneId.of("Europe/Paris"), now);
        assertThat(format.exact(now)).isEqualTo("23 Nov 2026, 01:15:02 CET");
        assertThat(format.clock(now.minus(Duration.ofDays(3)))).isEqualTo("20 Nov 01:15 CET");
        assertThat(format.ago(now.minusSeconds(130))).isEqualTo("2 min ago");
    }
}
