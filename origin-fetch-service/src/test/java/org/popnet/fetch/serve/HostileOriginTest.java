package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** Nothing that a customer's server sends, or does not send, is ever served as something whole that it is not. */
@Timeout(60)
class HostileOriginTest extends OneOrigin {
    private final CountDownLatch over = new CountDownLatch(1);

    @Override
    FetchNode open(Path store) throws IOException {
        return new FetchNode(store, FetchNode.store("256MB"), FetchNode.quickOrigin(), origin);
    }

    @AfterEach
    void stop() {
        over.countDown();
    }

    @Test
    void aBodyThatIsResetHalfWayBreaksAtTheEdgeAndIsNotStored() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 1000));
            out.write(new byte[500]);
            out.flush();
            awaitReceived(500);
            TestOrigin.reset(request);
        });
        Response response = node.get("/a");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.whole()).isFalse();
        assertThat(response.body()).hasSizeLessThanOrEqualTo(500);
        assertNothingStored("/a");
    }

    @Test
    void aBodyShorterThanAnnouncedBreaksAtTheEdgeAndIsNotStored() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 1000));
            out.write(new byte[500]);
            out.flush();
            request.socket().shutdownOutput();
        });
        assertThat(node.get("/a").whole()).isFalse();
        assertNothingStored("/a");
    }

    @Test
    void aChunkedBodyWithoutItsEndBreaksAtTheEdgeAndIsNotStored() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, -1, "Transfer-Encoding: chunked"));
            out.write("5\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            request.socket().shutdownOutput();
        });
        Response response = node.get("/a");
        assertThat(response.whole()).as("no last chunk").isFalse();
        assertNothingStored("/a");
    }

    @Test
    void aBrokenBodyOfAnUnstorableResponseBreaksToo() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, -1, "Transfer-Encoding: chunked", "Cache-Control: no-store"));
            out.write("5\r\nhello\r\nzz".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            request.socket().shutdownOutput();
        });
        assertThat(node.get("/a").whole()).isFalse();
    }

    @Test
    void aLongerBodyThanAnnouncedIsCutAndItsRestPoisonsNothing() throws IOException {
        origin.answering((request, out) -> {
            if (request.target().equals("/long")) {
                out.write(TestOrigin.head(200, 5));
                out.write("helloHTTP/1.1 200 OK\r\nContent-Length: 4\r\nCache-Control: max-age=60\r\n\r\nevil"
                        .getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(TestOrigin.ok("good"));
            }
        });
        assertThat(node.get("/long").text()).isEqualTo("hello");
        assertThat(node.get("/next").text()).isEqualTo("good");
    }

    @Test
    void contradictingLengthsAreRefused() throws IOException {
        origin.answering(
                (request, out) -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"
                        .getBytes(StandardCharsets.US_ASCII)));
        assertThat(node.get("/a").status()).isEqualTo(502);
    }

    @Test
    void endlessHeadsAreCut() throws IOException {
        origin.answering((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] field = "X-More: and more\r\n".getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(field);
            }
        });
        assertThat(node.get("/lines").status()).isEqualTo(502);
        origin.answering((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
            byte[] more = "a".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(more);
            }
        });
        assertThat(node.get("/line").status()).isEqualTo(502);
    }

    @Test
    void aHeadThatNeverEndsIsATimeout() throws IOException {
        origin.answering((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            trickle(out);
        });
        Response response = node.get("/a");
        assertThat(response.status()).isEqualTo(504);
        assertThat(response.header("cache-status")).endsWith("detail=timeout");
        assertThat(node.outcomes).containsExactly("s0 failed");
    }

    @Test
    void aBodyThatTricklesIsBrokenOff() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 1_000_000));
            trickle(out);
        });
        assertThat(node.get("/a").whole()).isFalse();
        assertNothingStored("/a");
    }

    @Test
    void aSilentBodyIsBrokenOff() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 1_000));
            out.write(1);
            out.flush();
            over.await();
        });
        assertThat(node.get("/a").whole()).isFalse();
        assertNothingStored("/a");
    }

    @Test
    void whatIsNotHttpIsABadGateway() throws IOException {
        origin.answering(
                (request, out) -> out.write("SSH-2.0-OpenSSH_9.2\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(node.get("/a").status()).isEqualTo(502);
    }

    @Test
    void informationalResponsesComeBeforeTheFinalOne() throws IOException {
        origin.answering((request, out) -> {
            out.write("HTTP/1.1 102 Processing\r\n\r\n".repeat(3).getBytes(StandardCharsets.US_ASCII));
            out.write(TestOrigin.ok("hello"));
        });
        assertThat(node.get("/a").text()).isEqualTo("hello");
    }

    /** A few bytes at a time, until the other side has had enough. */
    private void trickle(OutputStream out) throws IOException, InterruptedException {
        do {
            out.write('a');
            out.flush();
        } while (!over.await(50, TimeUnit.MILLISECONDS));
    }

    private void awaitReceived(int bytes) {
        await().until(() -> node.count("popnet.fetch.origin.bytes") >= bytes);
    }

    private void assertNothingStored(String target) throws IOException {
        await().until(() -> node.count("popnet.fetch.fills", "outcome", "broken") == 1);
        assertThat(node.disk.bytes()).isZero();
        origin.answering((request, out) -> out.write(TestOrigin.ok("whole")));
        Response again = node.get(target);
        assertThat(again.text()).isEqualTo("whole");
        assertThat(again.header("cache-status")).startsWith("fetch1.test; fwd=uri-miss");
    }
}
