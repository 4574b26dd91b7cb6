package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.edge.memory.KernelLimit;
import org.springframework.util.unit.DataSize;

/** When the kernel has no memory left for bodies, they reach their clients all the same, and are not kept. */
@Timeout(120)
class MemoryShortageTest extends EdgeStory {
    private final CountDownLatch rest = new CountDownLatch(1);
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        client = edge.client();
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.close();
        }
    }

    @Override
    EdgeSettings settings() {
        return TestEdge.patient(DataSize.ofMegabytes(64));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n";
    }

    /** Sends a part of the body, and the rest when it may. */
    private void halting(byte[] body, int first) {
        fetch.handler = (request, out) -> {
            head(out, body.length);
            out.write(body, 0, first);
            out.flush();
            rest.await();
            out.write(body, first, body.length - first);
        };
    }

    private static void head(OutputStream out, int length) throws Exception {
        out.write(("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void readHead(TestClient from) throws Exception {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(from.bytes(1));
        }
        assertThat(head.toString(StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200 ");
    }

    /** In its first segment, and in a later one; clients are at it already. */
    @ParameterizedTest
    @CsvSource({"120000,50500,40000", "3000000,500000,400000", "3000000,1500000,1200000"})
    void aBodyThatTheKernelHasNoMemoryForReachesItsClientsWholeAndIsNotKept(int length, int granted, int first)
            throws Exception {
        byte[] body = random(length);
        halting(body, first);
        try (TestClient other = edge.client();
                KernelLimit limit = KernelLimit.inFirst(edge.memory, Math.min(length, MIB), granted)) {
            for (TestClient each : List.of(client, other)) {
                each.send(get("/a"));
                readHead(each);
                assertThat(each.bytes(first)).isEqualTo(Arrays.copyOf(body, first));
            }
            assertThat(edge.memory.refusals()).isZero();
            rest.countDown();
            for (TestClient each : List.of(client, other)) {
                assertThat(each.bytes(length - first)).isEqualTo(Arrays.copyOfRange(body, first, length));
            }
            assertThat(edge.memory.refusals()).as("the rest stands in the pool").isOne();
            await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
            assertThat(edge.memory.extentsOpen()).isZero();
        }
        assertThat(fetch.count("/a")).as("one fetch for both").isOne();

        assertThat(client.get(SITE, "/a").body()).as("fetched anew").isEqualTo(body);
        await().untilAsserted(() -> assertThat(edge.memory.objects()).isOne());
        assertThat(client.get(SITE, "/a").body()).as("and kept").isEqualTo(body);
        assertThat(fetch.count("/a")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 3_000_000})
    void whatIsLeastWorthKeepingMakesRoomForWhatComes(int length) throws Exception {
        byte[] body = random(length);
        fetch.handler = (request, out) -> respond(out, 200, body, "Cache-Control", "max-age=60");
        assertThat(client.get(SITE, "/before").body()).isEqualTo(body);
        await().untilAsserted(() -> assertThat(edge.memory.objects()).isOne());
        try (KernelLimit limit = KernelLimit.inFirst(edge.memory, Math.min(length, MIB), 0)) {
            assertThat(client.get(SITE, "/refused").body()).isEqualTo(body);
            assertThat(edge.memory.refusals()).isOne();
            await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
            assertThat(edge.memory.objects()).isZero();
        }
    }

    @Test
    void aFilmIsSeenWholeThoughSomeOfItsSegmentsHaveNoMemory() throws Exception {
        TestFilm film = new TestFilm(20 * MIB + 12_345);
        fetch.handler = film;
        try (KernelLimit limit = KernelLimit.inFirst(edge.memory, MIB, 2 * MIB + MIB / 2)) {
            assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
            assertThat(edge.memory.refusals()).isPositive();
            assertThat(client.get(SITE, "/film", "Range", "bytes=3000000-9999999")
                            .body())
                    .isEqualTo(film.part(3_000_000, 9_999_999));
        }
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
        await().untilAsserted(
                        () -> assertThat(edge.memory.large().runs().size()).isZero());
        int asked = fetch.requests.size();
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
        assertThat(fetch.requests).as("all of it is kept now").hasSize(asked);
    }

    @Test
    void aRefreshThatHasNoMemoryLeavesNothingHalfDone() throws Exception {
        byte[] body = random(100_000);
        String keep = "max-age=1, stale-while-revalidate=600";
        fetch.handler = (request, out) -> respond(out, 200, body, "Cache-Control", keep);
        assertThat(client.get(SITE, "/a").body()).isEqualTo(body);
        await().untilAsserted(() -> assertThat(edge.memory.objects()).isOne());
        edge.skewMs.addAndGet(5_000);
        try (KernelLimit limit = KernelLimit.inFirst(edge.memory, body.length, 50_000)) {
            assertThat(client.get(SITE, "/a").body()).isEqualTo(body);
            await().untilAsserted(() -> assertThat(edge.memory.refusals()).isOne());
            await().untilAsserted(() -> assertThat(edge.memory.fills().size()).isZero());
        }
        assertThat(client.get(SITE, "/a").body()).isEqualTo(body);
    }
}
