package org.popnet.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;

import io.netty.channel.epoll.Epoll;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.springframework.util.unit.DataSize;

/** Bodies that the kernel sends from a file in memory: right whatever becomes of the object, and nothing is left. */
class SentByReferenceTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private TestOrigin fetch;
    private TestEdge edge;

    /** {@code /SALT/LENGTH}, or {@code /SALT/LENGTH/chunked}. */
    @BeforeEach
    void start() throws Exception {
        fetch = new TestOrigin((request, out) -> {
            byte[] body = body(request.target());
            if (request.target().endsWith("/chunked")) {
                chunked(out, body);
            } else {
                TestOrigin.respond(
                        out, 200, body, "Cache-Control", "max-age=600", "ETag", "\"" + request.target() + "\"");
            }
        });
    }

    private void start(DataSize memory, DataSize sendFileFrom) {
        edge = new TestEdge(
                List.of(fetch),
                fetch,
                new EdgeSettings(
                        memory,
                        16,
                        sendFileFrom,
                        DataSize.ofMegabytes(16),
                        4,
                        LONG,
                        DataSize.ofKilobytes(8),
                        DataSize.ofKilobytes(32),
                        100,
                        DataSize.ofMegabytes(100),
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        10_000,
                        128,
                        1_024,
                        LONG,
                        LONG,
                        2));
    }

    @AfterEach
    void stop() throws Exception {
        if (edge != null) {
            edge.close();
            assertThat(edge.memory.bytesInUse()).isZero();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(edge.memory.extentsOpen()).isZero());
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(edge.buffersInUse()).isZero());
        }
        fetch.close();
    }

    private static byte[] body(String target) {
        String[] parts = target.split("/");
        byte[] body = new byte[Integer.parseInt(parts[2])];
        new Random(target.hashCode()).nextBytes(body);
        return body;
    }

    private static void chunked(OutputStream out, byte[] body) throws Exception {
        out.write("HTTP/1.1 200 X\r\nCache-Control: max-age=600\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(ISO_8859_1));
        for (int at = 0; at < body.length; at += 30_000) {
            int n = Math.min(30_000, body.length - at);
            out.write((Integer.toHexString(n) + "\r\n").getBytes(ISO_8859_1));
            out.write(body, at, n);
            out.write("\r\n".getBytes(ISO_8859_1));
        }
        out.write("0\r\n\r\n".getBytes(ISO_8859_1));
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n";
    }

    /**
     * Sockets refer to the pages until the client has read. Were the slots of evicted objects used again without taking
     * the pages out of the file first, the clients here would read bytes of others' objects.
     */
    @ParameterizedTest
    @ValueSource(ints = {100_000, 3_000_000})
    void slowReadersGetWhatTheyAskedForThoughItWasEvictedAndItsMemoryUsedAgain(int length) throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        start(DataSize.ofMegabytes(64), DataSize.ofKilobytes(48));
        List<TestClient> slow = new ArrayList<>();
        try (TestClient other = edge.client()) {
            for (int i = 0; i < 8; i++) {
                assertThat(other.get(SITE, "/" + i + "/" + length).body()).isEqualTo(body("/" + i + "/" + length));
                slow.add(edge.client());
            }
            assertThat(edge.memory.extentsOpen()).isPositive();
            long sent = edge.log.size();
            for (int i = 0; i < 8; i++) {
                slow.get(i).send(get("/" + i + "/" + length));
            }
            // The small ones are all in the sockets then, and the edge has done with them; of the large ones, parts.
            if (length < 1_000_000) {
                await().atMost(LONG).until(() -> edge.log.size() >= sent + 8);
            } else {
                await().atMost(LONG).until(() -> slow.stream().allMatch(SentByReferenceTest::hasBegun));
            }
            assertThat(edge.memory.apply(new FlushOrder(SITE, 1, Kind.ALL, ""))).isEqualTo(8);
            if (length < 1_000_000) {
                await().atMost(LONG).until(() -> edge.memory.extentsOpen() == 0);
            }
            for (int i = 100; i < 116; i++) {
                assertThat(other.get(SITE, "/" + i + "/" + length).body()).isEqualTo(body("/" + i + "/" + length));
            }
            for (int i = 0; i < 8; i++) {
                assertThat(slow.get(i).response().body()).isEqualTo(body("/" + i + "/" + length));
            }
        } finally {
            for (TestClient client : slow) {
                client.close();
            }
        }
    }

    private static boolean hasBegun(TestClient client) {
        try {
            return client.socket.getInputStream().available() > 0;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void clientsThatGoAwayInTheMiddleLeaveNothing() throws Exception {
        start(DataSize.ofMegabytes(64), DataSize.ofKilobytes(48));
        for (int round = 0; round < 3; round++) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                TestClient client = edge.client();
                clients.add(client.send(get("/1/4000000") + get("/2/3900000")));
            }
            await().atMost(LONG).until(() -> clients.stream().allMatch(SentByReferenceTest::hasBegun));
            for (TestClient client : clients) {
                client.close();
            }
        }
        await().atMost(LONG).until(() -> edge.edge.metrics().connections() == 0);
    }

    /** With more than fits: random whole bodies, ranges, pipelines; some readers slow. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16, 48})
    void everythingIsRightUnderEviction(int sendFileFromKb) throws Exception {
        start(DataSize.ofMegabytes(8), DataSize.ofKilobytes(sendFileFromKb));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> all = new ArrayList<>();
            for (int c = 0; c < 6; c++) {
                int seed = c;
                Callable<Void> play = () -> {
                    try (TestClient client = edge.client()) {
                        play(client, new Random(seed));
                    }
                    return null;
                };
                all.add(clients.submit(play));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        }
        assertThat(edge.memory.extentsOpen() > 0).isEqualTo(sendFileFromKb > 0 && Epoll.isAvailable());
    }

    private static void play(TestClient client, Random random) throws Exception {
        for (int n = 0; n < 150; n++) {
            String target = target(random);
            byte[] body = body(target);
            switch (random.nextInt(4)) {
                case 0 -> assertThat(client.get(SITE, target).body()).isEqualTo(body);
                case 1 -> {
                    int first = random.nextInt(body.length);
                    int last = first + random.nextInt(body.length - first);
                    TestClient.Response part = client.get(SITE, target, "Range", "bytes=" + first + "-" + last);
                    // What is still on its way and of unknown length is answered whole.
                    assertThat(part.body())
                            .isEqualTo(part.status() == 206 ? Arrays.copyOfRange(body, first, last + 1) : body);
                }
                case 2 -> {
                    int middle = body.length / 2;
                    TestClient.Response parts =
                            client.get(SITE, target, "Range", "bytes=0-" + (middle - 2) + "," + middle + "-");
                    if (parts.status() == 206) {
                        String text = new String(parts.body(), ISO_8859_1);
                        assertThat(text)
                                .contains(new String(body, 0, middle - 1, ISO_8859_1))
                                .contains(new String(body, middle, body.length - middle, ISO_8859_1));
                    } else {
                        assertThat(parts.body()).isEqualTo(body);
                    }
                }
                default -> {
                    List<String> targets = List.of(target, target(random), target(random));
                    client.send(get(targets.get(0)) + get(targets.get(1)) + get(targets.get(2)));
                    for (String each : targets) {
                        assertThat(client.response().body()).isEqualTo(body(each));
                    }
                }
            }
        }
    }

    private static String target(Random random) {
        int salt = random.nextInt(60);
        return "/" + salt + "/" + (4 + new Random(salt).nextInt(400_000)) + (salt % 5 == 0 ? "/chunked" : "");
    }
}
