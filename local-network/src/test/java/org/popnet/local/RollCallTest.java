package org.popnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.popnet.local.process.Health;
import org.popnet.local.process.ProcessSpec;

class RollCallTest {
    private static final Health STARTING = new Health("STARTING", OptionalLong.of(1));

    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    @Test
    void whoSaysNothingIsAskedOnceMore() {
        Map<String, Health> health = RollCall.of(List.of(
                process("well", Health.UP),
                process("late", Health.SILENT, Health.UP),
                process("starting", STARTING),
                process("paused", Health.SILENT, Health.SILENT)));
        assertThat(health)
                .isEqualTo(Map.of("well", Health.UP, "late", Health.UP, "starting", STARTING, "paused", Health.SILENT));
        assertThat(asked).isEqualTo(Map.of("well", 1, "late", 2, "starting", 1, "paused", 2));
    }

    private ProcessSpec process(String name, Health... answers) {
        return new ProcessSpec(
                name,
                "westusa",
                "probe",
                InetAddress.getLoopbackAddress(),
                List.of(),
                List::of,
                Path.of("."),
                Path.of("log"),
                () -> answers[asked.merge(name, 1, Integer::sum) - 1]);
    }
}
