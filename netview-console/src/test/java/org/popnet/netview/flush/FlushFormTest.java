package org.popnet.netview.flush;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.platform.flush.FlushOrder;

class FlushFormTest {
    private static final String SITE = "static.customer1.example";

    private static FlushForm form(String kind, String value, String confirm) {
        return new FlushForm(SITE, kind, value, confirm);
    }

    @ParameterizedTest
    @CsvSource({"URL,/a?b=c", "URL,/a%20b", "PREFIX,/images/", "WILDCARD,/*.css", "TAG,news"})
    void whatIsRightGoesThrough(String kind, String value) {
        assertThat(form(kind, value, "").problem()).isNull();
        assertThat(form(kind, value, "").checkedValue()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "URL,images/logo.png",
        "URL,''",
        "URL,/a b",
        "URL,/a%zz",
        "PREFIX,''",
        "WILDCARD,*.css",
        "TAG,''",
        "TAG,two tags",
        "NUKE,/"
    })
    void whatIsWrongIsExplained(String kind, String value) {
        assertThat(form(kind, value, "").problem()).isNotNull().satisfies(problem -> assertThat(problem.means())
                .startsWith("Nothing was flushed."));
    }

    @ParameterizedTest
    @CsvSource({"ALL,''", "PREFIX,/", "WILDCARD,/*", "WILDCARD,/**"})
    void everythingNeedsTheDomainsNameHoweverItIsPut(String kind, String value) {
        assertThat(form(kind, value, "").problem()).isNotNull();
        assertThat(form(kind, value, "www.customer1.example").problem()).isNotNull();
        assertThat(form(kind, value, SITE).problem()).isNull();
    }

    @Test
    void pastedAddressCountsAsItsPath() {
        FlushForm pasted = form("URL", " https://static.customer1.example/images/logo.png?v=2 ", "");
        assertThat(pasted.problem()).isNull();
        assertThat(pasted.checkedValue()).isEqualTo("/images/logo.png?v=2");
    }

    @Test
    void valueOfEverythingIsEmpty() {
        FlushForm everything = form("ALL", "/left over", SITE);
        assertThat(everything.problem()).isNull();
        assertThat(everything.checkedKind()).isEqualTo(FlushOrder.Kind.ALL);
        assertThat(everything.checkedValue()).isEmpty();
    }
}
