package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** Bodies of no bytes, of exactly a segment, and of more bytes than there are. */
@Timeout(60)
class SizesTest extends OneOrigin {
    private static final int SEGMENT = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})
    void anEmptyBodyIsStoredAndServedAsSuch(String end) throws IOException {
        origin.answering(
                (request, out) -> out.write(("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"e\"\r\n" + end)
                        .getBytes(StandardCharsets.ISO_8859_1)));
        Response miss = node.get("/empty");
        assertThat(miss.status()).isEqualTo(200);
        assertThat(miss.whole()).isTrue();
        assertThat(miss.body()).isEmpty();
        node.whenStored();
        Response hit = node.get("/empty");
        assertThat(hit.header("cache-status")).startsWith("fetch1.test; hit");
        assertThat(hit.header("content-length")).isEqualTo("0");
        assertThat(hit.body()).isEmpty();
        assertThat(node.get("/empty", "Range: bytes=0-0").status()).isEqualTo(416);
        assertThat(node.get("/empty", "If-None-Match: \"e\"").status()).isEqualTo(304);
        assertThat(node.request("HEAD", "/empty").status()).isEqualTo(200);
        assertThat(origin.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT})
    void bodiesAroundASegmentAreWholeFromDiskToTheirLastByte(int length) throws IOException {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i * 31 + (i >> 8));
        }
        origin.answering((request, out) -> out.write(TestOrigin.response(200, body)));
        assertThat(node.get("/a").body()).isEqualTo(body);
        node.whenStored();
        Response hit = node.get("/a");
        assertThat(hit.header("cache-status")).startsWith("fetch1.test; hit");
        assertThat(hit.body()).isEqualTo(body);
        Response last = node.get("/a", "Range: bytes=-1");
        assertThat(last.status()).isEqualTo(206);
        assertThat(last.body()).containsExactly(body[length - 1]);
        assertThat(node.get("/a", "Range: bytes=" + length + "-").status()).isEqualTo(416);
    }

    @Test
    void aLengthBeyondAllDisksPassesThroughAndItsEarlyEndIsABreak() throws IOException {
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, Long.MAX_VALUE));
            out.write(new byte[10_000]);
            out.flush();
            request.socket().shutdownOutput();
        });
        Response response = node.get("/huge");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-length")).isEqualTo(Long.toString(Long.MAX_VALUE));
        assertThat(response.whole()).isFalse();
        assertThat(node.disk.bytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999999", "-1", "0x10", "5, 6", ""})
    void aLengthThatIsNoneIsNeverTakenForOne(String length) throws IOException {
        origin.answering((request, out) -> {
            out.write(("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + length + "\r\n\r\nhello")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            request.socket().shutdownOutput();
        });
        Response response = node.get("/odd");
        assertThat(response.status() == 502 || !response.whole())
                .as("status %s, body '%s'", response.status(), response.text())
                .isTrue();
        node.whenStored();
        assertThat(node.disk.bytes()).isZero();
    }
}
