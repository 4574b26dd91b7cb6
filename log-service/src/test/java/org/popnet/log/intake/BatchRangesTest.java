package org.popnet.log.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BatchRangesTest {
    @Test
    void behavesAsASetOfNumbersAndSurvivesItsTextForm() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            BatchRanges ranges = BatchRanges.parse("{}");
            TreeSet<Long> model = new TreeSet<>();
            for (int i = 0; i < 300; i++) {
                long number = 1 + random.nextInt(200);
                assertThat(ranges.add(number)).isEqualTo(model.add(number));
                if (random.nextInt(20) == 0) {
                    ranges = BatchRanges.parse(ranges.toString());
                }
            }
            long complete = 0;
            for (long number = 0; number < 203; number++) {
                assertThat(ranges.contains(number)).isEqualTo(model.contains(number));
                complete = number == complete + 1 && model.contains(number) ? number : complete;
            }
            assertThat(ranges.completeTo()).isEqualTo(complete);
        }
    }

    @Test
    void isWrittenAsPostgresqlDoes() {
        BatchRanges ranges = BatchRanges.parse("{[1,5),[7,8)}");
        assertThat(ranges.toString()).isEqualTo("{[1,5),[7,8)}");
        ranges.add(5);
        ranges.add(6);
        assertThat(ranges.toString()).isEqualTo("{[1,8)}");
        assertThat(ranges.count()).isEqualTo(1);
    }
}
