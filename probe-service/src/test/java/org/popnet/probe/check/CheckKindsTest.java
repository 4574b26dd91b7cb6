package org.popnet.probe.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IssuedCertificate;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.Check.Expected;
import org.popnet.platform.tree.Check.Pace;
import org.popnet.platform.tree.Check.Request;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.TreeParser;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.TimerWheel;

/** Each kind of check against servers that deliver, and against servers that are broken or hostile. */
@Timeout(60)
class CheckKindsTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nstatus: 200";

    @TempDir
    Path directory;

    private final TimerWheel timers = new TimerWheel("test-timers", System::nanoTime);
    private final CheckRunner runner =
            new CheckRunner(LOCAL, timers, System::nanoTime, new Logins(Path.of("no-secrets")));

    @AfterEach
    void tearDown() {
        timers.close();
    }

    @Test
    void wrongContentWithStatus200IsDownByItsHash() {
        String right = sha256("status: 200");
        try (RawServer server = RawServer.answering(OK)) {
            assertThat(run(server, expect(Optional.empty(), right)).failure()).isNull();

            server.behave((connection, head) -> write(connection, OK.replace("us: 2", "us: 5")));
            Outcome wrong = run(server, expect(Optional.empty(), right));
            assertThat(wrong.failure()).isEqualTo(Failure.SHA256);
            assertThat(wrong.reason()).contains("not the content that was expected");
        }
    }

    @Test
    void regexIsSearchedAndOneThatNeverEndsIsStopped() {
        try (RawServer server = RawServer.answering(OK)) {
            assertThat(run(server, expect(Optional.of("status: 2\\d\\d"), null)).up())
                    .isTrue();
            assertThat(run(server, expect(Optional.of("status: 5\\d\\d"), null)).failure())
                    .isEqualTo(Failure.REGEX);
        }
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(60_000))) {
            Outcome outcome = run(server, expect(Optional.of(".*.*.*=.*b"), null));
            assertThat(outcome.failure()).isEqualTo(Failure.REGEX);
            assertThat(outcome.reason()).contains("takes too long");
        }
    }

    @Test
    void bodyBeyondTheMaximumIsDown() {
        try (RawServer server = RawServer.answering(OK)) {
            Expected expected = new Expected(200, Optional.empty(), Optional.empty(), Optional.empty(), 10);

            Outcome outcome = run(server, expected);

            assertThat(outcome.failure()).isEqualTo(Failure.SIZE);
            assertThat(outcome.reason()).isEqualTo("a body of 11 bytes: must be 10 at most");
        }
    }

    @Test
    void redirectsAreFollowedOnTheSameServerOnly() {
        try (RawServer server = new RawServer((connection, head) -> write(
                connection,
                head.startsWith("GET /new ")
                        ? OK
                        : "HTTP/1.1 302 Found\r\nLocation: http://www.c.example/new\r\nContent-Length: 0\r\n\r\n"))) {
            assertThat(redirected(server, 2).up()).isTrue();
            assertThat(server.heads()).hasSize(2);

            for (String elsewhere : List.of(
                    "http://127.0.0.1:9/",
                    "http://169.254.169.254/latest/meta-data",
                    "http://2130706433/",
                    "http://0x7f.1/",
                    "http://[::ffff:127.0.0.1]/",
                    "http://www.other.example/",
                    "https://www.c.example/",
                    "http://www.c.example:22/",
                    "http://me@www.c.example/",
                    "ftp://www.c.example/",
                    "gopher:x")) {
                server.behave((connection, head) -> write(
                        connection, "HTTP/1.1 301 Moved\r\nLocation: " + elsewhere + "\r\nContent-Length: 0\r\n\r\n"));
                int before = server.heads().size();
                Outcome outcome = redirected(server, 2);
                assertThat(outcome.failure()).as(elsewhere).isEqualTo(Failure.REDIRECT);
                assertThat(outcome.reason()).contains("leads to nothing that the tree lists");
                assertThat(server.heads()).hasSize(before + 1);
            }
        }
    }

    @Test
    void methodAndHostAreThoseOfTheCheckAndAnAnswerToHeadHasNoBody() {
        try (RawServer server = RawServer.answering("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")) {
            for (String method : List.of("HEAD", "OPTIONS")) {
                Request request = new Request(
                        method,
                        "/x?y=z",
                        Optional.of("status.c.example"),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        List.of(),
                        0);
                Outcome outcome = runner.run(
                        new Check.Http(request, Expected.status(204), Pace.DEFAULT), endpoint(server), PATIENT);
                assertThat(outcome.reason()).isNull();
                assertThat(server.heads().getLast())
                        .startsWith(method + " /x?y=z HTTP/1.1\r\n")
                        .contains("\r\nHost: status.c.example\r\n");
            }
        }
    }

    @Test
    void redirectLoopIsDown() {
        try (RawServer server =
                RawServer.answering("HTTP/1.1 302 Found\r\nLocation: /health\r\nContent-Length: 0\r\n\r\n")) {
            Outcome outcome = redirected(server, 5);

            assertThat(outcome.failure()).isEqualTo(Failure.REDIRECT);
            assertThat(outcome.reason()).startsWith("more than 5 redirects");
            assertThat(server.heads()).hasSize(6);
        }
    }

    @Test
    void certificateIsVerifiedForTheNameAndByTheAuthority() throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.loadOrCreate(directory.resolve("ca"), "c.example", InstantSource.system());
        CertificateAuthority stranger =
                CertificateAuthority.loadOrCreate(directory.resolve("other"), "other", InstantSource.system());
        try (RawServer server = RawServer.tls(
                context(authority.issue(
                        "www.c.example", Role.ADMIN, List.of(), List.of("www.c.example"), Duration.ofDays(1))),
                OK)) {
            Outcome good = https(server, Optional.empty(), authority.certificate());
            assertThat(good.reason()).isNull();
            assertThat(good.phases().tlsMs()).isPositive();
            assertThat(good.phases().connectMs()).isPositive();
            assertThat(good.phases().firstByteMs()).isPositive();

            Outcome forAnotherName = https(server, Optional.of("www.other.example"), authority.certificate());
            assertThat(forAnotherName.failure()).isEqualTo(Failure.TLS);
            assertThat(forAnotherName.reason()).contains("name matching www.other.example");
            Outcome ofAnotherAuthority = https(server, Optional.empty(), stranger.certificate());
            assertThat(ofAnotherAuthority.failure()).isEqualTo(Failure.TLS);
            assertThat(ofAnotherAuthority.reason()).contains("unable to find valid certification path");
        }
    }

    @Test
    void certificateIsVerifiedAsTheTreeSaysOfTheServerIfTheCheckSaysNothing() throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.loadOrCreate(directory.resolve("ca"), "c.example", InstantSource.system());
        String pem = Files.readString(directory.resolve("ca/ca.crt"));
        IssuedCertificate issued =
                authority.issue("www.c.example", Role.ADMIN, List.of(), List.of("www.c.example"), Duration.ofDays(1));
        try (RawServer server = RawServer.tls(context(issued), OK)) {
            assertThat(https(server, "", "").failure()).isEqualTo(Failure.TLS);
            assertThat(https(server, "", "    ca: |\n" + pem.indent(6)).reason())
                    .isNull();
            assertThat(https(server, ", verify: false", "").reason()).isNull();
        }
    }

    /** A check of a server that speaks TLS, with these additions to the tree. */
    private Outcome https(RawServer server, String ofServer, String ofCustomer) {
        int port = server.address().getPort();
        Customer owner = customer("{address: 127.0.0.1, port: " + port + ", tls: true" + ofServer + "}", ofCustomer);
        Endpoint endpoint = new Endpoint(server.address(), "www.c.example", true, owner);
        return runner.run(Check.Http.get("/health", Expected.status(200)), endpoint, PATIENT);
    }

    @Test
    void streamPlaysFromMasterPlaylistToFirstSegment() {
        Map<String, String> site = new HashMap<>(Map.of(
                "/live/master.m3u8",
                "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlow/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2000000\nhigh/index.m3u8\n",
                "/live/low/index.m3u8",
                "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.0,\nsegment0.ts\n#EXTINF:4.0,\nsegment1.ts\n",
                "/live/low/segment0.ts",
                "G".repeat(188 * 1000)));
        try (RawServer server = RawServer.serving(site)) {
            Outcome plays = stream(server, 0);
            assertThat(plays.reason()).isNull();
            assertThat(plays.phases().mbit()).isPositive();
            assertThat(server.heads())
                    .extracting(head -> head.substring(4, head.indexOf(' ', 4)))
                    .containsExactly("/live/master.m3u8", "/live/low/index.m3u8", "/live/low/segment0.ts");

            assertThat(stream(server, 1e9).failure()).isEqualTo(Failure.THROUGHPUT);
            site.remove("/live/low/segment0.ts");
            assertThat(stream(server, 0).reason()).isEqualTo("status 404 instead of 200");
            site.put("/live/low/index.m3u8", "#EXTM3U\n#EXTINF:4.0,\nhttp://10.0.0.1/segment0.ts\n");
            assertThat(stream(server, 0).failure()).as("a segment elsewhere").isEqualTo(Failure.REDIRECT);
            site.put("/live/low/index.m3u8", "#EXTM3U\n#EXT-X-ENDLIST\n");
            assertThat(stream(server, 0).reason()).isEqualTo("the playlist names no segment");
            site.put("/live/master.m3u8", "<html>sorry</html>");
            assertThat(stream(server, 0).failure()).isEqualTo(Failure.PLAYLIST);
        }
    }

    @Test
    void mediaIsTakenByRange() {
        String part =
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-999/100000\r\nContent-Length: 1000\r\n\r\n"
                        + "m".repeat(1000);
        try (RawServer server = RawServer.answering(part)) {
            Check check = new Check.Media(Request.get("/film.mp4"), 0, 1000, Pace.DEFAULT);

            assertThat(runner.run(check, endpoint(server), PATIENT).up()).isTrue();
            assertThat(server.heads().getFirst()).contains("\r\nRange: bytes=0-999\r\n");

            server.behave((connection, head) -> write(connection, OK));
            assertThat(runner.run(check, endpoint(server), PATIENT).reason()).isEqualTo("status 200 instead of 206");
        }
    }

    private Outcome stream(RawServer server, double mbitMin) {
        Check check = new Check.Hls(Request.get("/live/master.m3u8"), mbitMin, 1 << 20, Pace.DEFAULT);
        return runner.run(check, endpoint(server), PATIENT);
    }

    private Outcome https(RawServer server, Optional<String> sni, X509Certificate authority) {
        Request request = new Request(
                "GET",
                "/health",
                Optional.empty(),
                Optional.of(server.address().getPort()),
                true,
                sni,
                List.of(authority),
                0);
        return runner.run(new Check.Http(request, Expected.status(200), Pace.DEFAULT), endpoint(server), PATIENT);
    }

    private Outcome redirected(RawServer server, int redirects) {
        Request get = Request.get("/health");
        Request request = new Request(
                get.method(), get.path(), get.host(), get.port(), get.tls(), get.sni(), List.of(), redirects);
        return runner.run(new Check.Http(request, Expected.status(200), Pace.DEFAULT), endpoint(server), PATIENT);
    }

    private Outcome run(RawServer server, Expected expected) {
        return runner.run(Check.Http.get("/health", expected), endpoint(server), PATIENT);
    }

    private static Expected expect(Optional<String> regex, @Nullable String sha256) {
        return new Expected(200, Optional.empty(), regex, Optional.ofNullable(sha256), null);
    }

    private static Endpoint endpoint(RawServer server) {
        return new Endpoint(
                server.address(),
                "www.c.example",
                false,
                customer(server.address().getPort()));
    }

    private static Customer customer(int port) {
        return customer("{address: 127.0.0.1, port: " + port + "}", "");
    }

    private static Customer customer(String server, String further) {
        return TreeParser.parse("network.yml", """
                network: {zone: pop.example}
                pops:
                  a:
                    nodes:
                      log.a: {service: log, address: 127.250.8.5}
                log-servers: {log.a: {manages: [c, _network]}}
                customers:
                  c:
                    servers: {west: %s}
                    domains:
                      www.c.example: {candidates: [servers]}
                """.formatted(server) + further)
                .customers()
                .get("c");
    }

    private static SSLContext context(IssuedCertificate issued) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "server", issued.key(), new char[0], new X509Certificate[] {issued.certificate(), issued.authority()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(HttpResponse.newDigest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void write(Socket connection, String text) {
        try {
            connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
