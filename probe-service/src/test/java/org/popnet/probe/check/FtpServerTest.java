package org.popnet.probe.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.ftpserver.DataConnectionConfigurationFactory;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.command.CommandFactoryFactory;
import org.apache.ftpserver.ftplet.DefaultFtpReply;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.ftplet.FtpReply;
import org.apache.ftpserver.listener.Listener;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.TimerWheel;

/** Checks by FTP against Apache's FTP server. */
@Timeout(60)
class FtpServerTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final byte[] FILE =
            "a small file\r\nof two lines\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final String HASH =
            HexFormat.of().formatHex(HttpResponse.newDigest().digest(FILE));

    @TempDir
    Path directory;

    private final TimerWheel timers = new TimerWheel("test-timers", System::nanoTime);
    private FtpServer server;
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        Files.write(Files.createDirectories(directory.resolve("site/pub")).resolve("a.txt"), FILE);
        Files.createDirectories(directory.resolve("secrets"));
    }

    @AfterEach
    void tearDown() {
        server.stop();
        timers.close();
    }

    @Test
    void fileIsTakenByTheLoginOfTheSecretsAndIsWhatItShouldBe() throws Exception {
        start(true, "127.0.0.1");
        login("mirror:s3cret\n");

        Outcome outcome = run(check("/pub/a.txt", FILE.length, HASH));

        assertThat(outcome.reason()).isNull();
        assertThat(outcome.phases().connectMs()).isNotNegative();
        assertThat(outcome.phases().firstByteMs()).isPositive();
        assertThat(outcome.phases().mbit()).isPositive();
        assertThat(outcome.responseMs()).isPositive();
    }

    @Test
    void wrongPasswordIsDownAndStandsInNoReason() throws Exception {
        start(true, "127.0.0.1");
        login("mirror:guessed\n");

        Outcome outcome = run(check("/pub/a.txt", FILE.length, HASH));

        assertThat(outcome.failure()).isEqualTo(Failure.LOGIN);
        assertThat(outcome.reason()).contains("530").doesNotContain("guessed");
    }

    @Test
    void anotherSizeAnotherContentAndNoFileAreDown() throws Exception {
        start(true, "127.0.0.1");
        login("mirror:s3cret\n");

        assertThat(run(check("/pub/a.txt", 99, HASH)).reason())
                .isEqualTo("a file of " + FILE.length + " bytes instead of 99");
        assertThat(run(check("/pub/a.txt", FILE.length, "0".repeat(64))).failure())
                .isEqualTo(Failure.SHA256);
        Outcome missing = run(check("/pub/b.txt", FILE.length, HASH));
        assertThat(missing.failure()).isEqualTo(Failure.STATUS);
        assertThat(missing.reason()).contains("550");
    }

    /** Whoever answers PASV could otherwise have the probes connect to third parties. */
    @Test
    void fileComesFromTheServerItselfWhateverAddressItNames() throws Exception {
        start(false, "192.0.2.1");
        login("mirror:s3cret\n");

        assertThat(run(check("/pub/a.txt", FILE.length, HASH)).reason()).isNull();
    }

    @Test
    void serverThatIsGoneIsDown() throws Exception {
        start(true, "127.0.0.1");
        login("mirror:s3cret\n");
        server.stop();

        assertThat(run(check("/pub/a.txt", FILE.length, HASH)).failure()).isEqualTo(Failure.UNREACHABLE);
    }

    private void start(boolean extendedPassiveMode, String namedAddress) throws FtpException {
        FtpServerFactory servers = new FtpServerFactory();
        DataConnectionConfigurationFactory data = new DataConnectionConfigurationFactory();
        data.setPassiveAddress("127.0.0.1");
        data.setPassiveExternalAddress(namedAddress);
        ListenerFactory listeners = new ListenerFactory();
        listeners.setServerAddress("127.0.0.1");
        listeners.setPort(0);
        listeners.setDataConnectionConfiguration(data.createDataConnectionConfiguration());
        Listener listener = listeners.createListener();
        servers.addListener("default", listener);
        if (!extendedPassiveMode) {
            CommandFactoryFactory commands = new CommandFactoryFactory();
            commands.addCommand(
                    "EPSV",
                    (session, context, request) ->
                            session.write(new DefaultFtpReply(FtpReply.REPLY_502_COMMAND_NOT_IMPLEMENTED, "not here")));
            servers.setCommandFactory(commands.createCommandFactory());
        }
        BaseUser user = new BaseUser();
        user.setName("mirror");
        user.setPassword("s3cret");
        user.setHomeDirectory(directory.resolve("site").toString());
        servers.getUserManager().save(user);
        server = servers.createServer();
        server.start();
        port = listener.getPort();
    }

    private void login(String text) throws IOException {
        Files.writeString(directory.resolve("secrets/customer1"), text);
    }

    private Check check(String path, long size, String hash) {
        return new Check.Ftp(
                port,
                Optional.of("customer1"),
                Optional.of(path),
                Optional.of(size),
                Optional.of(hash),
                1000,
                Check.Pace.DEFAULT);
    }

    private Outcome run(Check check) {
        CheckRunner runner = new CheckRunner(LOCAL, timers, System::nanoTime, new Logins(directory.resolve("secrets")));
        return runner.run(
                check, new Endpoint(new InetSocketAddress(LOCAL, 1), "www.c.example", false), Duration.ofSeconds(20));
    }
}
