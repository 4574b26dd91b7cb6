package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.caching.Conditional.Answer.FULL;
import static org.popnet.caching.Conditional.Answer.NOT_MODIFIED;
import static org.popnet.caching.Conditional.Answer.PRECONDITION_FAILED;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionalTest {
    private static final long NOW_MS = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
    private static final String T1 = "Sun, 22 Nov 2026 12:00:00 GMT";
    private static final String T2 = "Mon, 23 Nov 2026 11:00:00 GMT";
    private static final Headers STORED = Headers.of("ETag", "\"a\"", "Last-Modified", T1, "Date", T2);

    private static Conditional.Answer evaluate(Headers stored, String... request) {
        return Conditional.evaluate(Headers.of(request), stored, NOW_MS);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"a\"', NOT_MODIFIED",
        "'W/\"a\"', NOT_MODIFIED",
        "'\"x\", \"a\"', NOT_MODIFIED",
        "'\"x,y\",W/\"a\"', NOT_MODIFIED",
        "*, NOT_MODIFIED",
        "'\"b\"', FULL",
        "a, FULL",
        "'\"A\"', FULL"
    })
    void rfc9110Section13_1_2_ifNoneMatchComparesWeakly(String field, Conditional.Answer expected) {
        assertThat(evaluate(STORED, "If-None-Match", field)).isEqualTo(expected);
    }

    @Test
    void rfc9110Section13_2_2_ifNoneMatchHidesIfModifiedSince() {
        assertThat(evaluate(STORED, "If-None-Match", "\"b\"", "If-Modified-Since", T2))
                .isEqualTo(FULL);
    }

    @Test
    void rfc9110Section13_1_3_ifModifiedSince() {
        assertThat(evaluate(STORED, "If-Modified-Since", T1)).isEqualTo(NOT_MODIFIED);
        assertThat(evaluate(STORED, "If-Modified-Since", "Sun, 22 Nov 2026 11:59:59 GMT"))
                .isEqualTo(FULL);
        assertThat(evaluate(STORED, "If-Modified-Since", "yesterday")).isEqualTo(FULL);
        assertThat(evaluate(Headers.of("Date", T1), "If-Modified-Since", T2)).isEqualTo(NOT_MODIFIED);
    }

    @Test
    void rfc9110Section13_1_1_ifMatchComparesStrongly() {
        assertThat(evaluate(STORED, "If-Match", "\"a\"")).isEqualTo(FULL);
        assertThat(evaluate(STORED, "If-Match", "W/\"a\"")).isEqualTo(PRECONDITION_FAILED);
        assertThat(evaluate(STORED, "If-Unmodified-Since", "Sat, 21 Nov 2026 12:00:00 GMT"))
                .isEqualTo(PRECONDITION_FAILED);
        assertThat(evaluate(STORED, "If-Unmodified-Since", T2)).isEqualTo(FULL);
    }

    @Test
    void rfc9110Section13_1_5_ifRangeNeedsAStrongValidator() {
        assertThat(rangeApplies("\"a\"")).isTrue();
        assertThat(rangeApplies("W/\"a\"")).isFalse();
        assertThat(rangeApplies("\"b\"")).isFalse();
        assertThat(rangeApplies(T1)).isTrue();
        assertThat(rangeApplies(T2)).isFalse();
        assertThat(Conditional.rangeApplies(Headers.EMPTY, STORED, NOW_MS)).isTrue();
    }

    private static boolean rangeApplies(String field) {
        return Conditional.rangeApplies(Headers.of("If-Range", field), STORED, NOW_MS);
    }

    @Test
    void rfc9111Section4_3_1_revalidationSendsAllValidators() {
        assertThat(Conditional.revalidation(STORED))
                .isEqualTo(Headers.of("If-None-Match", "\"a\"", "If-Modified-Since", T1));
    }

    @Test
    void rfc9111Section3_2_notModifiedReplacesFieldsButNotHowTheStoredBytesAreRead() {
        Headers stored =
                Headers.of("ETag", "\"a\"", "Content-Length", "5", "Content-Type", "a/b", "X", "1", "Age", "9");
        Headers update = Headers.of(
                "X",
                "2",
                "Content-Length",
                "0",
                "Content-Type",
                "c/d",
                "Cache-Control",
                "max-age=1",
                "Connection",
                "Y",
                "Y",
                "1");
        assertThat(Freshening.update(stored, update))
                .isEqualTo(Headers.of(
                        "ETag",
                        "\"a\"",
                        "Content-Length",
                        "5",
                        "X",
                        "2",
                        "Content-Type",
                        "c/d",
                        "Cache-Control",
                        "max-age=1"));
    }

    @Test
    void rfc9111Section4_3_4_aNotModifiedForAnotherTagDoesNotConfirm() {
        assertThat(Freshening.confirms(STORED, Headers.of("ETag", "\"a\""))).isTrue();
        assertThat(Freshening.confirms(STORED, Headers.of("ETag", "\"b\""))).isFalse();
        assertThat(Freshening.confirms(STORED, Headers.EMPTY)).isTrue();
        assertThat(Freshening.confirms(STORED, Headers.of("Last-Modified", T2))).isFalse();
    }

    @Test
    void rfc9111Section4_3_5_headShowsThatTheStoredResponseIsOutdated() {
        assertThat(Freshening.headContradicts(STORED, Headers.of("ETag", "\"a\"")))
                .isFalse();
        assertThat(Freshening.headContradicts(STORED, Headers.of("ETag", "\"b\"")))
                .isTrue();
    }
}
