package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VaryTest {
    private static String key(String vary, String... request) {
        return Vary.of(Headers.of("Vary", vary)).key(Headers.of(request));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "Accept, *", "*, Accept", " * "})
    void rfc9110Section12_5_5_anAsteriskAmongOthersStandsForAnything(String vary) {
        assertThat(Vary.of(Headers.of("Vary", vary)).any()).isTrue();
    }

    @Test
    void rfc9110Section12_5_5_linesAndRepeatedNamesOfAnyCaseAreOneList() {
        assertThat(Vary.of(Headers.of("Vary", "B, a", "Vary", "A,,b")).fields()).containsExactly("a", "b");
        assertThat(Vary.of(Headers.EMPTY)).isEqualTo(Vary.NONE);
        assertThat(Vary.of(Headers.of("Vary", ""))).isEqualTo(Vary.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "X-A, 1, 1, true",
        "X-A, 1, 2, false",
        "X-A, 'a, b', 'a,b', true",
        "X-A, 'a,b', 'b,a', false",
        "X-A, a, A, false",
        "Accept-Encoding, 'gzip, br', 'BR,gzip', true",
        "Accept-Encoding, gzip, identity, false",
        "Accept-Encoding, 'gzip;q=0.5', 'gzip; q=0.5', true",
        "Accept-Language, 'de, en', 'en,de', true",
        "Accept-Language, 'de;q=0.1', 'de', false",
    })
    void rfc9111Section4_1_selectingFieldsMatchAfterNormalisation(
            String field, String stored, String asked, boolean match) {
        assertThat(key(field, field, stored).equals(key(field, field, asked))).isEqualTo(match);
    }

    @Test
    void rfc9111Section4_1_severalLinesMatchTheirCombination() {
        assertThat(key("X-A", "X-A", "1", "x-a", "2")).isEqualTo(key("x-a", "X-A", "1, 2"));
    }

    @Test
    void rfc9111Section4_1_absentMatchesAbsentOnly() {
        assertThat(key("X-A")).isEqualTo(key("X-A", "X-B", "1"));
        assertThat(key("X-A")).isNotEqualTo(key("X-A", "X-A", ""));
    }

    @Test
    void rfc9111Section4_1_valuesOfOneFieldAreNeverTakenForAnothers() {
        assertThat(key("X-A, X-B", "X-A", "1")).isNotEqualTo(key("X-A, X-B", "X-B", "1"));
        assertThat(key("X-A, X-B", "X-A", "1", "X-B", "2")).isNotEqualTo(key("X-A, X-B", "X-A", "1,2"));
    }
}
