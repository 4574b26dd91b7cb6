package org.popnet.edge.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccessLogTest {
    @Test
    void longUrlIsCutAndTold() {
        String url = "/" + "x".repeat(600);
        String cut = AccessLog.url(url);
        assertThat(cut).hasSize(512).startsWith("/xxx").matches(".*~[0-9a-f]{16}");
        assertThat(AccessLog.url(url + "y")).isNotEqualTo(cut);
        assertThat(AccessLog.url("/short")).isEqualTo("/short");
    }

    @Test
    void noCharacterIsCutInTwo() {
        String text = "é".repeat(200) + "😀".repeat(100);
        for (int bytes = 1; bytes < 700; bytes++) {
            String cut = AccessLog.cut(text, bytes);
            assertThat(cut.getBytes(UTF_8).length).isLessThanOrEqualTo(bytes).isGreaterThan(bytes - 4);
            assertThat(text).startsWith(cut);
        }
    }
}
