package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class MemoryBoundTest {
    private Level before;

    @BeforeEach
    void detectLeaks() {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID); // says where what is counted below was taken
    }

    @AfterEach
    void restore() {
        ResourceLeakDetector.setLevel(before);
    }

    @Test
    void tenTimesAsManyObjectsAsFitStayWithinBoundsAndNothingLeaks() throws Exception {
        int memory = 4 << 20;
        int size = 20_000;
        int objects = 10 * memory / size;
        EdgeSettings settings = TestEdge.settings(DataSize.ofBytes(memory));
        TestEdge closed;
        try (TestOrigin fetch = new TestOrigin(
                        (request, out) -> respond(out, 200, new byte[size], "Cache-Control", "max-age=60"));
                TestOrigin origin = new TestOrigin((request, out) -> respond(out, 200, new byte[0]));
                TestEdge edge = new TestEdge(List.of(fetch), origin, settings);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            closed = edge;
            List<Future<Long>> peaks = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                int share = c;
                Callable<Long> play = () -> {
                    long peak = 0;
                    try (TestClient client = edge.client()) {
                        for (int i = share; i < objects; i += 4) {
                            assertThat(client.get(SITE, "/" + i).body()).hasSize(size);
                            assertThat(client.get(SITE, "/" + i / 2).body()).hasSize(size);
                            peak = Math.max(peak, edge.memory.bytesInUse());
                        }
                    }
                    return peak;
                };
                peaks.add(clients.submit(play));
            }
            for (Future<Long> peak : peaks) {
                assertThat(peak.get()).isBetween(memory / 2L, memory + memory / 4L);
            }
            assertThat(edge.memory.objects()).isBetween(50L, (long) memory / size);
            edge.memory.clear();
            await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
        }
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(closed.buffersInUse()).isZero());
    }
}
