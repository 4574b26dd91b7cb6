package org.popnet.edge.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WildcardTest {
    @Test
    void matchesAsTheRegularExpressionOfTheSameMeaning() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            String pattern = random(random, "ab*");
            String text = random(random, "ab");
            boolean expected = Pattern.matches(pattern.replace("*", ".*"), text);
            assertThat(new Wildcard(pattern).test(text))
                    .as(pattern + " on " + text)
                    .isEqualTo(expected);
        }
    }

    private static String random(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
