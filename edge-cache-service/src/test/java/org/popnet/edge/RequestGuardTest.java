package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FE1 over raw sockets: one 400, the end of the connection, nothing seen behind. */
class RequestGuardTest {
    private static TestOrigin behind;
    private static TestEdge edge;

    @BeforeAll
    static void start() throws Exception {
        behind = new TestOrigin((request, out) -> respond(out, 200, request.body(), "Cache-Control", "no-store"));
        edge = new TestEdge(List.of(behind), behind);
    }

    @AfterAll
    static void stop() throws Exception {
        edge.close();
        behind.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Host
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nHost: SITE\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE:80:80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE:x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: user@SITE\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE/x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE, other\r\n\r\n",
                "GET http://other.example/ HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET http://SITE@other/ HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET ftp://SITE/ HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET SITE/ HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: SITE\r\n\r\n",
                // request line
                "GET /\r\nHost: SITE\r\n\r\n",
                "GET / HTTP/1.2\r\nHost: SITE\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: SITE\r\n\r\n",
                "GET / http/1.1\r\nHost: SITE\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: SITE\r\n\r\n",
                "GET / x HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "GET /#a HTTP/1.1\r\nHost: SITE\r\n\r\n",
                "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: SITE\r\n\r\n",
                // lines and fields
                "GET / HTTP/1.1\nHost: SITE\n\n",
                "GET / HTTP/1.1\r\nHost: SITE\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\n\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nA: b\rc\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nA: b\u0000c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nA: b\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: SITE\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : SITE\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nA\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\n: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: SITE\r\nA(: b\r\n\r\n",
                // lengths
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 5, 5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: +5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: -5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 5 5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 0x5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length:\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length : 5\r\n\r\nhello",
                // transfer codings
                "POST / HTTP/1.1\r\nHost: SITE\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: identity\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.0\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                // chunks
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: SITE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n",
            })
    void whatIsNotBeyondDoubtIsRefusedAndReachesNobody(String request) throws Exception {
        behind.requests.clear();
        try (TestClient client = edge.client()) {
            client.send(request.replace("SITE", SITE) + "GET /smuggled HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            TestClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
        }
        assertThat(behind.requests).isEmpty();
    }

    @Test
    void chunkThatIsLongerThanItsSizeNeverBecomesARequest() throws Exception {
        behind.requests.clear();
        try (TestClient client = edge.client()) {
            client.send("POST /p HTTP/1.1\r\nHost: " + SITE
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhelloGET /smuggled HTTP/1.1\r\nHost: " + SITE
                    + "\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(400);
            assertThat(client.ended()).isTrue();
        }
        assertThat(behind.requests).isEmpty();
    }

    @Test
    void limitsAreAnsweredWithTheirStatus() throws Exception {
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/" + "x".repeat(9_000)).status()).isEqualTo(414);
        }
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/", "A", "x".repeat(40_000)).status()).isEqualTo(431);
        }
        try (TestClient client = edge.client()) {
            String[] fields = new String[300];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = "a" + i;
            }
            assertThat(client.get(SITE, "/", fields).status()).isEqualTo(431);
        }
        try (TestClient client = edge.client()) {
            client.send("POST / HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: 999999999999\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(413);
        }
        try (TestClient client = edge.client()) {
            client.send("CONNECT " + SITE + ":443 HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(405);
        }
    }

    @Test
    void slowHeadAndSilentConnectionAreCut() throws Exception {
        try (TestClient slow = edge.client();
                TestClient silent = edge.client()) {
            slow.send("GET / HTTP/1.1\r\nHost: ");
            assertThat(slow.ended()).isTrue();
            assertThat(silent.ended()).isTrue();
        }
        assertThat(edge.registry
                        .get("popnet.edge.connections.cut")
                        .tag("reason", "slow-head")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void aThousandSlowClientsAreCutWhileOthersAreServed() throws Exception {
        List<TestClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                slow.add(edge.client()
                        .send(
                                i % 2 == 0
                                        ? "GET / HT"
                                        : "POST / HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: 9\r\n\r\nab"));
            }
            try (TestClient client = edge.client()) {
                client.get(SITE, "/quick");
                long begun = System.nanoTime();
                assertThat(client.get(SITE, "/quick").status()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
            }
            for (TestClient client : slow) {
                // Without a word, or with a 503 where more bodies arrive than are passed on at a time.
                client.awaitEnd();
            }
        } finally {
            for (TestClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void slowBodyIsCut() throws Exception {
        try (TestClient slow = edge.client()) {
            slow.send("POST / HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: 5\r\n\r\nab");
            assertThat(slow.ended()).isTrue();
        }
        await().ignoreExceptions().untilAsserted(() -> assertThat(edge.registry
                        .get("popnet.edge.connections.cut")
                        .tag("reason", "slow-body")
                        .counter()
                        .count())
                .isPositive());
    }

    @Test
    void lenientFormsThatAreBeyondDoubtAreServed() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("\r\nGET http://" + SITE.toUpperCase(java.util.Locale.ROOT) + "/x HTTP/1.1\r\nHOST:\t" + SITE
                    + ":8080 \r\n\r\n");
            assertThat(client.response().status()).isEqualTo(200);
            client.send("OPTIONS * HTTP/1.1\r\nHost: " + SITE + ".\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(200);
        }
    }
}
