package org.popnet.log.audience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentFamilyTest {
    @Test
    void browsersThatNameEachOtherAreToldApart() {
        String chrome =
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        assertThat(AgentFamily.of(chrome)).isEqualTo("Chrome");
        assertThat(AgentFamily.of(chrome + " Edg/131.0.0.0")).isEqualTo("Edge");
        assertThat(AgentFamily.of(chrome + " OPR/116.0.0.0")).isEqualTo("Opera");
        assertThat(AgentFamily.of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
                        + " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"))
                .isEqualTo("Safari");
        assertThat(AgentFamily.of(
                        "Mozilla/5.0 (iPhone; like Mac OS X) AppleWebKit/605.1.15 FxiOS/133.0 Safari/605.1.15"))
                .isEqualTo("Firefox");
        assertThat(AgentFamily.of("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"))
                .isEqualTo("Googlebot");
        assertThat(AgentFamily.of("MyBot/1.0")).isEqualTo("other bot");
        assertThat(AgentFamily.of("curl/8.5.0")).isEqualTo("curl");
    }

    @Test
    void whatIsNotKnownIsOtherAndNothingMakesAFamilyOfItsOwn() {
        assertThat(AgentFamily.of(null)).isEqualTo("none");
        assertThat(AgentFamily.of("  ")).isEqualTo("none");
        Random random = new Random(5);
        Set<String> families = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            families.add(AgentFamily.of(new String(noise, java.nio.charset.StandardCharsets.ISO_8859_1)));
        }
        assertThat(families).contains("other").hasSizeLessThan(Dimension.AGENT.capacity(1));
    }
}
