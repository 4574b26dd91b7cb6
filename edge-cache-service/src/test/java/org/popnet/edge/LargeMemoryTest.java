package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

/** What viewers of a large response cost in memory, slow ones, those who leave, and many. */
@Timeout(120)
class LargeMemoryTest extends FilmStory {
    @Test
    void aSlowReaderHoldsUpNobodyAndCostsARunOfMemory() throws Exception {
        try (TestClient slow = edge.client();
                TestClient quick = edge.client()) {
            slow.socket.setReceiveBufferSize(16 * 1024);
            slow.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            await().untilAsserted(() -> assertThat(filled("segment")).isGreaterThanOrEqualTo(4));
            assertThat(edge.memory.bytesInUse())
                    .as("what the sockets take, and a run")
                    .isLessThan(16 * MIB);
            assertThat(quick.get(SITE, "/film").body()).isEqualTo(film.bytes);
            assertThat(slow.response().body()).isEqualTo(film.bytes);
        }
    }

    @Test
    void viewersWhoLeaveEarlyLeaveNothingBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (TestClient one = edge.client()) {
                one.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\nRange: bytes=" + i * MIB + "-\r\n\r\n");
                one.bytes(10_000);
            }
        }
        await().until(() -> edge.registry.get("popnet.edge.connections").gauge().value() == 1);
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
    }

    @Test
    void withMemoryMuchSmallerThanTheFilmItIsStillServedAndDoesNotEmptyTheCache() throws Exception {
        film.publish(1, 100 * MIB);
        restart(DataSize.ofMegabytes(16));
        fetch.handler = (request, out) -> {
            if (request.target().equals("/film")) {
                film.handle(request, out);
            } else {
                respond(out, 200, new byte[500_000], "Cache-Control", "max-age=600");
            }
        };
        for (int round = 0; round < 5; round++) {
            for (int page = 0; page < 20; page++) {
                client.get(SITE, "/page" + page);
            }
        }
        fetch.requests.clear();
        for (int viewing = 0; viewing < 2; viewing++) {
            assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
            assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo(20 * MIB);
        }
        assertThat(fetch.requests).as("runs of four, however little stays").hasSizeLessThanOrEqualTo(2 * 26 + 2);
        fetch.requests.clear();
        for (int page = 0; page < 20; page++) {
            client.get(SITE, "/page" + page);
        }
        assertThat(fetch.requests).as("what is popular has stayed").hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void whenMemoryIsShortPartsFlowThroughUnstored() throws Exception {
        film.publish(1, 64 * MIB);
        restart(DataSize.ofMegabytes(16));
        List<TestClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                TestClient one = edge.client();
                one.socket.setReceiveBufferSize(16 * 1024);
                one.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\nRange: bytes=" + 2L * i * MIB + "-\r\n\r\n");
                slow.add(one);
            }
            for (int i = 0; i < 30; i++) {
                assertThat(new String(slow.get(i).bytes(12), UTF_8)).isEqualTo("HTTP/1.1 206");
            }
            // What flows through takes a window of 1 MiB each, in pieces of 1 MiB.
            assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo((16 + 4 + 30 * 3) * MIB);
            assertThat(range("0-99").body()).isEqualTo(film.part(0, 99));
        } finally {
            for (TestClient one : slow) {
                one.close();
            }
        }
    }
}
