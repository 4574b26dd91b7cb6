package org.popnet.edge.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestParserTest {
    private static final String REQUESTS = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nA:  b c \r\n\r\n"
            + "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
            + "PUT /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n3;x=\"y\"\r\nabc\r\n0\r\nT: v\r\n\r\n"
            + "\r\nHEAD /z HTTP/1.0\r\nHost: x\r\n\r\n";
    private static final List<String> EVENTS = List.of(
            "GET /a?b=c 1 A=b c",
            "end",
            "POST / 1",
            "hello",
            "end",
            "PUT /p 1",
            "0123456789abc",
            "end",
            "HEAD /z 0",
            "end");

    /** What the parser finds in the bytes, fed in pieces; adjoining pieces of a body as one. */
    private static List<String> parse(byte[] bytes, Random cuts) {
        RequestParser parser = new RequestParser(RequestLimits.DEFAULT);
        List<String> events = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        StringBuilder body = new StringBuilder();
        int fed = 0;
        try {
            while (true) {
                RequestPart part = parser.next(in);
                if (part instanceof RequestPart.Body(ByteBuf piece)) {
                    body.append(piece.toString(ISO_8859_1));
                    piece.release();
                    continue;
                }
                if (part instanceof RequestPart.Incomplete) {
                    if (fed == bytes.length) {
                        return events;
                    }
                    int n = 1 + cuts.nextInt(Math.min(20, bytes.length - fed));
                    n = Math.min(n, bytes.length - fed);
                    in.writeBytes(bytes, fed, n);
                    fed += n;
                    continue;
                }
                if (!body.isEmpty()) {
                    events.add(body.toString());
                    body.setLength(0);
                }
                if (part instanceof RequestPart.Head(RequestHead head)) {
                    String a = head.headers().first("A");
                    events.add(head.method() + " " + head.target() + " " + head.minorVersion()
                            + (a == null ? "" : " A=" + a));
                } else {
                    events.add("end");
                }
            }
        } catch (RequestRefusedException refused) {
            assertThat(refused.status()).isIn(400, 414, 431);
            events.add("refused");
            return events;
        } finally {
            in.release();
        }
    }

    @Test
    void requestsAreFoundHoweverTheirBytesArrive() {
        for (int seed = 0; seed < 500; seed++) {
            assertThat(parse(REQUESTS.getBytes(ISO_8859_1), new Random(seed))).isEqualTo(EVENTS);
        }
    }

    @Test
    void mutatedRequestsAreRefusedOrUnderstoodTheSameHoweverTheyArrive() {
        Random random = new Random(9112);
        byte[] alphabet = "\r\n\t :;,0aF\u0000\u007f\u00ffGHT/1.".getBytes(ISO_8859_1);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = REQUESTS.getBytes(ISO_8859_1);
            for (int m = 1 + random.nextInt(3); m > 0; m--) {
                bytes[random.nextInt(bytes.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            List<String> once = parse(bytes, new Random(1));
            assertThat(parse(bytes, new Random(i))).isEqualTo(once);
            assertThat(once.size()).isLessThanOrEqualTo(EVENTS.size() + 2);
        }
    }

    @Test
    void fieldsThatAreRepeatedMeanTheSameAndOthersAreUnderstoodAnew() throws Exception {
        RequestParser parser = new RequestParser(RequestLimits.DEFAULT);
        ByteBuf in = Unpooled.copiedBuffer(
                "GET /1 HTTP/1.1\r\nHost: x\r\nA: 1\r\n\r\n"
                        + "GET /2 HTTP/1.1\r\nHost: x\r\nA: 1\r\n\r\n"
                        + "GET /3 HTTP/1.1\r\nHost: x\r\nA: 2\r\n\r\n"
                        + "GET /4 HTTP/1.1\r\nHost: x\r\nA: 2\r\nB: 3\r\n\r\n"
                        + "GET /5 HTTP/1.1\r\nHost: x\r\nA: 2\r\nB: 3\r\n\r\n",
                ISO_8859_1);
        List<RequestHead> heads = new ArrayList<>();
        while (in.isReadable()) {
            if (parser.next(in) instanceof RequestPart.Head(RequestHead head)) {
                heads.add(head);
            }
        }
        in.release();
        assertThat(heads).extracting(RequestHead::target).containsExactly("/1", "/2", "/3", "/4", "/5");
        assertThat(heads.get(1).headers()).isEqualTo(heads.get(0).headers());
        assertThat(heads.get(1).headBytes()).isEqualTo(heads.get(0).headBytes());
        assertThat(heads.get(2).headers().first("A")).isEqualTo("2");
        assertThat(heads.get(3).headers().first("B")).isEqualTo("3");
        assertThat(heads.get(4).headers())
                .isSameAs(heads.get(3).headers())
                .isNotEqualTo(heads.get(2).headers());
    }

    @Test
    void fieldsThatAreRepeatedCountTowardsTheLimit() throws Exception {
        RequestParser parser = new RequestParser(new RequestLimits(4096, 4096, 10));
        String fields = "Host: x\r\nA: " + "a".repeat(900) + "\r\n\r\n";
        ByteBuf in = Unpooled.copiedBuffer("GET / HTTP/1.1\r\n" + fields, ISO_8859_1);
        assertThat(parser.next(in)).isInstanceOf(RequestPart.Head.class);
        assertThat(parser.next(in)).isInstanceOf(RequestPart.End.class);
        in.writeBytes(("GET /" + "b".repeat(3_300) + " HTTP/1.1\r\n" + fields).getBytes(ISO_8859_1));
        assertThatThrownBy(() -> parser.next(in))
                .isInstanceOfSatisfying(RequestRefusedException.class, e -> assertThat(e.status())
                        .isEqualTo(431));
        in.release();
    }
}
