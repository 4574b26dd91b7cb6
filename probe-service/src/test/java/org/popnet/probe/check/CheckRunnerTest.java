package org.popnet.probe.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.TimerWheel;

@Timeout(60)
class CheckRunnerTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final Check OK =
            Check.Http.get("/health?x=1", Check.Expected.status(200).withText("ok"));
    /** Long, so that a slow machine fails no good server. */
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private static final Logins NO_LOGINS = new Logins(Path.of("no-secrets"));
    private static final Duration SHORT = Duration.ofMillis(300);

    private final TimerWheel clock = new TimerWheel("test-timers", System::nanoTime);
    private final CheckRunner runner = new CheckRunner(LOCAL, clock, System::nanoTime, NO_LOGINS);
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void tearDown() {
        over.countDown();
        clock.close();
    }

    static Stream<Arguments> good() {
        return Stream.of(
                Arguments.of("stated length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"),
                Arguments.of("to the end", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall is ok"),
                Arguments.of(
                        "chunked",
                        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n"),
                Arguments.of("interim", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok"),
                Arguments.of(
                        "large with the text early",
                        "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\nok" + " ".repeat(70_000)),
                Arguments.of(
                        "large and chunked",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n186A0\r\n"
                                + " ".repeat(100_000) + "\r\n0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void goodAnswerPasses(String name, String response) {
        try (RawServer server = RawServer.answering(response)) {
            Outcome outcome = runner.run(OK, endpoint(server), PATIENT);

            assertThat(outcome.reason()).isNull();
            assertThat(outcome.up()).isTrue();
            assertThat(outcome.responseMs()).isPositive();
        }
    }

    @Test
    void connectionIsCutWhenAllIsReadSoThatItsPortIsFreeAtOnce() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        try (RawServer server = new RawServer((connection, head) -> {
            connection
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            try {
                end.complete("read " + connection.getInputStream().read());
            } catch (SocketException e) {
                end.complete(e.getMessage());
            }
        })) {
            assertThat(runner.run(OK, endpoint(server), PATIENT).up()).isTrue();
            assertThat(end.get())
                    .as("whoever closes politely keeps the port for a minute")
                    .isEqualTo("Connection reset");
        }
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                bad("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nko\n", Failure.TEXT, "does not contain 'ok'"),
                bad("HTTP/1.1 200 OK\r\n\r\n" + " ".repeat(70_000) + "ok", Failure.TEXT, "does not contain 'ok'"),
                bad("HTTP/1.1 204 No Content\r\n\r\n", Failure.STATUS, "status 204 instead of 200"),
                bad("HTTP/1.1 503 Busy\r\n\r\nok", Failure.STATUS, "status 503 instead of 200"),
                bad(
                        "HTTP/1.1 302 Found\r\nLocation: /health?x=1\r\n\r\nok",
                        Failure.STATUS,
                        "status 302 instead of 200"),
                bad("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok", Failure.PROTOCOL, "ended after 2 of 1000"),
                bad("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nok", Failure.PROTOCOL, "'-5' is no Content-Length"),
                bad("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Failure.PROTOCOL, "no chunk size"),
                bad(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
                        Failure.PROTOCOL,
                        "does not end within"),
                bad(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
                        Failure.PROTOCOL,
                        "ended after 2 of 5"),
                bad("HTTP/1.1 200 OK\r\nX: y\r\n", Failure.PROTOCOL, "ended early"),
                bad("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000), Failure.PROTOCOL, "more than 16384 bytes"),
                bad("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(5000), Failure.PROTOCOL, "more than 16384 bytes"),
                bad("HTTP/1.1 100 Continue\r\n\r\n".repeat(9), Failure.PROTOCOL, "interim"),
                bad("SSH-2.0-OpenSSH_9.2\r\n", Failure.PROTOCOL, "'SSH-2.0-OpenSSH_9.2' is no HTTP response"),
                bad("", Failure.PROTOCOL, "closed without an answer"));
    }

    private static Arguments bad(String response, Failure failure, String reason) {
        return Arguments.of(response, failure, reason);
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("bad")
    void badAnswerIsDownWithTheReason(String response, Failure failure, String reason) {
        try (RawServer server = RawServer.answering(response)) {
            Outcome outcome = runner.run(OK, endpoint(server), PATIENT);

            assertThat(outcome.failure()).isEqualTo(failure);
            assertThat(outcome.reason()).contains(reason).hasSizeLessThan(200);
            assertThat(server.heads())
                    .as("no second request, above all none to where it points")
                    .hasSize(1);
        }
    }

    @Test
    void requestNamesTheDomain() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            runner.run(OK, endpoint(server), PATIENT);

            assertThat(server.heads().getFirst())
                    .startsWith("GET /health?x=1 HTTP/1.1\r\n")
                    .contains("\r\nHost: www.a.example\r\n");
        }
    }

    @Test
    void connectionComesFromTheNodesOwnAddress() throws Exception {
        InetAddress own = InetAddress.ofLiteral("127.250.9.1");
        CheckRunner bound = new CheckRunner(own, clock, System::nanoTime, NO_LOGINS);
        InetAddress[] seen = new InetAddress[1];
        try (RawServer server = new RawServer((connection, head) -> {
            seen[0] = connection.getInetAddress();
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
        })) {
            assertThat(bound.run(OK, endpoint(server), PATIENT).up()).isTrue();
            assertThat(seen[0]).isEqualTo(own);
        }
    }

    @Test
    void silenceIsATimeout() {
        try (RawServer server = new RawServer((connection, head) -> waitForTheEnd())) {
            assertTimesOut(server);
        }
    }

    @Test
    void trickleIsATimeout() {
        try (RawServer server = new RawServer((connection, head) -> {
            OutputStream out = connection.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            while (over.getCount() > 0) {
                out.write('.');
                out.flush();
                LockSupport.parkNanos(20_000_000);
            }
        })) {
            assertTimesOut(server);
        }
    }

    @Test
    void endlessBodyIsDown() {
        byte[] block = "ok ".repeat(3000).getBytes(StandardCharsets.US_ASCII);
        try (RawServer server = new RawServer((connection, head) -> {
            OutputStream out = connection.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (over.getCount() > 0) {
                out.write(block);
            }
        })) {
            Outcome outcome = runner.run(OK, endpoint(server), PATIENT);

            assertThat(outcome.failure()).isEqualTo(Failure.PROTOCOL);
            assertThat(outcome.reason()).contains("does not end");
        }
    }

    @Test
    void halfClosedConnectionIsDown() {
        try (RawServer server = new RawServer((connection, head) -> {
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\nConte".getBytes(StandardCharsets.US_ASCII));
            connection.shutdownOutput();
            waitForTheEnd();
        })) {
            assertThat(runner.run(OK, endpoint(server), PATIENT).reason()).contains("ended early");
        }
    }

    @Test
    void tlsToAServerThatSpeaksNoneIsDown() {
        try (RawServer server = new RawServer((connection, head) -> {})) {
            server.behave((connection, head) ->
                    connection.getOutputStream().write("nonsense\r\n".getBytes(StandardCharsets.US_ASCII)));
            Endpoint tls = new Endpoint(server.address(), "www.a.example", true);

            assertThat(runner.run(OK, tls, SHORT).up()).isFalse();
        }
    }

    @Test
    void acceptedConnectionIsEnoughForTcp() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 5, LOCAL)) {
            Check check = new Check.Tcp(listener.getLocalPort());
            Endpoint endpoint = new Endpoint(new InetSocketAddress(LOCAL, 1), "www.a.example", false);

            assertThat(runner.run(check, endpoint, PATIENT).up()).isTrue();
            listener.close();
            Outcome closed = runner.run(check, endpoint, PATIENT);
            assertThat(closed.failure()).isEqualTo(Failure.UNREACHABLE);
            assertThat(closed.reason()).isNotBlank();
        }
    }

    @Test
    void firstByteIsEnoughForADistance() throws IOException {
        try (RawServer server = RawServer.answering("HTTP/1.1 404 Not Found\r\n\r\n")) {
            assertThat(runner.firstByteMs(endpoint(server), "/health", PATIENT)).isPositive();
            server.behave((connection, head) -> waitForTheEnd());
            assertThatThrownBy(() -> runner.firstByteMs(endpoint(server), "/health", SHORT))
                    .isInstanceOf(IOException.class);
        }
    }

    private void assertTimesOut(RawServer server) {
        Outcome outcome = runner.run(OK, endpoint(server), SHORT);

        assertThat(outcome.failure()).isEqualTo(Failure.TIMEOUT);
        assertThat(outcome.reason()).isEqualTo("no answer within 300 ms");
        assertThat(outcome.responseMs()).isGreaterThanOrEqualTo(290);
    }

    private void waitForTheEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Endpoint endpoint(RawServer server) {
        return new Endpoint(server.address(), "www.a.example", false);
    }
}
