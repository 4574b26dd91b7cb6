package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.caching.ByteRange.Requested;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-499      | 0-499",
                "BYTES=500-999    | 500-999",
                "bytes=900-5000   | 900-999",
                "bytes=950-       | 950-999",
                "bytes=-50        | 950-999",
                "bytes=-5000      | 0-999",
                "bytes=0-0,-1     | 0-0 999-999",
                "bytes= 1-2 , 5-6 | 1-2 5-6",
                "bytes=2000-,1-1  | 1-1",
                "bytes=1000-      | unsatisfiable",
                "bytes=-0         | unsatisfiable",
                "bytes=5-4        | whole",
                "bytes=a-b        | whole",
                "bytes=--5        | whole",
                "bytes=5          | whole",
                "bytes=           | whole",
                "bytes=+1-2       | whole",
                "lines=1-2        | whole",
                "bytes=0-9,0-9,0-9,0-9 | whole",
                "bytes=1-1,3-3,5-5,7-7,9-9,11-11 | whole",
            })
    void rfc9110Section14_1_2(String field, String expected) {
        String actual =
                switch (ByteRange.parse(field, 1000, 5)) {
                    case Requested.Whole _ -> "whole";
                    case Requested.Unsatisfiable _ -> "unsatisfiable";
                    case Requested.Parts(var ranges) -> {
                        StringBuilder text = new StringBuilder();
                        ranges.forEach(r -> text.append(r.first())
                                .append('-')
                                .append(r.last())
                                .append(' '));
                        yield text.toString().strip();
                    }
                };
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void rfc9110Section14_4_contentRange() {
        assertThat(new ByteRange(0, 499).contentRange(1234)).isEqualTo("bytes 0-499/1234");
        assertThat(ByteRange.unsatisfiedContentRange(1234)).isEqualTo("bytes */1234");
    }

    @Test
    void everyPartLiesWithinTheRepresentation() {
        Random random = new Random(14);
        String alphabet = "0123456789-, =bytes";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder("bytes=");
            for (int j = random.nextInt(20); j > 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            long length = random.nextInt(50);
            if (ByteRange.parse(text.toString(), length, 8) instanceof Requested.Parts(var ranges)) {
                assertThat(ranges).isNotEmpty().allMatch(r -> r.last() < length);
            }
        }
    }
}
