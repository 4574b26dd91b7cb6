package org.popnet.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fields behind a body (RFC 9110 §6.5) are passed on with what is passed through, and never become others. */
class TrailersTest extends EdgeStory {
    @BeforeEach
    void answer() {
        origin.handler = (request, out) -> out.write(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nServer-Timing: db;dur=53\r\nSet-Cookie: a=b\r\nCache-Control: max-age=9\r\n"
                        + "Content-Length: 3\r\n\r\n")
                .getBytes(ISO_8859_1));
    }

    private static String post(String fields) {
        return "POST /form HTTP/1.1\r\nHost: " + SITE + "\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n"
                + "1\r\nx\r\n0\r\nDigest: sum\r\nHost: evil.example\r\nAuthorization: me\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n";
    }

    @Test
    void rfc9110Section6_5_1_aRequestsTrailersGoOnWithoutThoseThatRouteFrameOrAuthorize() throws Exception {
        try (TestClient client = edge.client()) {
            client.send(post(""));
            assertThat(client.response().text()).isEqualTo("hello");
        }
        TestOrigin.Request sent = origin.requests.getFirst();
        assertThat(sent.header("trailer Digest")).isEqualTo("sum");
        assertThat(sent.headers())
                .doesNotContainKeys("trailer Host", "trailer Authorization", "trailer X-Forwarded-For", "Digest", "TE");
        assertThat(sent.header("Host")).isEqualTo("www.customer1.example");
    }

    @Test
    void rfc9110Section6_5_1_aResponsesTrailersReachAClientThatTakesThem() throws Exception {
        try (TestClient client = edge.client()) {
            client.send(post("TE: trailers\r\nConnection: TE\r\n"));
            TestClient.Response response = client.response();
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.trailers())
                    .containsOnlyKeys("Server-Timing")
                    .containsEntry("Server-Timing", "db;dur=53");
            assertThat(client.get(SITE, "/next").status()).isEqualTo(200);
        }
        assertThat(origin.requests.getFirst().header("TE")).isEqualTo("trailers");
    }

    @Test
    void rfc9110Section6_5_1_othersAreSparedThem() throws Exception {
        try (TestClient client = edge.client()) {
            client.send(post(""));
            assertThat(client.response().trailers()).isEmpty();
            assertThat(client.get(SITE, "/next").status()).isEqualTo(200);
        }
    }
}
