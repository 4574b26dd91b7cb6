package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.fetch.RawClient;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** What a customer's server sends ahead of its response gets through while the response is still waited for. */
@Timeout(60)
class EarlyHintsTest extends OneOrigin {
    private static final String HINT =
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nSet-Cookie: a=b\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n";

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void rfc8297Section2_hintsGetThroughBeforeTheResponse() throws Exception {
        CountDownLatch hinted = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(ascii(HINT));
            out.flush();
            hinted.await();
            out.write(TestOrigin.ok("hello", "X-Own: 1"));
        });
        try (RawClient edge = node.connect()) {
            edge.send("GET /a HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n");
            Response hint = edge.head();
            assertThat(hint.status()).isEqualTo(103);
            assertThat(hint.header("link")).isEqualTo("</a.css>; rel=preload");
            assertThat(hint.headers()).containsOnlyKeys("link");
            hinted.countDown();
            Response response = edge.body(edge.head(), false);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.header("x-own")).isEqualTo("1");
            assertThat(response.headers()).as("hints are not the response's").doesNotContainKey("link");

            edge.send("GET /a HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n");
            Response hit = edge.body(edge.head(), false);
            assertThat(hit.status()).as("hints are not stored").isEqualTo(200);
            assertThat(hit.headers()).doesNotContainKey("link");
        }
    }

    @Test
    void hintsWithoutEndAreNotPassedOnForEver() throws Exception {
        origin.answering((request, out) -> {
            out.write(ascii(HINT.repeat(50)));
            out.write(ascii("HTTP/1.1 102 Processing\r\n\r\n"));
            out.write(TestOrigin.ok("hello"));
        });
        try (RawClient edge = node.connect()) {
            edge.send("GET /a HTTP/1.1\r\nHost: " + FetchNode.SITE + "\r\n\r\n");
            int hints = 0;
            Response head = edge.head();
            for (; head.status() == 103; head = edge.head()) {
                hints++;
            }
            assertThat(hints).isEqualTo(8);
            assertThat(edge.body(head, false).text()).isEqualTo("hello");
        }
    }
}
