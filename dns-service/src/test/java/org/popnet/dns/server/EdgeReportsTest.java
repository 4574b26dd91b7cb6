package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.TestTrees;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What edges tell a name server in datagrams, and what that makes of its answers. */
class EdgeReportsTest {
    private static final String FRESH = "fresh.customer2.example";
    private static final String CALIFORNIA = "198.51.100.0";
    private static final Map<String, String> EDGES = Map.of(
            "edge1.westusa",
            "10.0.1.2",
            "edge2.westusa",
            "10.0.1.5",
            "edge1.eastusa",
            "10.0.2.2",
            "edge1.europe",
            "10.0.3.2");

    @TempDir
    Path directory;

    private final Map<String, Edge> edges = new HashMap<>();
    private String text = TestTrees.NETWORK;
    private RunningServer dns;
    private UdpNode nameServer;

    @BeforeEach
    void start() throws IOException {
        Map<String, NodeKeyPair> keys = new HashMap<>();
        NodeKeyPair own = place("dns.westusa", "dns", "10.0.1.1");
        for (Map.Entry<String, String> edge : EDGES.entrySet()) {
            keys.put(edge.getKey(), place(edge.getKey(), "edge-cache", edge.getValue()));
        }
        ActiveTree tree = TestTrees.active(1, text);
        dns = new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree);
        keys.forEach((name, key) -> edges.put(name, new Edge(new UdpNode(name, key, directory, tree))));
        nameServer = new UdpNode("dns.westusa", own, directory, tree);
        nameServer
                .port()
                .onReceive(
                        LoadReport.class,
                        received -> dns.knowledge.take(received.sender(), received.generation(), received.message()));
    }

    @AfterEach
    void stop() {
        edges.values().forEach(edge -> edge.node.close());
        nameServer.close();
        dns.close();
    }

    @Test
    void newDomainIsSteeredOnlyToEdgesThatHaveConfirmedIt() throws Exception {
        int heard = 0;
        for (Edge edge : edges.values()) {
            int all = ++heard;
            edge.reportUntil(() -> dns.knowledge.loads() == all);
        }
        ActiveTree second = TestTrees.active(
                2,
                text.replace(
                        "  www.customer2.example:",
                        "  " + FRESH + ": {candidates: [pops]}\n      www.customer2.example:"));
        nameServer.activate(second);
        dns.activate(second);
        Message early = ask(FRESH, CALIFORNIA);
        assertThat(early.getRcode()).as("nobody holds it yet").isEqualTo(Rcode.SERVFAIL);
        assertThat(addressFor("static.customer1.example", CALIFORNIA)).isIn(addresses("westusa"));

        edges.get("edge1.europe").node.activate(second);
        reportUntil("edge1.europe", () -> ask(FRESH, CALIFORNIA).getRcode() == Rcode.NOERROR);
        for (int i = 0; i < 32; i++) {
            assertThat(addressFor(FRESH, "192.0." + i + ".0"))
                    .as("the only edge that has confirmed it, whoever asks")
                    .isIn(addresses("europe"));
        }
        assertThat(addressFor("static.customer1.example", CALIFORNIA))
                .as("what all hold goes to the nearest as before")
                .isIn(addresses("westusa"));

        edges.get("edge2.westusa").node.activate(second);
        reportUntil("edge2.westusa", () -> addresses("westusa").contains(addressFor(FRESH, CALIFORNIA)));
        assertThat(addressFor(FRESH, CALIFORNIA))
                .as("the other edge of that POP has not confirmed it")
                .isEqualTo(edges.get("edge2.westusa").address());
        dns.knowledge.take(NodeName.of("edge2.westusa"), 0, load(List.of()));
        assertThat(addressFor("static.customer1.example", CALIFORNIA))
                .as("an edge without any tree holds nothing")
                .isEqualTo(edges.get("edge1.westusa").address());
    }

    @Test
    void whatUsersSeeOfAPopBeyondWhatTheySeeOfOthersCorrectsItsFigure() throws Exception {
        InetAddress users = InetAddress.ofLiteral("192.0.2.0");
        measured("probe.westusa", users, 20);
        measured("probe.eastusa", users, 30);
        measured("probe.europe", users, 150);
        assertThat(addressFor("static.customer1.example", "192.0.2.0")).isIn(addresses("westusa"));
        // 70 ms more than the probes' figure: the last mile perhaps, as long as nobody else sees these users.
        edges.get("edge1.westusa").roundTrip = new ClientRoundTrip(users, 24, 90);
        reportUntil("edge1.westusa", () -> dns.knowledge.passivePrefixes() == 1);
        later(Duration.ofSeconds(10));
        assertThat(addressFor("static.customer1.example", "192.0.2.0"))
                .as("one POP's users are not compared with another's resolver")
                .isIn(addresses("westusa"));
        // The last mile takes 15 ms, then, and what westusa has beyond that is its own: 20 + 55.
        edges.get("edge1.eastusa").roundTrip = new ClientRoundTrip(users, 24, 45);
        reportUntil("edge1.eastusa", () -> {
            later(Duration.ofSeconds(10));
            return addresses("eastusa").contains(addressFor("static.customer1.example", "192.0.2.0"));
        });
        // Nobody tells any more: the correction fades, and the probes, who measure on, are believed again.
        later(Duration.ofMinutes(40));
        measured("probe.westusa", users, 20);
        measured("probe.eastusa", users, 30);
        measured("probe.europe", users, 150);
        later(Duration.ofSeconds(10));
        assertThat(addressFor("static.customer1.example", "192.0.2.0")).isIn(addresses("westusa"));
    }

    private void later(Duration time) {
        dns.clockMs.addAndGet(time.toMillis());
        dns.knowledge.refresh();
    }

    private void measured(String probe, InetAddress client, double ms) {
        LatencyResult result = new LatencyResult(client, ms, 0, 0, 0, false);
        dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(), List.of(result), List.of()));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    /** Reports as an edge does, again and again, until the name server shows that it has heard. */
    private void reportUntil(String edge, Condition condition) {
        edges.get(edge).reportUntil(condition);
    }

    private List<String> addresses(String pop) {
        return edges.values().stream()
                .filter(edge -> edge.node.self().pop().equals(pop))
                .map(Edge::address)
                .toList();
    }

    private Message ask(String name, String client) throws IOException {
        Message query = RunningServer.query(name, Type.A);
        query.addRecord(
                new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral(client))),
                Section.ADDITIONAL);
        return dns.ask(query, "127.250.53.9");
    }

    private String addressFor(String name, String client) throws IOException {
        return ask(name, client).getSection(Section.ANSWER).getFirst().rdataToString();
    }

    private static LoadReport load(List<ClientRoundTrip> clients) {
        return new LoadReport(0.1, 0, 0, 10, 0, 0, Map.of(), Map.of(), 0, 0, 0, clients);
    }

    /** Gives a node an address of this machine and a key. */
    private NodeKeyPair place(String name, String service, String address) throws IOException {
        NodeKeyPair key = NodeKeyPair.generate();
        String own = "127.250.55." + address.replaceAll("10\\.0\\.(\\d)\\.(\\d)", "$1$2");
        String line = "%s: {service: %s, address: %s".formatted(name, service, address);
        String placed = UdpNode.line(name, service, own, key);
        text = text.replace(line, placed.substring(0, placed.length() - 1));
        return key;
    }

    /** An edge that reports. */
    private final class Edge {
        private final UdpNode node;
        private ClientRoundTrip roundTrip;

        Edge(UdpNode node) {
            this.node = node;
        }

        String address() {
            return node.node().address().getHostAddress();
        }

        void reportUntil(Condition condition) {
            await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO).until(() -> {
                node.port().send(NodeName.of("dns.westusa"), load(roundTrip == null ? List.of() : List.of(roundTrip)));
                return condition.holds();
            });
        }
    }
}
