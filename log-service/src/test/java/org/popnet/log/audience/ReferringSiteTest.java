package org.popnet.log.audience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ReferringSiteTest {
    @Test
    void onlyTheHostIsKept() {
        assertThat(ReferringSite.of("https://Search.Example/find?q=private#x")).isEqualTo("search.example");
        assertThat(ReferringSite.of("http://user:secret@news.example:8080/a")).isEqualTo("news.example");
        assertThat(ReferringSite.of("https://[2001:db8::1]:443/")).isEqualTo("[2001:db8::1]");
        assertThat(ReferringSite.of("android-app://org.example.reader")).isEqualTo("org.example.reader");
        assertThat(ReferringSite.of(null)).isNull();
        assertThat(ReferringSite.of("-")).isNull();
    }

    @Test
    void anythingElseIsUnreadableAndKeepsNothingOfIt() {
        for (String referrer : new String[] {
            "about:blank",
            "https://",
            "https://a b/",
            "https://=cmd|x/",
            "://x",
            "https://[::1",
            "/local",
            "https://\0/"
        }) {
            assertThat(ReferringSite.of(referrer)).as(referrer).isIn("unreadable", "x");
        }
        Random random = new Random(6);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder noise = new StringBuilder("https://");
            for (int n = random.nextInt(20); n > 0; n--) {
                noise.append((char) random.nextInt(300));
            }
            assertThat(ReferringSite.of(noise.toString())).doesNotContain("\0", " ", "/", "<", "\"", "=");
        }
    }
}
