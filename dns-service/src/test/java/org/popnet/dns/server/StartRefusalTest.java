package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.TestTrees;
import org.popnet.platform.agent.FetchedTree;
import org.popnet.platform.agent.LastGoodTree;
import org.popnet.platform.agent.TreeAgent;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.ActiveTree;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator reads when a name server does not start: what came, what is allowed, what to do, and no stack trace. */
@ExtendWith(OutputCaptureExtension.class)
class StartRefusalTest {
    private static final String ADDRESS = "127.250.53.61";
    private static final String LINE = "dns.westusa: {service: dns, address: 10.0.1.1}";

    @TempDir
    Path directory;

    private final NodeKeyPair key = NodeKeyPair.generate();
    private InetSocketAddress dns;
    private String text;

    @BeforeEach
    void place() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral(ADDRESS);
        try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
            dns = new InetSocketAddress(loopback, free.getLocalPort());
        }
        assertThat(TestTrees.NETWORK).contains(LINE);
        text = TestTrees.NETWORK
                .replace(LINE, UdpNode.line("dns.westusa", "dns", ADDRESS, key))
                .replace("dns: 5300", "dns: " + dns.getPort());
    }

    @Test
    void nothingIsSaidWhereItStarts(CapturedOutput output) {
        start();
        assertThat(output).doesNotContain("FAILED TO START");
    }

    @Test
    void databaseOfPlacesThatIsMissingOrDamaged(CapturedOutput output) throws IOException {
        String setting = "popnet.dns.knowledge.location-database";
        Path missing = directory.resolve("none.mmdb");
        refused(
                output,
                setting + " is " + missing + ": must be a database in MaxMind's format (.mmdb) that can be read"
                        + " (there is no such file); put one there whole, or leave the setting out",
                "--" + setting + "=" + missing);
        Path damaged = Files.writeString(directory.resolve("damaged.mmdb"), "<html>sign in</html>");
        refused(output, setting + " is " + damaged + ": must be a database", "--" + setting + "=" + damaged);
    }

    @Test
    void secretOfCookiesThatIsMissingOrDamaged(CapturedOutput output) throws IOException {
        String setting = "--popnet.dns.server.cookie-secret-file=";
        Path missing = directory.resolve("none");
        refused(
                output,
                "cookie secret " + missing
                        + " is not there: must be one line of 32 hex digits, and perhaps a second that"
                        + " is accepted, too; give the node the file that the other name servers have, or make one with"
                        + " 'openssl rand -hex 16'",
                setting + missing);
        Path damaged = Files.writeString(directory.resolve("secret"), "0123456789abcdef\n");
        refused(output, "cookie secret " + damaged + " holds one line of 16 characters: must be", setting + damaged);
        assertThat(output).doesNotContain("0123456789abcdef");
        Path identity = Files.createDirectories(directory.resolve("identity"));
        Path own = Files.writeString(identity.resolve("dns-cookie-secret"), "");
        refused(output, "cookie secret " + own + " is empty: must be");
    }

    @Test
    void settingThatIsOutOfItsBoundsOrUnknown(CapturedOutput output) {
        refused(output, "popnet.dns.server.tcp-idle is 1h: must be 1s to 5m", "--popnet.dns.server.tcp-idle=1h");
        refused(output, "popnet.dns.knowledge.load-stall", "--popnet.dns.knowledge.load-stall=5s");
    }

    @Test
    void portThatIsTaken(CapturedOutput output) throws IOException {
        try (ServerSocket other = new ServerSocket(dns.getPort(), 1, dns.getAddress())) {
            assertThat(other.isBound()).isTrue();
            refused(output, "the name server cannot listen on " + ADDRESS + ":" + dns.getPort() + " over TCP");
        }
    }

    @Test
    void zoneThatDnsCannotSay(CapturedOutput output) {
        String zone = String.join(".", Collections.nCopies(4, "z".repeat(60)));
        text = text.replace("zone: pop.example", "zone: " + zone);
        refused(output, "generation 1 cannot be compiled here: name '");
        assertThat(output).contains("255 are allowed; push a tree without that, and start again");
    }

    private void refused(CapturedOutput output, String said, String... settings) {
        assertThatThrownBy(() -> start(settings)).isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(said)
                .doesNotContain("\tat ");
    }

    /** The name server on what the platform gives it. */
    private void start(String... settings) {
        ActiveTree tree = TestTrees.active(1, text);
        FetchedTree fetched = new FetchedTree(tree.generation(), tree.text());
        TreeAgent agent = new TreeAgent(
                TestTrees.SELF,
                LastGoodTree.begin(directory.resolve("tree")),
                () -> Optional.of(fetched),
                known -> Optional.empty());
        NodeSettings node = new NodeSettings(
                "dns.westusa",
                directory,
                dns.getAddress(),
                9443,
                "pop.example",
                URI.create("https://" + ADDRESS),
                List.of());
        LogSink nowhere = (customer, record) -> {};
        SpringApplication application = new SpringApplication(DnsConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        try (UdpNode datagrams = new UdpNode("dns.westusa", key, directory, tree)) {
            application.addInitializers(context -> {
                ConfigurableListableBeanFactory beans = context.getBeanFactory();
                beans.registerSingleton("tree", agent);
                beans.registerSingleton("datagrams", datagrams.port());
                beans.registerSingleton("node", node);
                beans.registerSingleton("sink", nowhere);
                beans.registerSingleton("meters", new SimpleMeterRegistry());
                beans.registerSingleton("clock", InstantSource.system());
            });
            Stream<String> all = Stream.concat(
                    Stream.of(settings),
                    Stream.of("--spring.cloud.config.enabled=false", "--spring.main.banner-mode=off"));
            application.run(all.toArray(String[]::new)).close();
        }
    }
}
