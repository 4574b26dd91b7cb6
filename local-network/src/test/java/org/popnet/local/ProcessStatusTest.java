package org.popnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProcessStatusTest {
    @Test
    void jsonIsAnArrayOfExactlyTheseFields() {
        String json = ProcessStatus.json(List.of(
                new ProcessStatus("edge1.westusa", "westusa", "edge-cache", 4711L, "127.0.1.2", "UP", 3L),
                new ProcessStatus("postgresql", "hq", "postgresql", null, "127.0.0.1", "DOWN", null)));
        JsonNode array = JsonMapper.shared().readTree(json);
        assertThat(array.isArray()).isTrue();
        assertThat(array.get(0).propertyNames())
                .containsExactly("name", "pop", "service", "pid", "address", "health", "generation");
        assertThat(array.get(0).get("pid").isIntegralNumber()).isTrue();
        assertThat(array.get(0).get("generation").asLong()).isEqualTo(3);
        assertThat(array.get(1).get("pid").isNull()).isTrue();
        assertThat(array.get(1).get("generation").isNull()).isTrue();
    }
}
