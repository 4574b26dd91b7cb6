package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.edge.memory.FullMemory;
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

    /** Without a length of its own, nothing but its range says how long a part is. */
    @ParameterizedTest
    @ValueSource(ints = {-3, 0, 100_000})
    void aPartThatFlowsThroughIsAsLongAsItsRangeSays(int more) throws Exception {
        range("0-0");
        awaitSegments(1);
        fetch.handler = (request, out) -> {
            out.write(("HTTP/1.1 206 X\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n"
                            + "Content-Range: bytes 9000000-9000009/" + film.bytes.length
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(10 + more) + "\r\n")
                    .getBytes(UTF_8));
            out.write(film.part(9_000_000, 9_000_009 + more));
            out.write("\r\n0\r\n\r\n".getBytes(UTF_8));
        };
        try (FullMemory full = new FullMemory(edge.memory)) {
            if (more < 0) {
                assertThatThrownBy(() -> range("9000000-9000009")).isInstanceOf(EOFException.class);
            } else {
                assertThat(range("9000000-9000009").body()).isEqualTo(film.part(9_000_000, 9_000_009));
                assertThat(range("0-9").body()).as("the loop goes on").isEqualTo(film.part(0, 9));
            }
        }
    }
}
