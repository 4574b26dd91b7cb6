package org.popnet.probe.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.TimerWheel;

/** Checks by FTP against a small server that speaks it over real sockets, and lies on request. */
@Timeout(60)
class FtpCheckTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final String FILE = "a small file\n";

    @TempDir
    Path secrets;

    private final TimerWheel timers = new TimerWheel("test-timers", System::nanoTime);
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private ServerSocket control;
    /** What is answered instead of the right thing. */
    private volatile UnaryOperator<String> lie = answer -> answer;

    private volatile String content = FILE;

    @BeforeEach
    void start() throws IOException {
        control = new ServerSocket(0, 10, LOCAL);
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void tearDown() throws IOException {
        timers.close();
        control.close();
    }

    @Test
    void fileIsTakenByAnonymousLogin() {
        Outcome outcome = run(check(Optional.empty(), Optional.of((long) FILE.length())));

        assertThat(outcome.reason()).isNull();
        assertThat(outcome.phases().mbit()).isPositive();
        assertThat(commands).contains("USER anonymous", "SIZE /pub/a.txt", "RETR /pub/a.txt");
    }

    @Test
    void loginComesFromTheProbesSecretsAndStandsInNoReason() throws IOException {
        Check named = check(Optional.of("customer1"), Optional.empty());
        Outcome missing = run(named);
        assertThat(missing.failure()).isEqualTo(Failure.LOGIN);
        assertThat(missing.reason()).contains("no login customer1");

        Files.writeString(secrets.resolve("customer1"), "mirror:s3cret\n");
        assertThat(run(named).up()).isTrue();
        assertThat(commands).contains("USER mirror", "PASS s3cret");

        lie = answer -> answer.startsWith("230") ? "530 not you" : answer;
        Outcome refused = run(named);
        assertThat(refused.failure()).isEqualTo(Failure.LOGIN);
        assertThat(refused.reason()).contains("530 not you").doesNotContain("s3cret");
    }

    @Test
    void wrongSizeWrongContentAndAMissingFileAreDown() {
        assertThat(run(check(Optional.empty(), Optional.of(99L))).reason())
                .isEqualTo("a file of 13 bytes instead of 99");
        content = "another file\n";
        assertThat(run(check(Optional.empty(), Optional.empty())).failure()).isEqualTo(Failure.SHA256);
        content = FILE;
        lie = answer -> answer.startsWith("213") ? "550 no such file" : answer;
        assertThat(run(check(Optional.empty(), Optional.empty())).failure()).isEqualTo(Failure.STATUS);
        lie = answer -> answer.startsWith("213") ? "213 12" : answer;
        assertThat(run(check(Optional.empty(), Optional.empty())).reason()).isEqualTo("13 bytes came of a file of 12");
    }

    @Test
    void endlessRepliesAndEndlessFilesAreCut() {
        lie = answer -> answer.startsWith("213") ? "213-" + "x".repeat(100_000) : answer;
        assertThat(run(check(Optional.empty(), Optional.empty())).failure()).isEqualTo(Failure.SIZE);
        lie = answer -> answer;
        content = "y".repeat(3000);
        lie = answer -> answer.startsWith("213") ? "213 13" : answer;
        assertThat(run(check(Optional.empty(), Optional.empty())).failure()).isEqualTo(Failure.SIZE);
    }

    @Test
    void silenceIsATimeout() {
        lie = answer -> answer.startsWith("213") ? "" : answer;
        Outcome outcome = runner().run(check(Optional.empty(), Optional.empty()), endpoint(), Duration.ofMillis(300));
        assertThat(outcome.failure()).isEqualTo(Failure.TIMEOUT);
    }

    private Check check(Optional<String> login, Optional<Long> size) {
        String hash =
                HexFormat.of().formatHex(HttpResponse.newDigest().digest(FILE.getBytes(StandardCharsets.US_ASCII)));
        return new Check.Ftp(
                control.getLocalPort(),
                login,
                Optional.of("/pub/a.txt"),
                size,
                Optional.of(hash),
                1000,
                Check.Pace.DEFAULT);
    }

    private Outcome run(Check check) {
        return runner().run(check, endpoint(), Duration.ofSeconds(10));
    }

    private CheckRunner runner() {
        return new CheckRunner(LOCAL, timers, System::nanoTime, new Logins(secrets));
    }

    private static Endpoint endpoint() {
        return new Endpoint(new InetSocketAddress(LOCAL, 1), "www.c.example", false);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = control.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client;
                ServerSocket data = new ServerSocket(0, 5, LOCAL)) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            say(client, "220 ready");
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                commands.add(command);
                switch (command.substring(0, Math.min(4, command.length())).strip()) {
                    case "USER" -> say(client, "331 password");
                    case "PASS" -> say(client, "230 in");
                    case "TYPE" -> say(client, "200 binary");
                    case "SIZE" -> say(client, "213 " + FILE.length());
                    case "EPSV" -> say(client, "229 entering (|||" + data.getLocalPort() + "|)");
                    case "RETR" -> {
                        say(client, "150 here it comes");
                        try (Socket transfer = data.accept();
                                OutputStream out = transfer.getOutputStream()) {
                            out.write(content.getBytes(StandardCharsets.US_ASCII));
                        }
                        say(client, "226 done");
                    }
                    default -> say(client, "502 what?");
                }
            }
        } catch (IOException e) {
            // the other side has gone
        }
    }

    private void say(Socket client, String answer) throws IOException {
        String said = lie.apply(answer);
        if (!said.isEmpty()) {
            client.getOutputStream().write((said + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }
}
