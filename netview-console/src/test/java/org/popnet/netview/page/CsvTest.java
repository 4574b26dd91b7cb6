package org.popnet.netview.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
    void textThatASpreadsheetWouldRunGetsAnApostrophe(String text) {
        assertThat(new Csv("head").row(text).toString()).contains("'" + text);
    }

    @Test
    void numbersStayNumbersAndTextIsQuotedWhereNeeded() {
        assertThat(new Csv("a", "b", "c", "d")
                        .row(-5, "say \"hi\", you", null, "/plain")
                        .toString())
                .isEqualTo("a,b,c,d\r\n-5,\"say \"\"hi\"\", you\",,/plain\r\n");
    }
}
