package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidationTest {
    private static final String HOST = "www.a.example";

    private static java.util.Set<String> targets(String method, int status, String... response) {
        return Invalidation.targets(method, HOST, "/dir/page?q=1", status, Headers.of(response));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "post"})
    void rfc9111Section4_4_everyMethodThatIsNotKnownToBeSafeInvalidates(String method) {
        assertThat(targets(method, 200)).containsExactly("/dir/page?q=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE"})
    void rfc9111Section4_4_safeMethodsDoNot(String method) {
        assertThat(targets(method, 200, "Location", "/x")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "100, false",
        "199, false",
        "200, true",
        "204, true",
        "303, true",
        "399, true",
        "400, false",
        "500, false"
    })
    void rfc9111Section4_4_onlyAnswersOf2xxAnd3xxInvalidate(int status, boolean invalidates) {
        assertThat(targets("POST", status).isEmpty()).isEqualTo(!invalidates);
    }

    @ParameterizedTest
    @CsvSource({
        "/x, /x",
        "x, /dir/x",
        "../x?y=z, /x?y=z",
        "?r=2, /dir/?r=2",
        "http://www.a.example/y, /y",
        "https://WWW.A.EXAMPLE, /",
        "//www.a.example/z, /z",
        "/x#part, /x",
    })
    void rfc9111Section4_4_locationsOfTheSameHostAreInvalidToo(String reference, String target) {
        assertThat(targets("POST", 201, "Location", reference)).containsExactly("/dir/page?q=1", target);
        assertThat(targets("POST", 201, "Content-Location", reference)).containsExactly("/dir/page?q=1", target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://www.b.example/x",
                "//b.example/x",
                "http://www.a.example.evil/x",
                "mailto:a@b",
                "http://[",
                "%zz"
            })
    void rfc9111Section4_4_othersAreNotWhateverTheySay(String reference) {
        assertThat(targets("POST", 201, "Location", reference)).containsExactly("/dir/page?q=1");
    }

    @Test
    void rfc9111Section4_4_bothLocationsCount() {
        assertThat(targets("PUT", 200, "Location", "/a", "Content-Location", "/b"))
                .containsExactly("/dir/page?q=1", "/a", "/b");
    }
}
