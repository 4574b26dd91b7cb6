package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.OTHER;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;

class CachingTest extends EdgeStory {
    private static final byte[] BODY = "0123456789".repeat(20).getBytes(UTF_8);

    @BeforeEach
    void answer() {
        fetch.handler = (request, out) ->
                respond(out, 200, BODY, "Cache-Control", "max-age=60", "ETag", "\"v1\"", "Content-Type", "text/plain");
        origin.handler = (request, out) -> respond(out, 200, "from origin".getBytes(UTF_8));
    }

    @Test
    void missIsFetchedOnceAndThenHit() throws Exception {
        try (TestClient client = edge.client()) {
            TestClient.Response miss = client.get(SITE, "/a.txt");
            assertThat(miss.status()).isEqualTo(200);
            assertThat(miss.body()).isEqualTo(BODY);
            assertThat(miss.header("Cache-Status")).isEqualTo("edge1.westusa; fwd=uri-miss; fwd-status=200; stored");
            TestClient.Response hit = client.get(SITE, "/a.txt");
            assertThat(hit.body()).isEqualTo(BODY);
            assertThat(hit.header("Cache-Status")).startsWith("edge1.westusa; hit; ttl=");
            assertThat(hit.header("Age")).isEqualTo("0");
            assertThat(hit.header("Via")).isEqualTo("1.1 edge1.westusa");
            assertThat(hit.header("ETag")).isEqualTo("\"v1\"");
        }
        assertThat(fetch.requests).hasSize(1);
        TestOrigin.Request sent = fetch.requests.getFirst();
        assertThat(sent.header("Host")).isEqualTo(SITE);
        assertThat(sent.header("CDN-Loop")).isEqualTo("edge1.westusa.pop.example");
        assertThat(origin.requests).isEmpty();
    }

    @Test
    void headAndRangesAndConditionsAreAnsweredFromMemory() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt");
            TestClient.Response head = client.request("HEAD", SITE, "/a.txt");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo("200");

            TestClient.Response part = client.get(SITE, "/a.txt", "Range", "bytes=5-14");
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.text()).isEqualTo("5678901234");
            assertThat(part.header("Content-Range")).isEqualTo("bytes 5-14/200");
            assertThat(client.get(SITE, "/a.txt", "Range", "bytes=-3").text()).isEqualTo("789");
            assertThat(client.get(SITE, "/a.txt", "Range", "bytes=0-1,4-5").header("Content-Type"))
                    .startsWith("multipart/byteranges; boundary=");
            assertThat(client.get(SITE, "/a.txt", "Range", "bytes=" + "0-1,".repeat(50) + "3-4")
                            .status())
                    .isEqualTo(416);
            TestClient.Response beyond = client.get(SITE, "/a.txt", "Range", "bytes=200-");
            assertThat(beyond.status()).isEqualTo(416);
            assertThat(beyond.header("Content-Range")).isEqualTo("bytes */200");
            assertThat(client.get(SITE, "/a.txt", "Range", "bytes=0-1", "If-Range", "\"v0\"")
                            .status())
                    .isEqualTo(200);

            TestClient.Response unchanged = client.get(SITE, "/a.txt", "If-None-Match", "W/\"v1\"");
            assertThat(unchanged.status()).isEqualTo(304);
            assertThat(unchanged.header("ETag")).isEqualTo("\"v1\"");
            assertThat(client.get(SITE, "/a.txt", "If-Match", "\"v2\"").status())
                    .isEqualTo(412);
            assertThat(client.get(SITE, "/a.txt").body()).isEqualTo(BODY);
        }
        assertThat(fetch.requests).hasSize(1);
    }

    @Test
    void rangeOfWhatIsNotThereFillsTheWhole() throws Exception {
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/a.txt", "Range", "bytes=5-14").text()).isEqualTo("5678901234");
            assertThat(fetch.requests.getFirst().header("Range")).isNull();
            assertThat(client.get(SITE, "/a.txt").header("Cache-Status")).contains("hit");
        }
    }

    @Test
    void variantsAreKeptApartAndFlushedTogether() throws Exception {
        fetch.handler = (request, out) -> respond(
                out,
                200,
                String.valueOf(request.header("Accept-Encoding")).getBytes(UTF_8),
                "Cache-Control",
                "max-age=60",
                "Vary",
                "Accept-Encoding");
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/v", "Accept-Encoding", "gzip").text()).isEqualTo("gzip");
            TestClient.Response other = client.get(SITE, "/v", "Accept-Encoding", "br");
            assertThat(other.text()).isEqualTo("br");
            assertThat(other.header("Cache-Status")).contains("fwd=vary-miss");
            assertThat(client.get(SITE, "/v", "Accept-Encoding", "GZIP").header("Cache-Status"))
                    .contains("hit");
            assertThat(edge.memory.apply(new FlushOrder(SITE, 1, Kind.URL, "/v")))
                    .isEqualTo(2);
            assertThat(client.get(SITE, "/v", "Accept-Encoding", "gzip").header("Cache-Status"))
                    .contains("fwd=");
        }
    }

    @Test
    void twoCustomersWithTheSamePathNeverMeet() throws Exception {
        fetch.handler = (request, out) ->
                respond(out, 200, request.header("Host").getBytes(UTF_8), "Cache-Control", "max-age=60");
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/same").text()).isEqualTo(SITE);
            assertThat(client.get(OTHER, "/same").text()).isEqualTo(OTHER);
            assertThat(client.get(SITE + ":8080", "/same").text()).isEqualTo(SITE);
        }
    }

    @Test
    void unkeyedFieldsDoNotReachWhatIsStored() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(
                    SITE,
                    "/p",
                    "X-Forwarded-Host",
                    "evil",
                    "X-Original-URL",
                    "/evil",
                    "X-HTTP-Method-Override",
                    "POST",
                    "Content-Length",
                    "0",
                    "Forwarded",
                    "host=evil",
                    "Cookie",
                    "a=b");
            assertThat(fetch.requests.getFirst().headers())
                    .doesNotContainKeys("X-Forwarded-Host", "X-Original-URL", "X-HTTP-Method-Override", "Forwarded")
                    .containsKey("Cookie");
        }
    }

    @Test
    void originIsAskedWhenEveryFetchServerFails() throws Exception {
        fetch.close();
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/x").text()).isEqualTo("from origin");
        }
    }

    @Test
    void responseThatNoLongerVariesReplacesItsVariants() throws Exception {
        fetch.handler =
                (request, out) -> respond(out, 200, BODY, "Cache-Control", "max-age=60", "Vary", "Accept-Language");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/v", "Accept-Language", "de");
            fetch.handler = (request, out) -> respond(out, 200, BODY, "Cache-Control", "max-age=60");
            client.get(SITE, "/v", "Accept-Language", "fr");
            assertThat(client.get(SITE, "/v", "Accept-Language", "it").header("Cache-Status"))
                    .contains("hit");
            assertThat(flush(Kind.URL, "/v")).isEqualTo(1);
            assertThat(client.get(SITE, "/v", "Accept-Language", "it").header("Cache-Status"))
                    .contains("fwd");
        }
    }

    @Test
    void largeObjectPassesThroughUnstoredAndByRange() throws Exception {
        byte[] large = new byte[5 << 20];
        fetch.handler = (request, out) -> {
            if (request.header("Range") != null) {
                respond(out, 206, new byte[] {1, 2}, "Content-Range", "bytes 0-1/" + large.length);
            } else {
                respond(out, 200, large, "Cache-Control", "max-age=60");
            }
        };
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/film").body()).hasSize(large.length);
            TestClient.Response part = client.get(SITE, "/film", "Range", "bytes=0-1");
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.body()).containsExactly(1, 2);
        }
        assertThat(edge.memory.bytesInUse()).isZero();
    }

    @Test
    void bodyOfUnknownLengthIsChunkedAndStored() throws Exception {
        fetch.handler = (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            for (int i = 0; i < 50; i++) {
                out.write("a\r\n0123456789\r\n".getBytes(UTF_8));
                out.flush();
            }
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/c").text()).isEqualTo("0123456789".repeat(50));
            TestClient.Response hit = client.get(SITE, "/c");
            assertThat(hit.header("Content-Length")).isEqualTo("500");
            assertThat(hit.text()).isEqualTo("0123456789".repeat(50));
        }
        assertThat(edge.memory.bytesInUse()).isLessThan(1024);
    }

    @Test
    void endlessBodyIsReadThroughAWindow() throws Exception {
        byte[] piece = new byte[64 * 1024];
        int pieces = 200;
        fetch.handler = (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            for (int i = 0; i < pieces; i++) {
                out.write("10000\r\n".getBytes(UTF_8));
                out.write(piece);
                out.write("\r\n".getBytes(UTF_8));
            }
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/endless").body()).hasSize(pieces * piece.length);
            await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
            assertThat(client.get(SITE, "/endless").header("Cache-Status")).contains("fwd=uri-miss");
        }
    }

    @Test
    void flushesRemoveWhatTheySelect() throws Exception {
        fetch.handler = (request, out) -> respond(
                out,
                200,
                BODY,
                "Cache-Control",
                "max-age=60",
                "Surrogate-Key",
                "all " + request.target().charAt(1));
        try (TestClient client = edge.client()) {
            for (String target : List.of("/a/1", "/a/2", "/b/1.png", "/b/2.jpg")) {
                assertThat(client.get(SITE, target).header("Surrogate-Key")).isNull();
            }
            client.get(OTHER, "/a/1");
            assertThat(flush(Kind.URL, "/a/1")).isEqualTo(1);
            assertThat(flush(Kind.URL, "/a/1")).isZero();
            assertThat(flush(Kind.WILDCARD, "*.png")).isEqualTo(1);
            assertThat(flush(Kind.TAG, "b")).isEqualTo(1);
            assertThat(flush(Kind.PREFIX, "/a/")).isEqualTo(1);
            IntStream.range(0, 10).forEach(i -> get(client, "/n/" + i));
            assertThat(flush(Kind.ALL, "")).isEqualTo(10);
            assertThat(client.get(OTHER, "/a/1").header("Cache-Status")).contains("hit");
            assertThat(client.get(SITE, "/n/1").header("Cache-Status")).contains("uri-miss");
        }
    }

    private static void get(TestClient client, String target) {
        try {
            client.get(SITE, target);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private long flush(Kind kind, String value) {
        return edge.memory.apply(new FlushOrder(SITE, 1, kind, value));
    }

    @Test
    void recordsCountExactlyTheBytesTheClientRead() throws Exception {
        long read = 0;
        try (TestClient client = edge.client()) {
            read += client.get(SITE, "/a.txt").wireBytes();
            read += client.get(SITE, "/a.txt").wireBytes();
            read += client.get(SITE, "/a.txt", "Range", "bytes=1-3").wireBytes();
            read += client.get(SITE, "/a.txt", "If-None-Match", "*").wireBytes();
            read += client.request("HEAD", SITE, "/a.txt").wireBytes();
            read += client.get("nobody.example", "/").wireBytes();
            read += client.request("DELETE", SITE, "/x").wireBytes();
        }
        long all = read;
        await().untilAsserted(() -> assertThat(edge.log).hasSize(7));
        assertThat(edge.log.stream().mapToLong(l -> l.record().bytesOut()).sum())
                .isEqualTo(all);
        assertThat(edge.log)
                .extracting(l -> l.record().cache() + " " + l.record().status() + " " + l.customer())
                .containsExactly(
                        "MISS 200 customer1",
                        "HIT 200 customer1",
                        "HIT 206 customer1",
                        "HIT 304 customer1",
                        "HIT 200 customer1",
                        "LOCAL 421 _network",
                        "PASS 200 customer1");
        assertThat(edge.log.getFirst().record().contentType()).isEqualTo("text/plain");
        assertThat(edge.registry
                        .get("popnet.edge.requests")
                        .tag("cache", "HIT")
                        .tag("status", "2xx")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(edge.registry.get("popnet.edge.bytes.out").counter().count()).isEqualTo(all);
    }

    @Test
    void aFetchCarriesTheWatermarkAndAClientsOwnWordIsDropped() throws Exception {
        edge.watermark = 42;
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt", "Popnet-Watermark", "999");
            edge.watermark = 0;
            client.get(SITE, "/b.txt", "Popnet-Watermark", "999");
        }
        assertThat(fetch.requests.get(0).header("Popnet-Watermark")).isEqualTo("42");
        assertThat(fetch.requests.get(1).header("Popnet-Watermark")).isNull();
    }
}
