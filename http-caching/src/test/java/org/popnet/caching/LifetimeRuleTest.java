package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifetimeRuleTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    @ParameterizedTest
    @CsvSource({
        "Cache-Control, 'no-cache, max-age=5', NO_CACHE_DIRECTIVE",
        "Cache-Control, 'max-age=5, s-maxage=6', SHARED_MAX_AGE",
        "Cache-Control, max-age=5, FRESH_FOR_MAX_AGE",
        "CDN-Cache-Control, max-age=5, FRESH_FOR_MAX_AGE",
        "CDN-Cache-Control, public, NONE",
        "Expires, 0, EXPIRES",
        "Last-Modified, 'Sun, 06 Nov 1994 08:49:37 GMT', HEURISTIC",
        "Last-Modified, yesterday, NONE",
        "X, y, NONE",
    })
    void rfc9111Section4_2_theRuleThatGaveTheLifetimeIsNamed(String name, String value, LifetimeRule rule) {
        assertThat(LifetimeRule.of(200, Headers.of(name, value), CachePolicy.DEFAULT))
                .isEqualTo(rule);
    }

    @Test
    void rfc9213Section2_2_aTargetedFieldIsNamed() {
        Headers targeted = Headers.of("CDN-Cache-Control", "max-age=5", "Cache-Control", "no-store");
        assertThat(LifetimeRule.FRESH_FOR_MAX_AGE.text(targeted))
                .isEqualTo("RFC 9111 §5.2.2.1: max-age, in CDN-Cache-Control (RFC 9213)");
    }

    @Test
    void theRuleThatIsNamedIsTheOneThatCounted() {
        String[][] choices = {
            {"Cache-Control", "max-age=11"},
            {"Cache-Control", "s-maxage=12"},
            {"Cache-Control", "public"},
            {"Cache-Control", "no-cache"},
            {"CDN-Cache-Control", "max-age=13"},
            {"CDN-Cache-Control", "Max-Age=13"},
            {"Expires", "Wed, 01 Jan 2200 00:00:00 GMT"},
            {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
        };
        CachePolicy policy = new CachePolicy(
                Duration.ofSeconds(14), 0.1, Duration.ofSeconds(15), Duration.ofSeconds(100_000), false, Duration.ZERO);
        Random random = new Random(9111);
        for (int i = 0; i < 5_000; i++) {
            Headers.Builder headers = Headers.builder();
            for (int n = random.nextInt(4); n > 0; n--) {
                String[] choice = choices[random.nextInt(choices.length)];
                headers.add(choice[0], choice[1]);
            }
            Headers response = headers.build();
            int status = random.nextBoolean() ? 200 : 302;
            long seconds =
                    Freshness.of(status, response, policy, NOW_MS, NOW_MS).lifetimeMs() / 1000;
            assertThat(LifetimeRule.of(status, response, policy))
                    .as(response.toString())
                    .isIn(
                            switch ((int) seconds) {
                                case 0 -> new Object[] {LifetimeRule.NO_CACHE_DIRECTIVE, LifetimeRule.NONE};
                                case 11 -> new Object[] {LifetimeRule.FRESH_FOR_MAX_AGE};
                                case 12 -> new Object[] {LifetimeRule.SHARED_MAX_AGE};
                                case 13 -> new Object[] {LifetimeRule.FRESH_FOR_MAX_AGE};
                                case 14 -> new Object[] {LifetimeRule.SITE_DEFAULT};
                                case 15 -> new Object[] {LifetimeRule.HEURISTIC};
                                case 100_000 -> new Object[] {LifetimeRule.EXPIRES};
                                default -> new Object[0];
                            });
        }
    }
}
