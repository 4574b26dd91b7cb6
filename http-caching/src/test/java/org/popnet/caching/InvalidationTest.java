package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidationTest {
    private static final String HOST = "www.a.example";

    private static java.util.Set<String> targets(String method, int status, String... response) {
        return Invalidation.targets(method, "http", HOST, "/dir/page?q=1", status, Headers.of(response));
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
        "http://WWW.A.EXAMPLE, /",
        "HTTP://www.a.example:80/p, /p",
        "//www.a.example/z, /z",
        "/x#part, /x",
    })
    void rfc9111Section4_4_locationsOfTheSameOriginAreInvalidToo(String reference, String target) {
        assertThat(targets("POST", 201, "Location", reference)).containsExactly("/dir/page?q=1", target);
        assertThat(targets("POST", 201, "Content-Location", reference)).containsExactly("/dir/page?q=1", target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://www.b.example/x",
                "//b.example/x",
                "http://www.a.example.evil/x",
                "https://www.a.example/x",
                "http://www.a.example:8080/x",
                "//www.a.example:81/x",
                "mailto:a@b",
                "http://[",
                "%zz"
            })
    void rfc9111Section4_4_othersAreNotWhateverTheySay(String reference) {
        assertThat(targets("POST", 201, "Location", reference)).containsExactly("/dir/page?q=1");
    }

    @ParameterizedTest
    @CsvSource({
        "http, www.a.example:8080, http://www.a.example:8080/x, true",
        "http, www.a.example:8080, http://www.a.example/x, false",
        "https, www.a.example, https://www.a.example:443/x, true",
        "https, www.a.example, http://www.a.example:443/x, false",
        "https, www.a.example, /x, true"
    })
    void rfc9111Section4_4_theOriginIsThatOfTheRequest(String scheme, String asked, String location, boolean same) {
        assertThat(Invalidation.targets("PUT", scheme, asked, "/", 201, Headers.of("Location", location)))
                .isEqualTo(same ? java.util.Set.of("/", "/x") : java.util.Set.of("/"));
    }

    @Test
    void rfc9111Section4_4_bothLocationsCount() {
        assertThat(targets("PUT", 200, "Location", "/a", "Content-Location", "/b"))
                .containsExactly("/dir/page?q=1", "/a", "/b");
    }
}
