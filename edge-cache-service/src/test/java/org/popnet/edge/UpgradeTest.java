package org.popnet.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** WebSocket through the edge (RFC 9110 §7.8, RFC 6455), and what is no such upgrade. */
class UpgradeTest extends EdgeStory {
    private static final String ASK = "GET /chat HTTP/1.1\r\nHost: " + SITE
            + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    @BeforeEach
    void answer() {
        origin.handler = new Echo();
    }

    /** Switches protocols and sends back every byte; ends after a {@code !}. */
    private static class Echo implements TestOrigin.Handler {
        @Override
        public void handle(TestOrigin.Request request, OutputStream out) {
            respond(out, 200, "no websocket".getBytes(ISO_8859_1));
        }

        @Override
        public void handle(TestOrigin.Request request, InputStream in, OutputStream out) throws Exception {
            if (request.header("Upgrade") == null) {
                handle(request, out);
                return;
            }
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((request.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                            .getBytes(ISO_8859_1));
            out.write(("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n"
                            + greeting())
                    .getBytes(ISO_8859_1));
            talk(in, out);
            throw new IOException("the conversation is over");
        }

        String greeting() {
            return "";
        }

        void talk(InputStream in, OutputStream out) throws Exception {
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n > 0 && buffer[n - 1] != '!'; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
    }

    @Test
    void rfc9110Section7_8_bytesOfBothSidesArePassedOnUntilTheServerEnds() throws Exception {
        origin.handler = new Echo() {
            @Override
            String greeting() {
                return "hello ";
            }
        };
        try (TestClient client = edge.client()) {
            client.send(ASK);
            TestClient.Response switched = client.response();
            assertThat(switched.status()).isEqualTo(101);
            assertThat(switched.header("Upgrade")).isEqualTo("websocket");
            assertThat(switched.header("Connection")).isEqualTo("Upgrade");
            assertThat(switched.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(new String(client.bytes(6), ISO_8859_1)).isEqualTo("hello ");
            client.send("GET /smuggled HTTP/1.1\r\n\r\n");
            assertThat(new String(client.bytes(26), ISO_8859_1)).isEqualTo("GET /smuggled HTTP/1.1\r\n\r\n");
            client.send("!");
            assertThat(client.ended()).isTrue();
            await().untilAsserted(() -> assertThat(edge.log).hasSize(1));
            AccessRecord record = edge.log.getFirst().record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.cache()).isEqualTo(CacheResult.PASS);
            assertThat(record.bytesOut()).isEqualTo(switched.wireBytes() + 6 + 26);
            assertThat(record.bytesIn()).isEqualTo(ASK.length() + 26 + 1);
        }
        assertThat(origin.requests).hasSize(1);
        assertThat(origin.requests.getFirst().header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(fetch.requests).isEmpty();
    }

    @Test
    void whatTheClientSendsBeforeTheSwitchComesAfterIt() throws Exception {
        try (TestClient client = edge.client()) {
            client.send(ASK + "early");
            assertThat(client.response().status()).isEqualTo(101);
            assertThat(new String(client.bytes(5), ISO_8859_1)).isEqualTo("early");
        }
    }

    @Test
    void muchIsPassedOnAtTheSpeedOfTheSlowerSide() throws Exception {
        byte[] much = new byte[30 << 20];
        new java.util.Random(1).nextBytes(much);
        for (int i = 0; i < much.length; i++) {
            much[i] = much[i] == '!' ? 0 : much[i];
        }
        try (TestClient client = edge.client()) {
            client.send(ASK);
            client.response();
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.socket.getOutputStream().write(much);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.bytes(much.length)).isEqualTo(much);
            sender.join();
        }
    }

    @Test
    void theServersConnectionEndsWithTheClients() throws Exception {
        CompletableFuture<Integer> seen = new CompletableFuture<>();
        origin.handler = new Echo() {
            @Override
            void talk(InputStream in, OutputStream out) throws Exception {
                seen.complete(in.read());
            }
        };
        try (TestClient client = edge.client()) {
            client.send(ASK);
            assertThat(client.response().status()).isEqualTo(101);
        }
        assertThat(seen.get(1, TimeUnit.MINUTES)).isEqualTo(-1);
    }

    @Test
    void aServerThatDoesNotSwitchAnswersAsUsual() throws Exception {
        origin.handler = (request, out) -> respond(out, 426, "13 only".getBytes(ISO_8859_1), "Upgrade", "websocket");
        try (TestClient client = edge.client()) {
            client.send(ASK);
            TestClient.Response refused = client.response();
            assertThat(refused.status()).isEqualTo(426);
            assertThat(refused.text()).isEqualTo("13 only");
            assertThat(client.get(SITE, "/next").status()).isEqualTo(200);
        }
    }

    @Test
    void aServerThatSwitchesUnaskedIsA502() throws Exception {
        origin.handler = (request, out) ->
                out.write("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".getBytes(ISO_8859_1));
        try (TestClient client = edge.client()) {
            assertThat(client.request("POST", SITE, "/form").status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade\r\nUpgrade: h2c",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
                "Upgrade: websocket",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1"
            })
    void otherOffersAreNotTakenUp(String fields) throws Exception {
        try (TestClient client = edge.client()) {
            client.send("GET /x HTTP/1.1\r\nHost: " + SITE + "\r\n" + fields + "\r\n\r\n"
                    + (fields.contains("Content-Length") ? "x" : ""));
            assertThat(client.response().status()).isEqualTo(200);
        }
        assertThat(origin.requests).isEmpty();
        assertThat(fetch.requests).hasSize(1);
        assertThat(fetch.requests.getFirst().headers()).doesNotContainKeys("Upgrade", "Connection", "HTTP2-Settings");
    }

    @Test
    void rfc9110Section9_3_6_connectIsRefused() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("CONNECT " + SITE + ":443 HTTP/1.1\r\nHost: " + SITE + ":443\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(405);
        }
        assertThat(origin.requests).isEmpty();
        assertThat(fetch.requests).isEmpty();
    }

    @Test
    void theJdksClientTalksThroughTheEdge() throws Exception {
        origin.handler = new Frames();
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .header("Host", SITE)
                    .buildAsync(URI.create("ws://127.0.0.1:" + edge.port() + "/chat"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                            heard.complete(text.toString());
                            return null;
                        }
                    })
                    .get(1, TimeUnit.MINUTES);
            socket.sendText("good day", true);
            assertThat(heard.get(1, TimeUnit.MINUTES)).isEqualTo("good day");
            socket.abort();
        }
    }

    /** Understands as much of RFC 6455 as to send a client's short text back to it. */
    private static final class Frames extends Echo {
        @Override
        void talk(InputStream in, OutputStream out) throws Exception {
            byte[] head = in.readNBytes(2);
            byte[] mask = in.readNBytes(4);
            byte[] text = in.readNBytes(head[1] & 0x7f);
            for (int i = 0; i < text.length; i++) {
                text[i] ^= mask[i % 4];
            }
            out.write(new byte[] {head[0], (byte) text.length});
            out.write(text);
            var unused = in.read(); // until the client goes
        }
    }
}
