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
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.edge.TestClient.Response;
import org.popnet.edge.memory.CacheKey;

/** Large responses are fetched and kept by the segment, and what is put together of them is right. */
@Timeout(120)
class LargeResponsesTest extends FilmStory {
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
            await().until(() ->
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
        assertThat(filled("segment")).as("none was fetched twice").isEqualTo(21);
    }

    @Test
    void aFetchThatBreaksOffGoesOnWhereItBroke() throws Exception {
        film.breakAfter = 2_500_000;
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
        assertThat(asked()).contains("bytes=2097152-6291455");
    }

    @Test
    void aFilmIsSeenWholeThoughEachFetchBreaksOffIfItBringsASegment() throws Exception {
        fetch.handler = (request, out) -> {
            film.breakAfter = MIB + 100_000;
            film.handle(request, out);
        };
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
        assertThat(asked()).hasSize(20);
    }

    /** What has broken off before its reader looks at it says so too. */
    @Test
    void aFetchThatBreaksOffAgainAndAgainBreaksTheAnswer() throws Exception {
        range("0-0");
        awaitSegments(1);
        fetch.handler = (request, out) -> {
            film.breakAfter = 10;
            film.handle(request, out);
        };
        for (int viewer = 0; viewer < 20; viewer++) {
            try (TestClient one = edge.client()) {
                assertThatThrownBy(() -> one.get(SITE, "/film", "Range", "bytes=3145728-4194303"))
                        .isInstanceOf(EOFException.class);
            }
        }
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
