package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Address;
import org.popnet.dns.wire.CookieProbe;
import org.popnet.dns.wire.Cookies;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Response rate limiting on the wire. The server's clock moves only where the test moves it. */
class ResponseLimitTest {
    private static final ResponseLimitSettings LIMITS = new ResponseLimitSettings(100, 20, 500, 2, 24, 56, 1024);
    private static final int BURST = 50;
    private static final byte[] CLIENT = {1, 2, 3, 4, 5, 6, 7, 8};

    private RunningServer dns;

    private record Tally(int whole, int slipped, int silent) {}

    @BeforeEach
    void start() throws IOException {
        dns = new RunningServer(
                RunningServer.freeAddress(), RunningServer.settings(true, 0), LIMITS, TestTrees.active());
    }

    @AfterEach
    void stop() {
        dns.close();
    }

    @Test
    void floodFromOnePrefixIsLimitedWithSlipAndAnotherPrefixKeepsAll() throws Exception {
        int whole = 0;
        int slipped = 0;
        // Five seconds of 5,000 queries a second from a /24 that may have 100.
        for (int second = 0; second < 5; second++) {
            Tally flood = ask(5000, "static.customer1.example", second);
            whole += flood.whole;
            slipped += flood.slipped;
            assertThat(flood.whole + flood.slipped + flood.silent).isEqualTo(5000);
            for (int i = 0; i < 20; i++) {
                Message other = dns.ask(RunningServer.query("static.customer1.example", Type.A), "127.250.54." + i);
                assertThat(other.getSection(Section.ANSWER)).hasSize(1);
            }
            dns.clockMs.addAndGet(1000);
        }
        // A second's worth may come at once at the beginning, and what no kind can exceed is not looked at closely.
        assertThat(whole).isBetween(500, 750);
        assertThat(slipped).as("every second one").isBetween((25_000 - whole) * 2 / 5, (25_000 - whole) * 3 / 5);
        assertThat(dns.counter("popnet.dns.limited", "action", "slipped")).isEqualTo(slipped);
        assertThat(dns.counter("popnet.dns.limited", "action", "dropped")).isEqualTo(25_000 - whole - slipped);
    }

    @Test
    void namesAreCountedApartAndAllTogether() throws Exception {
        assertThat(ask(300, "static.customer1.example", 1).whole).isBetween(100, 130);
        assertThat(ask(90, "www.customer2.example", 1).whole).isEqualTo(90);
        assertThat(ask(60, "nothing.customer2.example", 1).whole).as("errors").isLessThan(30);
        dns.clockMs.addAndGet(2000);
        int all = 0;
        for (String name : List.of(
                "www.customer1.example",
                "single.customer2.example",
                "pop.example",
                "static.customer1.example",
                "www.customer2.example",
                "two.customer2.example")) {
            all += ask(100, name, 2).whole;
        }
        assertThat(all).as("500 in all").isBetween(500, 530);
    }

    @Test
    void validCookiesTcpAndTheNetworksOwnNodesAreNeverLimited() throws Exception {
        assertThat(ask(300, "static.customer1.example", 1).whole).isLessThan(130);
        Message first = RunningServer.query("static.customer1.example", Type.A);
        try (TcpClient tcp = new TcpClient(dns.address, "127.250.53.9")) {
            first.addRecord(new OPTRecord(1232, 0, 0, 0, new CookieOption(CLIENT)), Section.ADDITIONAL);
            Message answer = tcp.ask(first);
            CookieOption cookie = (CookieOption)
                    answer.getOPT().getOptions(EDNSOption.Code.COOKIE).getFirst();
            Message proven = RunningServer.query("static.customer1.example", Type.A);
            proven.addRecord(new OPTRecord(1232, 0, 0, 0, cookie), Section.ADDITIONAL);
            for (int i = 0; i < 200; i++) {
                assertThat(dns.ask(proven, "127.250.53.9").getSection(Section.ANSWER))
                        .hasSize(1);
                assertThat(tcp.ask(RunningServer.query("static.customer1.example", Type.A))
                                .getSection(Section.ANSWER))
                        .hasSize(1);
            }
            byte[] wrong = cookie.getServerCookie().orElseThrow().clone();
            wrong[15] ^= 1;
            Message forged = RunningServer.query("static.customer1.example", Type.A);
            forged.addRecord(new OPTRecord(1232, 0, 0, 0, new CookieOption(CLIENT, wrong)), Section.ADDITIONAL);
            int silent = 0;
            for (int i = 0; i < 40; i++) {
                silent += dns.udp(forged.toWire(), "127.250.53.9", 20) == null ? 1 : 0;
            }
            assertThat(silent).isPositive();
        }
        dns.activate(TestTrees.active(2, TestTrees.NETWORK.replace("10.0.2.2", "127.250.53.77")));
        for (int i = 0; i < 100; i++) {
            assertThat(dns.ask(RunningServer.query("static.customer1.example", Type.A), "127.250.53.77")
                            .getSection(Section.ANSWER))
                    .hasSize(1);
        }
    }

    @Test
    void clientsWhoseAnswersAreNotSentAreNotRemembered() throws Exception {
        int whole = 0;
        // One prefix asks for many networks that are not its own: each would be a client to be kept at its server.
        for (int network = 0; network < 250; network++) {
            Message query = RunningServer.query("www.customer1.example", Type.A);
            InetAddress client = InetAddress.ofLiteral("100.64." + network + ".0");
            query.addRecord(new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, 0, client)), Section.ADDITIONAL);
            double limitedBefore = dns.counter("popnet.dns.limited");
            double before = limitedBefore + dns.counter("popnet.dns.queries");
            byte[] answer = dns.udp(query.toWire(), "127.250.53.9", 50);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> dns.counter("popnet.dns.limited") + dns.counter("popnet.dns.queries") > before);
            boolean limited = dns.counter("popnet.dns.limited") > limitedBefore;
            if (answer != null) {
                assertThat(new Message(answer).getHeader().getFlag(Flags.TC)).isEqualTo(limited);
            }
            whole += limited ? 0 : 1;
        }
        assertThat(whole).isBetween(50, 150);
        assertThat(remembered()).isEqualTo(whole);
    }

    private double remembered() {
        return dns.registry.get("popnet.dns.knowledge.persistence").gauge().value();
    }

    @Test
    void tableHoldsTheBusyPrefixesWhenItIsFull() {
        ResponseLimiter limiter = new ResponseLimiter(LIMITS, 3);
        Random random = new Random(5);
        int busy = 0;
        for (int i = 0; i < 100_000; i++) {
            limiter.admit(ResponseLimiter.Kind.NAME, 1, random.nextLong(), random.nextLong(), 1000);
            if (i % 20 == 0 && limiter.admit(ResponseLimiter.Kind.NAME, 1, 0, 0xffff_c000_0200L, 1000)) {
                busy++;
            }
        }
        // In the same instant a hundred times as many prefixes as places came by.
        assertThat(busy).isLessThan(200);
    }

    /** A /24 or a /56 is one client, whichever of its addresses it uses; the next one is another. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.254, 192.0.3.1",
        "2001:db8:0:100::1, 2001:db8:0:1ff:ffff:ffff:ffff:ffff, 2001:db8:0:200::1"
    })
    void addressesOfOnePrefixAreOneClient(String address, String ofTheSame, String ofTheNext) {
        ResponseLimiter limiter = new ResponseLimiter(LIMITS, 3);
        int most = 0;
        while (admits(limiter, address)) {
            most++;
        }
        assertThat(most).isBetween(100, 130);
        assertThat(admits(limiter, ofTheSame)).isFalse();
        for (int i = 0; i < most; i++) {
            assertThat(admits(limiter, ofTheNext)).isTrue();
        }
        assertThat(admits(limiter, ofTheNext)).isFalse();
    }

    private static boolean admits(ResponseLimiter limiter, String address) {
        InetAddress client = InetAddress.ofLiteral(address);
        return limiter.admit(ResponseLimiter.Kind.NAME, 1, Address.high(client), Address.low(client), 1000);
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> new ResponseLimitSettings(-1, 20, 500, 2, 24, 56, 1024))
                .hasMessage("popnet.dns.response-limit.answers-per-second is -1: must be 0 to 1000000");
        assertThatThrownBy(() -> new ResponseLimitSettings(1000, 20, 500, 2, 24, 56, 1024))
                .hasMessageContaining("all-per-second is 500: must be 1000 to");
    }

    @Test
    void secretsOfCookiesAreChangedWhileTheServerRuns(@TempDir Path directory) throws Exception {
        String first = "00112233445566778899aabbccddeeff";
        String second = "ffeeddccbbaa99887766554433221100";
        Path file = directory.resolve("secret");
        Files.writeString(file, first + "\n");
        CookieSecret here = CookieSecret.load(file);
        Cookies there = new Cookies(HexFormat.of().parseHex(first), null);
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(there))).isTrue();
        // Step 1: the next secret is accepted; step 2: it makes cookies; step 3: the old one is gone.
        Cookies next = new Cookies(HexFormat.of().parseHex(second), null);
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(next))).isFalse();
        Files.writeString(file, first + "\n" + second + "\n");
        here.refresh();
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(next))).isTrue();
        assertThat(CookieProbe.accepts(there, CookieProbe.made(here.cookies()))).isTrue();
        Files.writeString(file, second + "\n" + first + "\n");
        here.refresh();
        assertThat(CookieProbe.accepts(next, CookieProbe.made(here.cookies()))).isTrue();
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(there))).isTrue();
        Files.writeString(file, "garbage\n");
        here.refresh();
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(next))).isTrue();
        Files.writeString(file, second + "\n");
        here.refresh();
        assertThat(CookieProbe.accepts(here.cookies(), CookieProbe.made(there))).isFalse();
        Files.writeString(file, "garbage\n");
        assertThatThrownBy(() -> CookieSecret.load(file)).hasMessageContaining("must be one line of 32 hex digits");
    }

    /** Asks many times from an address of one /24. */
    private Tally ask(int count, String name, int from) throws IOException {
        int whole = 0;
        int slipped = 0;
        byte[] query = RunningServer.query(name, Type.A).toWire();
        byte[] buffer = new byte[1500];
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.250.53." + (100 + from), 0))) {
            socket.setSoTimeout(5000);
            for (int asked = 0; asked < count; asked += BURST) {
                double sentBefore = dns.counter("popnet.dns.queries");
                double before = sentBefore + dns.counter("popnet.dns.limited", "action", "dropped");
                int burst = Math.min(BURST, count - asked);
                for (int i = 0; i < burst; i++) {
                    socket.send(new DatagramPacket(query, query.length, dns.address));
                }
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> dns.counter("popnet.dns.queries")
                                        + dns.counter("popnet.dns.limited", "action", "dropped")
                                        - before
                                == burst);
                for (double i = sentBefore; i < dns.counter("popnet.dns.queries"); i++) {
                    DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                    socket.receive(answer);
                    if (new Message(Arrays.copyOf(buffer, answer.getLength()))
                            .getHeader()
                            .getFlag(Flags.TC)) {
                        slipped++;
                    } else {
                        whole++;
                    }
                }
            }
        }
        return new Tally(whole, slipped, count - whole - slipped);
    }
}
