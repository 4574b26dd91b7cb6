package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.fetch.RawClient;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.store.StoreSettings;
import org.springframework.util.unit.DataSize;

/** One fetch for all who wait, each at its own speed. */
@Timeout(180)
class StreamingTest extends OneOrigin {
    private final ExecutorService edges = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        edges.shutdownNow();
    }

    @Test
    void fiftyColdEdgesMakeOneOriginRequest() throws Exception {
        byte[] body = random(3_000_000);
        CountDownLatch allAsked = new CountDownLatch(1);
        origin.answering((request, out) -> {
            allAsked.await();
            out.write(TestOrigin.response(200, body));
        });
        List<Future<Response>> responses = inParallel(50, () -> node.get("/film"));
        await().until(() -> node.meters.get("popnet.fetch.connections").gauge().value() >= 50);
        allAsked.countDown();
        int collapsed = 0;
        for (Future<Response> response : responses) {
            assertThat(response.get().body()).isEqualTo(body);
            collapsed += response.get().header("cache-status").endsWith("collapsed") ? 1 : 0;
        }
        assertThat(origin.requests()).hasSize(1);
        assertThat(collapsed).isPositive();
        node.whenStored();
        assertThat(node.get("/film").header("cache-status")).startsWith("fetch1.test; hit");
    }

    @Test
    void theBodyStreamsWhileItArrivesAndASlowEdgeHoldsUpNobody() throws Exception {
        byte[] body = random(4_000_000);
        Semaphore allowed = new Semaphore(0);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, body.length));
            for (int at = 0; at < body.length; at += 1_000_000) {
                allowed.acquire();
                out.write(body, at, 1_000_000);
                out.flush();
            }
        });
        try (RawClient slow = node.connect();
                RawClient quick = node.connect()) {
            String request = "GET /film HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n";
            slow.send(request);
            assertThat(slow.head().status())
                    .as("the head is there before any of the body")
                    .isEqualTo(200);
            quick.send(request);
            Response head = quick.head();
            allowed.release();
            assertThat(quick.raw().readNBytes(1_000_000)).isEqualTo(Arrays.copyOf(body, 1_000_000));
            allowed.release(3);
            assertThat(quick.raw().readNBytes(3_000_000)).isEqualTo(Arrays.copyOfRange(body, 1_000_000, 4_000_000));
            await().until(() -> node.count("popnet.fetch.fills", "outcome", "stored") == 1);
            assertThat(slow.raw().readNBytes(4_000_000)).isEqualTo(body);
            assertThat(head.header("cache-status"))
                    .isEqualTo("fetch1.test; fwd=uri-miss; fwd-status=200; stored; collapsed");
        }
    }

    @Test
    void theEdgeThatBeganItMayLeave() throws Exception {
        byte[] body = random(2_000_000);
        CountDownLatch left = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, body.length));
            out.write(body, 0, 100_000);
            out.flush();
            left.await();
            out.write(body, 100_000, body.length - 100_000);
        });
        RawClient first = node.connect();
        first.send("GET /film HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n").head();
        Future<Response> other = edges.submit(() -> node.get("/film"));
        await().until(() -> node.count("popnet.fetch.requests", "result", "COLLAPSED") == 1);
        first.close();
        left.countDown();
        assertThat(other.get().body()).isEqualTo(body);
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void aFillThatFailsBreaksForEveryoneWhoFollowsIt() throws Exception {
        CountDownLatch joined = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 1_000_000));
            out.write(new byte[1000]);
            out.flush();
            joined.await();
            TestOrigin.reset(request);
        });
        List<Future<Response>> responses = inParallel(10, () -> node.get("/film"));
        await().until(() -> node.count("popnet.fetch.requests", "result", "COLLAPSED") == 9);
        joined.countDown();
        for (Future<Response> response : responses) {
            assertThat(response.get().whole()).isFalse();
        }
        assertThat(origin.requests()).hasSize(1);
        assertThat(node.disk.bytes()).isZero();
    }

    @Test
    void requestsForWhatCannotBeSharedDoNotWaitForOneAnother() throws Exception {
        origin.answering((request, out) -> out.write(TestOrigin.ok("first", "Cache-Control: private")));
        node.get("/me");
        CountDownLatch ten = new CountDownLatch(10);
        origin.answering((request, out) -> {
            ten.countDown();
            ten.await();
            out.write(TestOrigin.ok("mine", "Cache-Control: private"));
        });
        for (Future<Response> response : inParallel(10, () -> node.get("/me"))) {
            assertThat(response.get().text()).isEqualTo("mine");
        }
    }

    @Test
    void waitersOfAnUnsharableResponseFetchTheirOwn() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        origin.answering((request, out) -> {
            asked.await();
            out.write(TestOrigin.ok("for " + request.header("cookie"), "Cache-Control: private"));
        });
        List<Future<Response>> responses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String cookie = "u=" + i;
            responses.add(edges.submit(() -> node.get("/me", "Cookie: " + cookie)));
        }
        await().until(() -> node.meters.get("popnet.fetch.connections").gauge().value() >= 5);
        asked.countDown();
        for (int i = 0; i < 5; i++) {
            assertThat(responses.get(i).get().text()).isEqualTo("for u=" + i);
        }
    }

    @Test
    void aRangeIsServedFromTheGrowingFile() throws Exception {
        byte[] body = random(2_000_000);
        CountDownLatch read = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, body.length));
            out.write(body, 0, 1_500_000);
            out.flush();
            read.await();
            out.write(body, 1_500_000, 500_000);
        });
        Response part = node.get("/film", "Range: bytes=1000000-1000999");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("content-range")).isEqualTo("bytes 1000000-1000999/2000000");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(body, 1_000_000, 1_001_000));
        assertThat(origin.requests().getFirst().header("range")).isNull();
        read.countDown();
        await().until(() -> node.count("popnet.fetch.fills", "outcome", "stored") == 1);
        assertThat(node.get("/film").body()).isEqualTo(body);
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void aRangeFarAheadIsFetchedForItself() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        origin.answering((request, out) -> {
            if (request.header("range") == null) {
                out.write(TestOrigin.head(200, 50_000_000));
                out.write(new byte[1000]);
                out.flush();
                over.await();
            } else {
                out.write(TestOrigin.response(
                        206,
                        "part".getBytes(StandardCharsets.US_ASCII),
                        "Content-Range: bytes 40000000-40000003/50000000"));
            }
        });
        Response part = node.get("/film", "Range: bytes=40000000-40000003");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("part");
        assertThat(part.header("content-range")).isEqualTo("bytes 40000000-40000003/50000000");
        assertThat(part.header("cache-status")).isEqualTo("fetch1.test; fwd=partial; fwd-status=206");
        over.countDown();
    }

    @Test
    void aRangeOfWhatIsTooLargeToStoreIsFetchedForItself() throws Exception {
        origin.answering((request, out) -> {
            if (request.header("range") == null) {
                out.write(TestOrigin.head(200, 100_000_000));
                out.write(new byte[1000]);
            } else {
                out.write(TestOrigin.response(
                        206, "part".getBytes(StandardCharsets.US_ASCII), "Content-Range: bytes 0-3/100000000"));
            }
        });
        assertThat(node.get("/film", "Range: bytes=0-3").text()).isEqualTo("part");
        assertThat(node.get("/film", "Range: bytes=0-3").text()).isEqualTo("part");
        assertThat(origin.requests())
                .as("the second goes straight for its part")
                .hasSize(3);
    }

    @Test
    void anObjectLargerThanMayBeStoredPassesThroughWhole() throws Exception {
        node.close();
        node = new FetchNode(directory.resolve("small"), FetchNode.store("4MB"), FetchNode.patientOrigin(), origin);
        byte[] body = random(10_000_000);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, -1, "Connection: close"));
            out.write(body);
            out.flush();
            request.socket().shutdownOutput();
        });
        assertThat(node.get("/film").body()).isEqualTo(body);
        assertThat(node.disk.bytes()).isZero();
        assertThat(node.count("popnet.fetch.store.refused", "reason", "too-large"))
                .isOne();
    }

    /** A disk that takes nothing: there is never as much free as is to be left. */
    private void withoutRoomOnDisk() throws IOException {
        node.close();
        node = new FetchNode(
                directory.resolve("full"),
                new StoreSettings(
                        List.of(),
                        DataSize.ofMegabytes(256),
                        DataSize.ofBytes(0),
                        DataSize.ofTerabytes(1_000),
                        DataSize.ofGigabytes(1),
                        16,
                        StoreSettings.Sync.NONE),
                FetchNode.patientOrigin(),
                origin);
    }

    @Test
    void coldEdgesShareOneFetchThoughTheDiskTakesNothing() throws Exception {
        withoutRoomOnDisk();
        byte[] body = random(3_000_000);
        byte[] response = TestOrigin.response(200, body);
        CountDownLatch allFollow = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(response, 0, 1_000_000);
            out.flush();
            allFollow.await();
            out.write(response, 1_000_000, response.length - 1_000_000);
        });
        List<RawClient> clients = new ArrayList<>();
        List<Response> heads = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                RawClient edge = node.connect();
                clients.add(edge);
                heads.add(edge.send("GET /film HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n")
                        .head());
                assertThat(heads.getLast().header("cache-status")).doesNotContain("stored");
            }
            allFollow.countDown();
            List<Future<Response>> bodies = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawClient edge = clients.get(i);
                Response head = heads.get(i);
                bodies.add(edges.submit(() -> edge.body(head, false)));
            }
            for (Future<Response> whole : bodies) {
                assertThat(whole.get().whole()).isTrue();
                assertThat(whole.get().body()).isEqualTo(body);
            }
        } finally {
            for (RawClient edge : clients) {
                edge.close();
            }
        }
        assertThat(origin.requests()).hasSize(1);
        assertThat(node.disk.bytes()).isZero();
        node.whenStored();
        node.get("/film");
        assertThat(origin.requests()).as("nothing is kept").hasSize(2);
    }

    @Test
    void aLargeBodyFlowsThroughMemoryBoundedByItsSlowestReader() throws Exception {
        withoutRoomOnDisk();
        byte[] body = random(12_000_000);
        origin.answering((request, out) -> out.write(TestOrigin.response(200, body)));
        try (RawClient slow = node.connect()) {
            slow.send("GET /film HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n");
            assertThat(slow.head().status()).isEqualTo(200);
            // More than is held in memory: its beginning is gone, and whoever comes now has a fetch of their own.
            int read = 4_500_000;
            assertThat(slow.raw().readNBytes(read)).isEqualTo(Arrays.copyOf(body, read));
            for (Future<Response> other : inParallel(3, () -> node.get("/film"))) {
                assertThat(other.get().body()).isEqualTo(body);
            }
            assertThat(slow.raw().readNBytes(body.length - read))
                    .isEqualTo(Arrays.copyOfRange(body, read, body.length));
        }
    }

    private List<Future<Response>> inParallel(int count, Callable<Response> request) {
        List<Future<Response>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(edges.submit(request));
        }
        return futures;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }
}
