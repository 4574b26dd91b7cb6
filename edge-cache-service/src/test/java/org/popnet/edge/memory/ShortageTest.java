package org.popnet.edge.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ShortageTest {
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final AtomicInteger shed = new AtomicInteger();
    private final Shortage shortage = new Shortage(() -> Instant.ofEpochMilli(nowMs.get()), shed::incrementAndGet);

    @Test
    void isSaidOnceAMinuteAndMadeRoomForOnceASecond(CapturedOutput output) {
        for (int i = 0; i < 600; i++) {
            shortage.refused("errno 28");
            nowMs.addAndGet(200);
        }
        assertThat(shortage.refusals()).isEqualTo(600);
        assertThat(shed).hasValue(120);
        assertThat(output.getOut().lines().filter(line -> line.contains("errno 28")))
                .hasSize(2)
                .first()
                .asString()
                .contains("popnet.edge.memory");
    }
}
