package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestOrigin.respond;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.util.unit.DataSize;

/**
 * What stories of an edge, an origin-fetch server and a customer's server begin and end with: both answer what their handlers
 * say, and when the edge has closed it has given back all memory.
 */
abstract class EdgeStory {
    TestOrigin fetch;
    TestOrigin origin;
    TestEdge edge;

    /** However slow the machine is. */
    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @BeforeEach
    final void startEdge() throws Exception {
        fetch = new TestOrigin((request, out) -> respond(out, 200, new byte[10], "Cache-Control", "max-age=60"));
        origin = new TestOrigin((request, out) -> respond(out, 200, request.body()));
        edge = new TestEdge(List.of(fetch), origin, settings());
    }

    EdgeSettings settings() {
        return TestEdge.settings(DataSize.ofMegabytes(64));
    }

    /** Another edge in its place. */
    final void restart(EdgeSettings settings) {
        edge.close();
        edge = new TestEdge(List.of(fetch), origin, settings);
    }

    @AfterEach
    final void stopEdge() throws Exception {
        edge.close();
        fetch.close();
        origin.close();
        await().untilAsserted(() -> assertThat(edge.memory.extentsOpen()).isZero());
        await().untilAsserted(() -> assertThat(edge.memory.bytesReserved()).isZero());
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
        await().untilAsserted(() -> assertThat(edge.buffersInUse()).isZero());
    }
}
