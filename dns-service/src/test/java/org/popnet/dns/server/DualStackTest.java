package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.TargetReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server with an IPv6 address beside its IPv4 one: it answers on both, and both are published. */
class DualStackTest {
    /** Edges and customers' servers with both, one edge without. */
    private static final String DUAL = TestTrees.NETWORK
            .replace("address: 10.0.1.2, capacity", "address: 10.0.1.2, address6: \"2001:db8:80::12\", capacity")
            .replace("address: 10.0.2.2, capacity", "address: 10.0.2.2, address6: \"2001:db8:80::22\", capacity")
            .replace("west: {address: 10.1.1.1,", "west: {address: 10.1.1.1, address6: \"2001:db8:c::1\",")
            .replace("east: {address: 10.1.1.2,", "east: {address: 10.1.1.2, address6: \"2001:db8:c::2\",");

    private static final String WATCHED_OVER_IPV6 = DUAL.replaceAll(
            "service: probe, address: 10.0.([123]).4",
            "service: probe, address: 10.0.$1.4, address6: \"2001:db8:$1::4\"");

    private static final ActiveTree TREE = TestTrees.active(
            1,
            TestTrees.NETWORK.replace(
                    "{service: dns, address: 10.0.1.1}",
                    "{service: dns, address: 10.0.1.1, address6: \"2001:db8:53::1\"}"));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothAddressesAreAnsweredOnOverUdpAndTcpWithinOneLimit(boolean batched) throws Exception {
        InetSocketAddress first = RunningServer.freeAddress();
        InetSocketAddress second = new InetSocketAddress(InetAddress.ofLiteral("::1"), first.getPort());
        assumeIpv6();
        try (RunningServer dns = new RunningServer(
                List.of(first, second), RunningServer.settings(batched, 0), ResponseLimitSettings.off(), TREE)) {
            byte[] query =
                    RunningServer.query("static.customer1.example", Type.A).toWire();
            try (DatagramSocket six = new DatagramSocket(new InetSocketAddress("::1", 0))) {
                six.setSoTimeout(5000);
                for (int i = 0; i < 20; i++) {
                    assertThat(dns.ask("static.customer1.example", Type.A).getSection(Section.ANSWER))
                            .hasSize(1);
                    six.send(new DatagramPacket(query, query.length, second));
                    DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
                    six.receive(answer);
                    assertThat(answer.getSocketAddress()).isEqualTo(second);
                    assertThat(new Message(Arrays.copyOf(answer.getData(), answer.getLength()))
                                    .getSection(Section.ANSWER))
                            .hasSize(1);
                }
            }
            List<TcpClient> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(new TcpClient(first, "127.250.53.9"));
                clients.add(new TcpClient(first, "127.250.53.10"));
                clients.add(new TcpClient(second, "::1"));
            }
            await().until(() -> dns.server.tcpConnections() == 300);
            for (TcpClient client : clients) {
                assertThat(client.ask(RunningServer.query("static.customer1.example", Type.A))
                                .getSection(Section.ANSWER))
                        .hasSize(1);
            }
            try (TcpClient oneTooMany = new TcpClient(second, "::1")) {
                assertThat(oneTooMany.in.read()).isEqualTo(-1);
            }
            for (TcpClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void bothAddressesArePublished() throws Exception {
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), TREE)) {
            assertThat(addresses(dns.ask("dns.westusa.pop.example", Type.AAAA), Section.ANSWER))
                    .containsExactly("2001:db8:53:0:0:0:0:1");
            assertThat(addresses(dns.ask("dns.westusa.pop.example", Type.A), Section.ANSWER))
                    .containsExactly("10.0.1.1");
            assertThat(addresses(dns.ask("pop.example", Type.NS), Section.ADDITIONAL))
                    .containsExactly("10.0.1.1", "2001:db8:53:0:0:0:0:1", "10.0.2.1");
        }
    }

    /** An edge is steered to by the family it listens on; the other is denied, which is not an error (RFC 2308). */
    @Test
    void steeredNameHasTheFamiliesOfItsServersAndNoDataOfTheOther() throws Exception {
        ActiveTree six = TestTrees.active(
                1,
                TestTrees.NETWORK.replace(
                        "edge1.europe: {service: edge-cache, address: 10.0.3.2",
                        "edge1.europe: {service: edge-cache, address: \"2001:db8:80::2\""));
        try (RunningServer dns = new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), six)) {
            assertThat(addresses(dns.ask("single.customer2.example", Type.AAAA), Section.ANSWER))
                    .containsExactly("2001:db8:80:0:0:0:0:2");
            Message denied = dns.ask("single.customer2.example", Type.A);
            assertThat(denied.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(denied.getSection(Section.ANSWER)).isEmpty();
            assertThat(denied.getSection(Section.AUTHORITY).getFirst().getType())
                    .isEqualTo(Type.SOA);
            assertThat(addresses(dns.ask("www.customer2.example", Type.AAAA), Section.ANSWER))
                    .containsExactly("2001:db8:80:0:0:0:0:2");
            assertThat(addresses(dns.ask("www.customer2.example", Type.A), Section.ANSWER))
                    .hasSize(1);
            assertThat(addresses(dns.ask("www.customer1.example", Type.AAAA), Section.ANSWER))
                    .as("a domain whose servers have IPv4 only")
                    .isEmpty();
        }
    }

    /** Servers with both are the same server by either family; one without IPv6 is not offered to those who ask for it. */
    @Test
    void serversWithBothAddressesAreSteeredToByEitherAndTheOthersByTheirsOnly() throws Exception {
        ActiveTree tree = TestTrees.active(1, DUAL);
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree)) {
            String client = "198.51.100.0";
            Set<String> four = new HashSet<>();
            Set<String> six = new HashSet<>();
            for (int i = 0; i < 32; i++) {
                client = "2001:db8:1:" + Integer.toHexString(i << 8) + "::";
                four.addAll(steered(dns, client, "static.customer1.example", Type.A));
                six.addAll(steered(dns, client, "static.customer1.example", Type.AAAA));
            }
            assertThat(four).as("both edges of the nearest POP").containsExactlyInAnyOrder("10.0.1.2", "10.0.1.5");
            assertThat(six).as("the one of them that has IPv6").containsExactly("2001:db8:80:0:0:0:0:12");
            assertThat(steered(dns, client, "single.customer2.example", Type.AAAA))
                    .as("NODATA where no candidate has IPv6")
                    .isEmpty();
            for (int i = 0; i < 64; i++) {
                client = "198.51." + i + ".0";
                String west =
                        steered(dns, client, "www.customer1.example", Type.A).getFirst();
                assertThat(steered(dns, client, "www.customer1.example", Type.AAAA))
                        .as("a client is kept at one server, whichever family it asks for first")
                        .containsExactly(west.equals("10.1.1.1") ? "2001:db8:c:0:0:0:0:1" : "2001:db8:c:0:0:0:0:2");
            }
            reported(dns, TargetId.of(NodeName.of("edge1.westusa")), false);
            client = "198.51.100.0";
            assertThat(steered(dns, client, "static.customer1.example", Type.AAAA))
                    .as("down is down by either family where no probe has IPv6")
                    .containsExactly("2001:db8:80:0:0:0:0:22");
        }
    }

    @Test
    void familyThatIsDownLeavesTheAnswersOfThatFamilyOnly() throws Exception {
        ActiveTree tree = TestTrees.active(1, WATCHED_OVER_IPV6);
        TargetId west = TargetId.of(NodeName.of("edge1.westusa"));
        TargetId server = new TargetId("server:customer1/west/www.customer1.example");
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree)) {
            String client = "2001:db8:1::";
            reported(dns, west.overIpv6(), false);
            assertThat(steered(dns, client, "static.customer1.example", Type.AAAA))
                    .as("the only one that is left with IPv6")
                    .containsExactly("2001:db8:80:0:0:0:0:22");
            assertThat(dns.knowledge
                            .view()
                            .states()
                            .down()[dns.knowledge.view().zone().indexOf(west)])
                    .as("its IPv4 address is up")
                    .isFalse();
            assertThat(dns.knowledge.targets())
                    .filteredOn(report -> report.target().startsWith("node:edge1.westusa"))
                    .extracting(TargetReport::target, TargetReport::state)
                    .containsExactlyInAnyOrder(
                            tuple("node:edge1.westusa", "UNKNOWN"), tuple("node:edge1.westusa+ipv6", "DOWN"));

            reported(dns, west.overIpv6(), true);
            reported(dns, west, false);
            reported(dns, TargetId.of(NodeName.of("edge2.westusa")), false);
            assertThat(steered(dns, client, "static.customer1.example", Type.A))
                    .as("both edges of the nearest POP are down over IPv4")
                    .doesNotContain("10.0.1.2", "10.0.1.5")
                    .hasSize(1);
            assertThat(steered(dns, client, "static.customer1.example", Type.AAAA))
                    .as("over IPv6 one of them is up")
                    .containsExactly("2001:db8:80:0:0:0:0:12");

            reported(dns, server.overIpv6(), false);
            for (int i = 0; i < 32; i++) {
                client = "198.51." + i + ".0";
                assertThat(steered(dns, client, "www.customer1.example", Type.AAAA))
                        .as("also of a customer's own servers")
                        .containsExactly("2001:db8:c:0:0:0:0:2");
                assertThat(steered(dns, client, "www.customer1.example", Type.A))
                        .as("and the client is kept at one server by both")
                        .containsExactly("10.1.1.2");
            }
        }
    }

    /** Each of two servers answers by one family only: no family's queries take a client from the other's server. */
    @Test
    void clientStaysWithItsServerByTheFamilyThatWorksAndHasAnotherByTheOther() throws Exception {
        ActiveTree tree = TestTrees.active(1, WATCHED_OVER_IPV6);
        TargetId west = new TargetId("server:customer1/west/www.customer1.example");
        TargetId east = new TargetId("server:customer1/east/www.customer1.example");
        String name = "www.customer1.example";
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree)) {
            for (TargetId each : List.of(west, east, west.overIpv6(), east.overIpv6())) {
                reported(dns, each, true);
            }
            dns.knowledge.refresh();
            List<String> atWest = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String client = "198.51." + i + ".0";
                if (steered(dns, client, name, Type.A).contains("10.1.1.1")) {
                    atWest.add(client);
                }
            }
            assertThat(atWest).hasSizeBetween(1, 63);

            reported(dns, west.overIpv6(), false);
            for (int round = 0; round < 3; round++) {
                for (String client : atWest) {
                    assertThat(steered(dns, client, name, Type.AAAA)).containsExactly("2001:db8:c:0:0:0:0:2");
                    assertThat(steered(dns, client, name, Type.A))
                            .as("west is up by IPv4: that is where the client's session is")
                            .containsExactly("10.1.1.1");
                }
            }
            reported(dns, east, false);
            for (int round = 0; round < 3; round++) {
                for (String client : atWest) {
                    assertThat(steered(dns, client, name, Type.AAAA)).containsExactly("2001:db8:c:0:0:0:0:2");
                    assertThat(steered(dns, client, name, Type.A)).containsExactly("10.1.1.1");
                }
            }
            assertThat(dns.knowledge.persistence().size(dns.knowledge.nowMs()))
                    .as("one more for each that has another server by IPv6")
                    .isEqualTo(64 + atWest.size());

            reported(dns, west.overIpv6(), true);
            for (String client : atWest) {
                assertThat(steered(dns, client, name, Type.AAAA))
                        .as("one server by both again")
                        .containsExactly("2001:db8:c:0:0:0:0:1");
            }
        }
    }

    @Test
    void secondAddressIsAsTheFirstUntilItIsJudged() throws Exception {
        ActiveTree tree = TestTrees.active(1, WATCHED_OVER_IPV6);
        TargetId west = TargetId.of(NodeName.of("edge1.westusa"));
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree)) {
            String client = "2001:db8:1::";
            reported(dns, west, false);
            assertThat(steered(dns, client, "static.customer1.example", Type.AAAA))
                    .as("probes of an older release tell of the first only")
                    .containsExactly("2001:db8:80:0:0:0:0:22");
            reported(dns, west.overIpv6(), true);
            dns.knowledge.refresh();
            assertThat(steered(dns, client, "static.customer1.example", Type.AAAA))
                    .containsExactly("2001:db8:80:0:0:0:0:12");
        }
    }

    /** Every probe sees a target pass or fail often enough to be sure of it. */
    private static void reported(RunningServer dns, TargetId target, boolean up) {
        ServiceResult result = new ServiceResult(target, up, 5, 0, 0, up ? null : "connection refused", false);
        for (String probe : List.of("probe.westusa", "probe.eastusa", "probe.europe")) {
            dns.knowledge.take(
                    NodeName.of(probe), new ProbeReport(List.of(result, result, result), List.of(), List.of()));
        }
    }

    private static List<String> steered(RunningServer dns, String client, String name, int type) throws IOException {
        Message query = RunningServer.query(name, type);
        query.addRecord(
                new OPTRecord(
                        1232,
                        0,
                        0,
                        0,
                        new ClientSubnetOption(client.contains(":") ? 56 : 24, InetAddress.ofLiteral(client))),
                Section.ADDITIONAL);
        return addresses(dns.ask(query, "127.250.53.9"), Section.ANSWER);
    }

    private static List<String> addresses(Message answer, int section) {
        return answer.getSection(section).stream()
                .map(record -> record.rdataToString())
                .toList();
    }

    private static void assumeIpv6() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            assertThat(probe.isBound()).isTrue();
        } catch (IOException e) {
            assumeTrue(false, "this machine has no IPv6");
        }
    }
}
