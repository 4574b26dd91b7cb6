package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.util.List;
import org.junit.jupiter.api.Test;

class PassTest extends EdgeStory {
    @Test
    void unsafeRequestGoesStraightToTheCustomersServer() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("POST /form HTTP/1.1\r\nHost: " + SITE
                    + "\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Length: 5\r\n\r\nhello");
            TestClient.Response response = client.response();
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.header("Cache-Status")).isEqualTo("edge1.westusa; fwd=method; fwd-status=200");
        }
        TestOrigin.Request sent = origin.requests.getFirst();
        assertThat(sent.header("Host")).isEqualTo("www.customer1.example");
        assertThat(sent.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(sent.header("Via")).isEqualTo("1.1 edge1.westusa");
        assertThat(fetch.requests).isEmpty();
    }

    @Test
    void largeBodiesStreamBothWays() throws Exception {
        byte[] body = new byte[20 << 20];
        try (TestClient client = edge.client()) {
            client.send("PUT /big HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: " + body.length + "\r\n\r\n");
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.socket.getOutputStream().write(body);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.response().body()).hasSize(body.length);
            sender.join();
        }
        await().untilAsserted(
                        () -> assertThat(edge.log.getFirst().record().bytesIn()).isGreaterThan(body.length));
        assertThat(edge.memory.bytesInUse()).isZero();
    }

    @Test
    void chunkedBodyIsPassedOnAndTheConnectionKept() throws Exception {
        try (TestClient client = edge.client()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST /c HTTP/1.1\r\nHost: " + SITE
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\n");
                assertThat(client.response().text()).isEqualTo("hello world");
                client.send("POST /c HTTP/1.1\r\nHost: " + SITE + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
                assertThat(client.response().text()).isEmpty();
            }
        }
        assertThat(origin.requests).hasSize(6);
    }

    @Test
    void expectationIsMetBeforeTheBody() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("POST /c HTTP/1.1\r\nHost: " + SITE + "\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(100);
            client.send("ab");
            assertThat(client.response().text()).isEqualTo("ab");
        }
    }

    @Test
    void pageWithACookieIsPassedFromThenOn() throws Exception {
        fetch.handler = (request, out) -> respond(out, 200, "first".getBytes(UTF_8), "Set-Cookie", "a=b");
        origin.handler = (request, out) ->
                respond(out, 200, String.valueOf(request.header("Cookie")).getBytes(UTF_8), "Cache-Control", "private");
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/page").text()).isEqualTo("first");
            TestClient.Response second = client.get(SITE, "/page", "Cookie", "a=b");
            assertThat(second.text()).isEqualTo("a=b");
            assertThat(second.header("Cache-Status")).isEqualTo("edge1.westusa; fwd=bypass; fwd-status=200");
        }
        assertThat(fetch.requests).hasSize(1);
        assertThat(edge.memory.bytesInUse()).isZero();
    }

    @Test
    void successfulUnsafeRequestInvalidatesItsTarget() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(SITE, "/doc");
            assertThat(client.get(SITE, "/doc").header("Cache-Status")).contains("hit");
            client.request("DELETE", SITE, "/doc");
            assertThat(client.get(SITE, "/doc").header("Cache-Status")).contains("fwd=uri-miss");
        }
    }

    @Test
    void failingOriginIsA502AndTheNextRequestWorks() throws Exception {
        origin.handler = (request, out) -> {
            throw new IllegalStateException("break");
        };
        try (TestClient client = edge.client()) {
            assertThat(client.request("DELETE", SITE, "/x").status()).isEqualTo(502);
            assertThat(client.get(SITE, "/ok").status()).isEqualTo(200);
        }
        assertThat(edge.registry
                        .get("popnet.edge.fetch.errors")
                        .tag("tier", "origin")
                        .tag("reason", "broken")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void requestThatHasBeenHereIsRefused() throws Exception {
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/x", "CDN-Loop", "other, edge9.europe.pop.example")
                            .status())
                    .isEqualTo(508);
            assertThat(client.get(SITE, "/x", "CDN-Loop", "other").status()).isEqualTo(200);
        }
        assertThat(fetch.requests).hasSize(1);
    }

    @Test
    void healthIsAnsweredForAnyHostAndUnknownHostsAreMisdirected() throws Exception {
        try (TestClient client = edge.client()) {
            assertThat(client.get("whatever", "/.popnet/health").text()).isEqualTo("ok");
            assertThat(client.get("whatever", "/").status()).isEqualTo(421);
            assertThat(client.get("www.customer1.example", "/").status()).isEqualTo(421);
            assertThat(client.request("TRACE", SITE, "/").status()).isEqualTo(405);
        }
    }

    /** Response splitting: what a server sends after the end of a response is never the answer to the next request. */
    @Test
    void bytesAfterTheEndOfAResponseAreNoAnswerToTheNextRequest() throws Exception {
        fetch.handler = (request, out) -> {
            if (request.target().equals("/long")) {
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nCache-Control: max-age=60\r\n\r\nfour"
                                + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nCache-Control: max-age=60\r\n\r\nforged")
                        .getBytes(UTF_8));
            } else {
                respond(out, 200, "right".getBytes(UTF_8), "Cache-Control", "max-age=60");
            }
        };
        try (TestClient client = edge.client()) {
            client.send(
                    "GET /long HTTP/1.1\r\nHost: " + SITE + "\r\n\r\nGET /next HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            assertThat(client.response().text()).isEqualTo("four");
            assertThat(client.response().text()).isEqualTo("right");
            assertThat(client.get(SITE, "/next").text()).isEqualTo("right");
        }
        assertThat(fetch.count("/next")).isEqualTo(1);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        fetch.handler =
                (request, out) -> respond(out, 200, request.target().getBytes(UTF_8), "Cache-Control", "max-age=60");
        try (TestClient client = edge.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /")
                        .append(i % 7)
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(SITE)
                        .append("\r\n\r\n");
            }
            client.send(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.response().text()).isEqualTo("/" + i % 7);
            }
        }
    }

    @Test
    void oldClientsAreAnsweredAndTheConnectionEnds() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("GET /x HTTP/1.0\r\nHost: " + SITE + "\r\n\r\n");
            TestClient.Response response = client.response();
            assertThat(response.body()).hasSize(10);
            assertThat(response.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void slowReaderDoesNotMakeTheEdgeHoldTheBody() throws Exception {
        byte[] film = new byte[32 << 20];
        fetch.handler = (request, out) -> respond(out, 200, film, "Cache-Control", "max-age=60");
        try (TestClient client = edge.client()) {
            client.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            client.bytes(100_000);
            // Nothing more is read: the edge cuts the connection.
            await().ignoreExceptions().untilAsserted(() -> assertThat(edge.registry
                            .get("popnet.edge.connections.cut")
                            .tag("reason", "slow-reader")
                            .counter()
                            .count())
                    .isEqualTo(1));
        }
        await().untilAsserted(() -> assertThat(edge.log).hasSize(1));
        assertThat(edge.log.getFirst().record().bytesOut()).isBetween(100_000L, (long) film.length - 1);
    }

    @Test
    void rfc9111Section4_4_cachesBehindAreToldOnceThatAnUnsafeRequestHasChangedAResource() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a");
            client.request("POST", SITE, "/a");
            assertThat(client.get(SITE, "/a", "Cache-Control", "max-age=0").header("Cache-Status"))
                    .contains("fwd=uri-miss");
            client.get(SITE, "/b", "Cache-Control", "no-cache");
            edge.skewMs.set(61_000);
            client.get(SITE, "/a");
        }
        assertThat(fetch.requests)
                .extracting(r -> r.target() + " " + r.header("Cache-Control"))
                .containsExactly("/a null", "/a no-cache", "/b null", "/a null");
    }

    @Test
    void rfc9111Section4_4_anUnsafeRequestThatFailsChangesNothing() throws Exception {
        origin.handler = (request, out) -> respond(out, 409, new byte[0]);
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a");
            client.request("DELETE", SITE, "/a");
            assertThat(client.get(SITE, "/a").header("Cache-Status")).contains("hit");
        }
        assertThat(fetch.requests).hasSize(1);
    }

    @Test
    void connectionIsNotUsedWhenItsServerMayBeClosingIt() throws Exception {
        List<Integer> connections = new java.util.concurrent.CopyOnWriteArrayList<>();
        origin.handler = (request, out) -> {
            connections.add(System.identityHashCode(out));
            respond(out, 200, new byte[0], "Keep-Alive", "timeout=1, max=100");
        };
        try (TestClient client = edge.client()) {
            client.request("PUT", SITE, "/a");
            client.request("PUT", SITE, "/a");
        }
        assertThat(connections).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void rfc8297_earlyHintsReachTheClientBeforeTheResponseAndAreNotStored() throws Exception {
        TestOrigin.Handler hinting = (request, out) -> {
            out.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n".getBytes(UTF_8));
            respond(out, 200, new byte[10], "Cache-Control", "max-age=60");
        };
        fetch.handler = hinting;
        origin.handler = hinting;
        try (TestClient client = edge.client()) {
            TestClient.Response hints = client.get(SITE, "/page");
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.header("Link")).isEqualTo("</a.css>; rel=preload");
            TestClient.Response page = client.response();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Link")).isNull();
            TestClient.Response hit = client.get(SITE, "/page");
            assertThat(hit.status()).isEqualTo(200);
            assertThat(hit.header("Link")).isNull();
            assertThat(hit.header("Cache-Status")).contains("hit");

            client.send("POST /form HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(103);
            assertThat(client.response().status()).isEqualTo(200);

            client.send("GET /other HTTP/1.0\r\nHost: " + SITE + "\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(200);
        }
    }
}
