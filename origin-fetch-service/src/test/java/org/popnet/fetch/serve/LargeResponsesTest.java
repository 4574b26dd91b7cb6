package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Headers;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;
import org.popnet.platform.flush.FlushOrder;

/** Large responses are fetched and stored by the segment, and what is put together of them is right. */
@Timeout(120)
class LargeResponsesTest {
    private static final int MIB = 1 << 20;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    @TempDir
    Path directory;

    private TestOrigin origin;
    private FetchNode node;
    private volatile byte[] film;
    private volatile String tag;
    private volatile String fields;
    private volatile long breakAfter;

    @BeforeEach
    void start() throws IOException {
        fields = "Cache-Control: max-age=60";
        breakAfter = Long.MAX_VALUE;
        republish(1, 10 * MIB + 12_345);
        origin = new TestOrigin().answering(this::answer);
        node = new FetchNode(directory.resolve("store"), origin);
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        origin.close();
    }

    private void republish(int version, int length) {
        byte[] body = new byte[length];
        new Random(version).nextBytes(body);
        film = body;
        tag = "\"" + version + "\"";
    }

    /** A well-behaved server of one file, by RFC 9110 §14; breaks off where it is told to. */
    private void answer(TestOrigin.Request request, OutputStream out) throws IOException {
        byte[] body = film;
        String etag = tag;
        if (etag.equals(request.header("if-none-match"))) {
            out.write(TestOrigin.head(304, -1, "ETag: " + etag, fields));
            return;
        }
        Matcher range = RANGE.matcher(String.valueOf(request.header("range")));
        String condition = request.header("if-range");
        if (range.matches() && (condition == null || condition.equals(etag))) {
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2).isEmpty()
                    ? body.length - 1
                    : (int) Math.min(Long.parseLong(range.group(2)), body.length - 1);
            if (first >= body.length) {
                out.write(TestOrigin.head(416, 0, "Content-Range: bytes */" + body.length));
                return;
            }
            out.write(TestOrigin.head(
                    206,
                    last - first + 1,
                    "ETag: " + etag,
                    fields,
                    "Content-Range: bytes " + first + "-" + last + "/" + body.length));
            send(request, out, body, first, last);
        } else {
            out.write(TestOrigin.head(200, body.length, "ETag: " + etag, fields, "Accept-Ranges: bytes"));
            send(request, out, body, 0, body.length - 1);
        }
    }

    private void send(TestOrigin.Request request, OutputStream out, byte[] body, int first, int last)
            throws IOException {
        int count = last - first + 1;
        if (count > breakAfter) {
            out.write(body, first, (int) breakAfter);
            out.flush();
            breakAfter = Long.MAX_VALUE;
            request.socket().shutdownOutput();
            throw new IOException("broken off");
        }
        out.write(body, first, count);
    }

    private byte[] part(int first, int last) {
        return Arrays.copyOfRange(film, first, last + 1);
    }

    private List<String> asked() {
        return origin.requests().stream()
                .map(r -> r.header("range"))
                .map(String::valueOf)
                .toList();
    }

    @Test
    void aRangeInTheMiddleCostsItsSegmentsOnly() throws IOException {
        Response response = node.get("/film", "Range: bytes=5500000-5500099");
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.header("content-range")).isEqualTo("bytes 5500000-5500099/" + film.length);
        assertThat(response.body()).isEqualTo(part(5_500_000, 5_500_099));
        assertThat(asked()).containsExactly("bytes=5242880-6291455");
        awaitStored(1);
        assertThat(node.disk.bytes()).isLessThan(2 * MIB);

        response = node.get("/film", "Range: bytes=5242880-6291455");
        assertThat(response.body()).isEqualTo(part(5_242_880, 6_291_455));
        assertThat(response.header("cache-status")).contains("hit");
        assertThat(asked()).as("the segment was there").hasSize(1);
    }

    @Test
    void theFirstBytesOfALargeFileDoNotFetchTheRest() throws IOException {
        Response response = node.get("/film", "Range: bytes=0-99");
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.body()).isEqualTo(part(0, 99));
        awaitStored(1);
        assertThat(node.disk.bytes()).isLessThan(2 * MIB);
    }

    @Test
    void theWholeIsFetchedOnceAndServedFromItsSegments() throws IOException {
        Response response = node.get("/film");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-length")).isEqualTo("" + film.length);
        assertThat(response.header("content-range")).isNull();
        assertThat(response.body()).isEqualTo(film);
        awaitStored(11);

        response = node.get("/film");
        assertThat(response.body()).isEqualTo(film);
        assertThat(response.header("cache-status")).contains("hit");
        assertThat(node.get("/film", "Range: bytes=-500").body()).isEqualTo(part(film.length - 500, film.length - 1));
        assertThat(node.get("/film", "If-None-Match: \"1\"").status()).isEqualTo(304);
        assertThat(node.get("/film", "Range: bytes=99999999-").status()).isEqualTo(416);
        assertThat(node.request("HEAD", "/film").header("content-length")).isEqualTo("" + film.length);
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void missingSegmentsAreFetchedAroundThoseThatAreThere() throws IOException {
        node.get("/film", "Range: bytes=5500000-5500099");
        awaitStored(1);
        assertThat(node.get("/film", "Range: bytes=3145728-8388607").body()).isEqualTo(part(3_145_728, 8_388_607));
        assertThat(asked()).containsExactly("bytes=5242880-6291455", "bytes=3145728-5242879", "bytes=6291456-8388607");
        assertThat(origin.requests().getLast().header("if-range")).isEqualTo("\"1\"");
    }

    @Test
    void manyColdEdgesFetchEachSegmentOnce() throws Exception {
        CountDownLatch ready = new CountDownLatch(8);
        List<Future<Response>> answers = new ArrayList<>();
        try (ExecutorService edges = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Response> edge = () -> {
                ready.countDown();
                ready.await();
                return node.get("/film", "Range: bytes=2000000-");
            };
            for (int i = 0; i < 8; i++) {
                answers.add(edges.submit(edge));
            }
            for (Future<Response> answer : answers) {
                assertThat(answer.get().body()).isEqualTo(part(2_000_000, film.length - 1));
            }
        }
        assertThat(asked()).containsOnlyOnce("bytes=1048576-17825791");
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void anotherVersionDiscardsTheSegmentsOfTheOld() throws IOException {
        node.get("/film");
        awaitStored(11);
        republish(2, 9 * MIB);
        node.nowMs.addAndGet(61_000);
        Response response = node.get("/film", "Range: bytes=5000000-5000009");
        assertThat(response.body()).isEqualTo(part(5_000_000, 5_000_009));
        assertThat(response.header("etag")).isEqualTo("\"2\"");
        assertThat(node.get("/film").body()).isEqualTo(film);
        assertThat(node.count("popnet.fetch.large.changed")).isPositive();
    }

    @Test
    void aVersionThatChangesBetweenSegmentsBreaksTheAnswerAndIsNeverMixed() throws IOException {
        node.get("/film", "Range: bytes=2097152-3145727");
        awaitStored(1);
        republish(2, film.length);
        Response response = node.get("/film", "Range: bytes=2097152-5242879");
        assertThat(response.whole()).isFalse();
        assertThat(response.body()).hasSizeLessThanOrEqualTo(MIB);
        response = node.get("/film", "Range: bytes=2097152-5242879");
        assertThat(response.whole()).as("the old segments are gone").isTrue();
        assertThat(response.body()).isEqualTo(part(2_097_152, 5_242_879));
    }

    @Test
    void aFetchThatBreaksOffGoesOnWhereItBroke() throws IOException {
        breakAfter = 2_500_000;
        Response response = node.get("/film");
        assertThat(response.whole()).isTrue();
        assertThat(response.body()).isEqualTo(film);
        assertThat(asked()).hasSize(2).last().isEqualTo("bytes=2097152-" + (film.length - 1));
    }

    @Test
    void staleSegmentsAreConfirmedOnceForTheWholeAnswer() throws IOException {
        node.get("/film");
        awaitStored(11);
        node.nowMs.addAndGet(61_000);
        Response response = node.get("/film");
        assertThat(response.body()).isEqualTo(film);
        assertThat(response.header("age")).isEqualTo("0");
        assertThat(origin.requests()).hasSize(2);
        assertThat(origin.requests().getLast().header("if-none-match")).isEqualTo("\"1\"");
    }

    @Test
    void staleSegmentsAreServedWhileOriginIsDown() throws IOException {
        fields = "Cache-Control: max-age=60, stale-if-error=600";
        node.get("/film");
        awaitStored(11);
        node.nowMs.addAndGet(61_000);
        origin.close();
        assertThat(node.get("/film").body()).isEqualTo(film);
    }

    @Test
    void aFlushTakesAllSegmentsAndSoDoesAnUnsafeRequest() throws IOException {
        node.get("/film");
        awaitStored(11);
        assertThat(node.flush(FlushOrder.Kind.URL, "/film")).isEqualTo(11);
        assertThat(node.disk.bytes()).isZero();
        node.get("/film");
        awaitStored(22);
        node.get("/film", "Cache-Control: no-cache", "Range: bytes=0-0");
        assertThat(node.disk.bytes()).as("the segment that was asked for").isLessThan(2 * MIB);
    }

    @Test
    void aServerThatIgnoresRangesIsStoredWhole() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, film.length, "ETag: \"1\""));
            out.write(film);
        });
        assertThat(node.get("/film", "Range: bytes=2000000-2000009").body()).isEqualTo(part(2_000_000, 2_000_009));
        awaitStored(1);
        assertThat(node.get("/film").body()).isEqualTo(film);
    }

    @Test
    void withoutRoomOnDiskSegmentsPassThrough() throws IOException {
        node.close();
        node = new FetchNode(directory.resolve("small"), FetchNode.store("1MB"), FetchNode.patientOrigin(), origin);
        assertThat(node.get("/film").body()).isEqualTo(film);
        assertThat(node.get("/film", "Range: bytes=2000000-6000000").body()).isEqualTo(part(2_000_000, 6_000_000));
        assertThat(node.disk.bytes()).isZero();
    }

    /** Against the simplest reference there is: the server's versions in memory. */
    @Test
    void whateverHappensEachWholeAnswerIsOneVersion() throws IOException {
        Random random = new Random(20_261_125);
        List<byte[]> versions = new ArrayList<>(List.of(new byte[0], film));
        int whole = 0;
        for (int step = 0; step < 400; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    republish(versions.size(), 3 * MIB + random.nextInt(5 * MIB));
                    versions.add(film);
                }
                case 1 -> node.nowMs.addAndGet(random.nextInt(40_000));
                case 2 -> breakAfter = random.nextInt(3 * MIB);
                case 3 -> node.flush(FlushOrder.Kind.URL, "/film");
                default -> {
                    int first = random.nextInt(film.length);
                    int last = first + random.nextInt(random.nextBoolean() ? 1000 : 4 * MIB);
                    String range =
                            switch (random.nextInt(5)) {
                                case 0 -> "bytes=" + first + "-";
                                case 1 -> "bytes=-" + (1 + random.nextInt(100_000));
                                case 2 -> "";
                                default -> "bytes=" + first + "-" + last;
                            };
                    Response response = range.isEmpty() ? node.get("/film") : node.get("/film", "Range: " + range);
                    assertThat(response.status()).as(range).isIn(200, 206, 416);
                    if (response.status() == 416) {
                        continue;
                    }
                    byte[] right = versions.get(
                            Integer.parseInt(response.header("etag").replace("\"", "")));
                    int from = 0;
                    int to = right.length - 1;
                    if (response.status() == 206) {
                        ContentRange part =
                                ContentRange.of(Headers.of("Content-Range", response.header("content-range")));
                        assertThat(part.whole()).isEqualTo(right.length);
                        from = (int) part.first();
                        to = (int) part.last();
                    }
                    byte[] expected = Arrays.copyOfRange(right, from, to + 1);
                    if (response.whole()) {
                        whole++;
                        assertThat(Arrays.equals(response.body(), expected))
                                .as("step " + step + " " + range)
                                .isTrue();
                    } else {
                        assertThat(Arrays.equals(response.body(), Arrays.copyOf(expected, response.body().length)))
                                .as("step " + step + ", broken off, " + range)
                                .isTrue();
                    }
                }
            }
        }
        assertThat(whole).isGreaterThan(200);
        assertThat(node.count("popnet.fetch.large.bytes", "from", "disk")).isPositive();
        assertThat(node.count("popnet.fetch.large.changed")).isPositive();
    }

    private void awaitStored(int objects) {
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(node.count("popnet.fetch.fills", "outcome", "stored"))
                        .isEqualTo(objects));
    }
}
