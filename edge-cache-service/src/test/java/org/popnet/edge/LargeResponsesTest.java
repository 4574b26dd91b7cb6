package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import io.micrometer.core.instrument.Counter;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.edge.TestClient.Response;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.Lookup;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.springframework.util.unit.DataSize;

/** Large responses are fetched and kept by the segment, and what is put together of them is right. */
@Timeout(120)
class LargeResponsesTest {
    private TestFilm film;
    private TestOrigin fetch;
    private TestOrigin origin;
    private TestEdge edge;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        film = new TestFilm(20 * MIB + 12_345);
        fetch = new TestOrigin(film);
        origin = new TestOrigin((request, out) -> respond(out, 503, new byte[0]));
        edge = new TestEdge(List.of(fetch), origin, TestEdge.patient(DataSize.ofMegabytes(64)));
        client = edge.client();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        edge.close();
        fetch.close();
        origin.close();
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(edge.memory.bytesReserved()).isZero());
        edge.memory.clear();
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(edge.buffersInUse()).isZero());
    }

    private Response range(String range, String... fields) throws Exception {
        String[] all = new String[fields.length + 2];
        System.arraycopy(fields, 0, all, 2, fields.length);
        all[0] = "Range";
        all[1] = "bytes=" + range;
        return client.get(SITE, "/film", all);
    }

    private List<String> asked() {
        return TestFilm.asked(fetch);
    }

    private double filled(String result) {
        Counter counter =
                edge.registry.find("popnet.edge.fills").tag("result", result).counter();
        return counter == null ? 0 : counter.count();
    }

    private void awaitNothingKept() {
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
    }

    private void awaitSegments(int count) {
        await().untilAsserted(() -> assertThat(filled("segment")).isEqualTo(count));
    }

    @Test
    void aRangeInTheMiddleCostsItsSegmentsOnly() throws Exception {
        Response response = range("5500000-5500099");
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.header("Content-Range")).isEqualTo("bytes 5500000-5500099/" + film.bytes.length);
        assertThat(response.header("ETag")).isEqualTo("\"1\"");
        assertThat(response.body()).isEqualTo(film.part(5_500_000, 5_500_099));
        assertThat(response.header("Cache-Status")).isEqualTo("edge1.westusa; fwd=uri-miss; fwd-status=206; stored");
        assertThat(asked()).containsExactly("bytes=5242880-6291455");
        awaitSegments(1);
        assertThat(edge.memory.bytesInUse()).isEqualTo(MIB);

        response = range("5242880-6291455");
        assertThat(response.body()).isEqualTo(film.part(5_242_880, 6_291_455));
        assertThat(response.header("Cache-Status")).contains("hit");
        assertThat(asked()).as("the segment was there").hasSize(1);
    }

    @Test
    void theFirstBytesOfALargeFileDoNotFetchTheRest() throws Exception {
        Response response = range("0-99");
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.body()).isEqualTo(film.part(0, 99));
        awaitSegments(1);
        assertThat(edge.memory.bytesInUse()).isEqualTo(MIB);
    }

    @Test
    void theWholeIsFetchedInRunsAndServedFromItsSegments() throws Exception {
        Response response = client.get(SITE, "/film");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Content-Length")).isEqualTo("" + film.bytes.length);
        assertThat(response.header("Content-Range")).isNull();
        assertThat(response.body()).isEqualTo(film.bytes);
        awaitSegments(21);
        assertThat(asked())
                .containsExactly(
                        "null",
                        "bytes=4194304-8388607",
                        "bytes=8388608-12582911",
                        "bytes=12582912-16777215",
                        "bytes=16777216-20971519",
                        "bytes=20971520-" + (film.bytes.length - 1));
        assertThat(fetch.requests.getLast().header("If-Range")).isEqualTo("\"1\"");

        fetch.requests.clear();
        response = client.get(SITE, "/film");
        assertThat(response.body()).isEqualTo(film.bytes);
        assertThat(response.header("Cache-Status")).contains("hit");
        int length = film.bytes.length;
        assertThat(range("-500").body()).isEqualTo(film.part(length - 500, length - 1));
        assertThat(range("20971000-").body()).isEqualTo(film.part(20_971_000, length - 1));
        assertThat(client.get(SITE, "/film", "If-None-Match", "\"1\"").status()).isEqualTo(304);
        assertThat(client.get(SITE, "/film", "If-Match", "\"2\"").status()).isEqualTo(412);
        assertThat(range("99999999-").status()).isEqualTo(416);
        assertThat(range("99999999-").header("Content-Range")).isEqualTo("bytes */" + length);
        Response head = client.request("HEAD", SITE, "/film");
        assertThat(head.header("Content-Length")).isEqualTo("" + length);
        assertThat(head.header("Cache-Status")).contains("hit");
        assertThat(range("0-9", "If-Range", "\"1\"").status()).isEqualTo(206);
        assertThat(range("0-9", "If-Range", "\"2\"").body()).hasSize(length);
        assertThat(fetch.requests).isEmpty();
    }

    @Test
    void severalRangesArePutTogetherOfTheirSegments() throws Exception {
        assertThat(range("0-0").status()).isEqualTo(206);
        Response response = range("5500000-5500009, 1048570-1048579, -10");
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.header("Content-Type")).startsWith("multipart/byteranges");
        String body = new String(response.body(), java.nio.charset.StandardCharsets.ISO_8859_1);
        int length = film.bytes.length;
        for (int[] part : new int[][] {{5_500_000, 5_500_009}, {1_048_570, 1_048_579}, {length - 10, length - 1}}) {
            assertThat(body)
                    .contains("Content-Range: bytes " + part[0] + "-" + part[1] + "/" + length + "\r\n\r\n"
                            + new String(film.part(part[0], part[1]), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        assertThat(asked())
                .containsExactly(
                        "null", "bytes=5242880-6291455", "bytes=1048576-2097151", "bytes=20971520-" + (length - 1));
    }

    @Test
    void missingSegmentsAreFetchedAroundThoseThatAreThere() throws Exception {
        range("5500000-5500099");
        awaitSegments(1);
        Response response = range("3145728-8388607");
        assertThat(response.body()).isEqualTo(film.part(3_145_728, 8_388_607));
        assertThat(response.header("Cache-Status")).isEqualTo("edge1.westusa; fwd=partial; fwd-status=206; stored");
        assertThat(asked()).containsExactly("bytes=5242880-6291455", "bytes=3145728-5242879", "bytes=6291456-8388607");
        awaitSegments(5);
        response = range("8388600-9000000");
        assertThat(response.header("Cache-Status"))
                .as("the first is there, the second is not")
                .isEqualTo("edge1.westusa; fwd=partial");
        assertThat(response.body()).isEqualTo(film.part(8_388_600, 9_000_000));
    }

    @Test
    void aThousandWhoWantTheSameSegmentAreOneFetch() throws Exception {
        range("0-0");
        awaitSegments(1);
        CountDownLatch gate = new CountDownLatch(1);
        fetch.handler = (request, out) -> {
            gate.await();
            film.handle(request, out);
        };
        int clients = 1_000;
        List<Future<Response>> answers = new ArrayList<>();
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Response> ask = () -> {
                try (TestClient one = edge.client()) {
                    return one.get(SITE, "/film", "Range", "bytes=7000000-7000999");
                }
            };
            for (int i = 0; i < clients; i++) {
                answers.add(all.submit(ask));
            }
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() ->
                            edge.registry.get("popnet.edge.connections").gauge().value() == clients + 1);
            gate.countDown();
            for (Future<Response> answer : answers) {
                assertThat(answer.get().status()).isEqualTo(206);
                assertThat(answer.get().body()).isEqualTo(film.part(7_000_000, 7_000_999));
            }
        }
        assertThat(asked()).containsExactly("null", "bytes=6291456-7340031");
    }

    @Test
    void manyColdViewersOfTheWholeFetchEachSegmentOnce() throws Exception {
        List<Future<Response>> answers = new ArrayList<>();
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Response> ask = () -> {
                try (TestClient one = edge.client()) {
                    return one.get(SITE, "/film");
                }
            };
            for (int i = 0; i < 8; i++) {
                answers.add(all.submit(ask));
            }
            for (Future<Response> answer : answers) {
                assertThat(answer.get().body()).isEqualTo(film.bytes);
            }
        }
        awaitSegments(21);
        assertThat(edge.registry
                        .get("popnet.edge.fills")
                        .tag("result", "segment")
                        .counter()
                        .count())
                .as("none was fetched twice")
                .isEqualTo(21);
    }

    @Test
    void anotherVersionDiscardsTheSegmentsOfTheOld() throws Exception {
        client.get(SITE, "/film");
        awaitSegments(21);
        film.publish(2, 18 * MIB);
        edge.skewMs.set(61_000);
        Response response = range("5000000-5000009");
        assertThat(response.body()).isEqualTo(film.part(5_000_000, 5_000_009));
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo(4 * MIB));
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
    }

    @Test
    void aVersionThatChangesBetweenSegmentsBreaksTheAnswerAndIsNeverMixed() throws Exception {
        range("2097152-3145727");
        awaitSegments(1);
        film.publish(2, film.bytes.length);
        assertThatThrownBy(() -> range("2097152-5242879")).isInstanceOf(EOFException.class);
        client = edge.client();
        Response response = range("2097152-5242879");
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        assertThat(response.body()).isEqualTo(film.part(2_097_152, 5_242_879));
        assertThat(edge.memory.large().changes()).isPositive();
    }

    @Test
    void aVersionThatChangesBeforeTheFirstByteIsAnsweredAnew() throws Exception {
        range("2097152-3145727");
        awaitSegments(1);
        film.publish(2, film.bytes.length - 1);
        Response response = range("9000000-9000009");
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        assertThat(response.body()).isEqualTo(film.part(9_000_000, 9_000_009));
    }

    @Test
    void aFetchThatBreaksOffGoesOnWhereItBroke() throws Exception {
        film.breakAfter = 2_500_000;
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
        assertThat(asked()).contains("bytes=2097152-6291455");
    }

    @Test
    void staleSegmentsAreConfirmedOnceForTheWholeAnswer() throws Exception {
        client.get(SITE, "/film");
        awaitSegments(21);
        fetch.requests.clear();
        edge.skewMs.set(61_000);
        Response response = client.get(SITE, "/film");
        assertThat(response.body()).isEqualTo(film.bytes);
        assertThat(response.header("Age")).isEqualTo("0");
        assertThat(fetch.requests).hasSize(1);
        assertThat(fetch.requests.getLast().header("If-None-Match")).isEqualTo("\"1\"");
    }

    @Test
    void staleSegmentsAreServedWhileNobodyCanBeReached() throws Exception {
        film.fields = "Cache-Control: max-age=60, stale-if-error=600";
        client.get(SITE, "/film");
        awaitSegments(21);
        edge.skewMs.set(61_000);
        fetch.handler = (request, out) -> respond(out, 503, new byte[0]);
        Response response = client.get(SITE, "/film");
        assertThat(response.body()).isEqualTo(film.bytes);
        assertThat(response.header("Cache-Status")).contains("stale-if-error");
    }

    @Test
    void rfc9111Section3_4_theLatestFieldsOfAPartCountForTheWhole() throws Exception {
        range("0-0");
        awaitSegments(1);
        edge.skewMs.set(40_000);
        film.fields = "Cache-Control: max-age=100\r\nX-Edition: second";
        range("9000000-9000009");
        edge.skewMs.set(110_000);
        Response response = range("0-0");
        assertThat(response.header("Cache-Status")).contains("hit");
        assertThat(response.header("X-Edition")).isEqualTo("second");
        assertThat(response.header("Age")).isEqualTo("70");
    }

    @Test
    void everyKindOfFlushTakesAllSegments() throws Exception {
        List<FlushOrder> orders = List.of(
                new FlushOrder(SITE, 1, Kind.URL, "/film"),
                new FlushOrder(SITE, 2, Kind.PREFIX, "/fi"),
                new FlushOrder(SITE, 3, Kind.WILDCARD, "/*m"),
                new FlushOrder(SITE, 4, Kind.TAG, "films"),
                new FlushOrder(SITE, 5, Kind.ALL, ""));
        film.fields = "Cache-Control: max-age=60\r\nSurrogate-Key: films";
        for (int i = 0; i < orders.size(); i++) {
            range("0-4000000");
            awaitSegments(4 * (i + 1));
            assertThat(edge.memory.apply(orders.get(i)))
                    .as(orders.get(i).toString())
                    .isEqualTo(4);
            awaitNothingKept();
            assertThat(edge.memory.lookup(new CacheKey(SITE, "/film"), org.popnet.caching.Headers.EMPTY))
                    .isInstanceOf(Lookup.Miss.class);
        }
    }

    @Test
    void rfc9111Section4_4_anUnsafeRequestTakesAllSegments() throws Exception {
        range("0-4000000");
        awaitSegments(4);
        origin.handler = (request, out) -> respond(out, 200, new byte[0]);
        client.request("DELETE", SITE, "/film");
        awaitNothingKept();
    }

    @Test
    void segmentsThatBeganBeforeAFlushAreNotStoredAfterIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        fetch.handler = (request, out) -> {
            gate.await();
            film.handle(request, out);
        };
        client.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\nRange: bytes=5000000-5000000\r\n\r\n");
        await().until(() -> fetch.requests.size() == 1);
        edge.memory.apply(new FlushOrder(SITE, 1, Kind.URL, "/elsewhere"));
        gate.countDown();
        assertThat(client.response().body()).isEqualTo(film.part(5_000_000, 5_000_000));
        awaitNothingKept();
    }

    @Test
    void whatServersDoNotLetBePutTogetherPassesThrough() throws Exception {
        for (String odd : List.of("weak", "vary", "unranged")) {
            String before = film.tag;
            switch (odd) {
                case "weak" -> film.tag = "W/\"1\"";
                case "vary" -> film.fields = "Cache-Control: max-age=60\r\nVary: X-Form";
                default -> film.acceptRanges = "";
            }
            Response response = client.get(SITE, "/film?" + odd);
            assertThat(response.body()).as(odd).isEqualTo(film.bytes);
            film.tag = before;
            film.fields = "Cache-Control: max-age=60";
            film.acceptRanges = "Accept-Ranges: bytes\r\n";
            awaitNothingKept();
        }
        fetch.requests.clear();
        assertThat(client.get(SITE, "/film?weak", "Range", "bytes=5-9").body()).isEqualTo(film.part(5, 9));
        assertThat(asked()).containsExactly("bytes=5-9");
    }

    @Test
    void aRangeFarInsideOfWhatIsNotThatLargeIsCutFromTheWhole() throws Exception {
        film.publish(3, 3 * MIB);
        assertThat(range("2500000-2500009").body()).isEqualTo(film.part(2_500_000, 2_500_009));
        await().until(() -> filled("stored") == 1);
        assertThat(range("2500000-2500009").header("Cache-Status")).contains("hit");
        assertThat(range("9000000-").status()).isEqualTo(416);
        assertThat(asked()).containsExactly("bytes=2097152-3145727", "null");
    }

    @Test
    void serversThatDoNotKeepToRangesArePassedThrough() throws Exception {
        range("0-0");
        awaitSegments(1);
        TestOrigin.Handler ignores = (request, out) -> {
            out.write(("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\nContent-Length: "
                            + film.bytes.length + "\r\n\r\n")
                    .getBytes(UTF_8));
            out.write(film.bytes);
        };
        fetch.handler = ignores;
        assertThat(range("9000000-9000009").body())
                .as("a client may be answered with the whole")
                .isEqualTo(film.bytes);
        awaitNothingKept();
        assertThat(range("9000000-9000009").status()).isEqualTo(200);
    }

    @Test
    void aPartThatIsNotWhatWasAskedForIsNotBelieved() throws Exception {
        range("0-0");
        awaitSegments(1);
        fetch.handler = (request, out) -> respond(
                out,
                206,
                new byte[MIB],
                "ETag",
                "\"1\"",
                "Cache-Control",
                "max-age=60",
                "Content-Range",
                "bytes 0-1048575/" + film.bytes.length);
        Response response = range("9000000-9000009");
        assertThat(response.header("Content-Range")).as("the server's word").startsWith("bytes 0-");
        assertThat(response.header("Cache-Status")).doesNotContain("stored");
        awaitNothingKept();
    }

    @Test
    void anErrorBehindIsAnErrorAndNoBreak() throws Exception {
        range("0-0");
        awaitSegments(1);
        fetch.handler = (request, out) -> respond(out, 503, new byte[0]);
        Response response = range("9000000-9000009");
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Cache-Status")).contains("status-503");
        assertThat(range("5-9").body()).as("what is there still is").isEqualTo(film.part(5, 9));
    }

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
        client.close();
        edge.close();
        edge = new TestEdge(List.of(fetch), origin, TestEdge.patient(DataSize.ofMegabytes(16)));
        client = edge.client();
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
        client.close();
        edge.close();
        edge = new TestEdge(List.of(fetch), origin, TestEdge.patient(DataSize.ofMegabytes(16)));
        client = edge.client();
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

    @Test
    void explainCacheNamesTheSegments() throws Exception {
        range("5500000-8000000");
        awaitSegments(3);
        var found = edge.memory.inspect(new CacheKey(SITE, "/film"));
        assertThat(found.variants()).hasSize(1);
        assertThat(found.variants().getFirst().bytes()).isEqualTo(film.bytes.length);
        assertThat(found.variants().getFirst().segments()).containsExactly(5, 6, 7);
        assertThat(found.variants().getFirst().occupied()).isGreaterThan(3 * MIB);
    }
}
