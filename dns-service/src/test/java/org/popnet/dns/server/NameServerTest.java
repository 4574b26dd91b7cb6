package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class NameServerTest {
    private RunningServer dns;

    @BeforeEach
    void start() throws IOException {
        dns = RunningServer.start();
    }

    @AfterEach
    void stop() {
        dns.close();
    }

    @Test
    void steeredNameIsAnsweredInTheCaseItWasAskedIn() throws Exception {
        Message answer = dns.ask("StaTic.CUSTOMER1.example", Type.A);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
        assertThat(answer.getQuestion().getName()).hasToString("StaTic.CUSTOMER1.example.");
        ARecord address = (ARecord) answer.getSection(Section.ANSWER).getFirst();
        assertThat(address.getAddress().getHostAddress()).startsWith("10.0.1.");
        assertThat(address.getTTL()).isEqualTo(20);
        assertThat(dns.counter("popnet.dns.queries", "transport", "udp", "result", "NOERROR"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothKindsOfUdpListenerAnswer(boolean batched) throws Exception {
        InetSocketAddress address = RunningServer.freeAddress();
        try (RunningServer other = new RunningServer(address, RunningServer.settings(batched, 0), TestTrees.active())) {
            for (int i = 0; i < 50; i++) {
                assertThat(other.ask("static.customer1.example", Type.A).getSection(Section.ANSWER))
                        .hasSize(1);
            }
        }
        // Nothing stays open.
        new DatagramSocket(address).close();
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }

    @Test
    void absentTypesAndNamesAreDeniedWithTheSoa() throws Exception {
        Message noData = dns.ask("static.customer1.example", Type.MX);
        assertThat(noData.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(noData.getSection(Section.ANSWER)).isEmpty();
        Message noName = dns.ask("nothing.static.customer1.example", Type.A);
        assertThat(noName.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        for (Message denial : List.of(noData, noName)) {
            SOARecord soa = (SOARecord) denial.getSection(Section.AUTHORITY).getFirst();
            assertThat(soa.getName()).hasToString("static.customer1.example.");
            assertThat(soa.getSerial()).isEqualTo(1);
            assertThat(soa.getTTL()).isEqualTo(soa.getMinimum());
            assertThat(denial.getHeader().getFlag(Flags.AA)).isTrue();
        }
        assertThat(dns.ask("www.elsewhere.example", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(dns.ask("example", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void apexHasSoaAndNameServersWithTheirAddresses() throws Exception {
        for (String zone : List.of("pop.example", "www.customer1.example")) {
            Message ns = dns.ask(zone, Type.NS);
            assertThat(ns.getSection(Section.ANSWER))
                    .extracting(Record::rdataToString)
                    .containsExactly("dns.westusa.pop.example.", "dns.eastusa.pop.example.");
            assertThat(ns.getSection(Section.ADDITIONAL))
                    .extracting(Record::rdataToString)
                    .containsExactly("10.0.1.1", "10.0.2.1");
            assertThat(dns.ask(zone, Type.SOA).getSection(Section.ANSWER)).hasSize(1);
        }
        assertThat(dns.ask("dns.eastusa.pop.example", Type.A).getSection(Section.ANSWER))
                .hasSize(1);
        assertThat(dns.ask("dns.eastusa.pop.example", Type.AAAA).getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(dns.ask("westusa.pop.example", Type.A).getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(dns.ask("nowhere.pop.example", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void serviceNamesAreToldToTheNetworksOwnNodesOnly() throws Exception {
        for (String name : List.of(
                "_fetch._tcp.westusa.pop.example",
                "_log._udp.customer1.pop.example",
                "_config._tcp.europe.pop.example",
                "_origin._tcp.www.customer1.example.westusa.pop.example",
                "west.customer1.servers.pop.example",
                "edge1.westusa.pop.example")) {
            assertThat(dns.ask(name, Type.SRV).getRcode()).as(name).isEqualTo(Rcode.REFUSED);
        }
        dns.activate(TestTrees.active(2, TestTrees.NETWORK.replace("10.0.2.2", "127.250.53.77")));
        assertThat(services("_fetch._tcp.westusa.pop.example"))
                .containsExactly("0 fetch1.westusa.pop.example.:8081", "0 fetch2.westusa.pop.example.:8081");
        assertThat(services("_log._udp.customer1.pop.example")).containsExactly("0 log.hq.pop.example.:5140");
        assertThat(services("_log._udp._network.pop.example")).containsExactly("0 log.hq.pop.example.:5140");
        assertThat(services("_config._tcp.europe.pop.example"))
                .startsWith("0 probe.europe.pop.example.:9443")
                .contains("10 dns.eastusa.pop.example.:9443", "10 admin.hq.pop.example.:8095");
        assertThat(services("_origin._tcp.www.customer1.example.westusa.pop.example"))
                .containsExactlyInAnyOrder(
                        "10 west.customer1.servers.pop.example.:8080", "20 east.customer1.servers.pop.example.:8080");
        assertThat(services("_origin._tcp.none.example.westusa.pop.example")).isEmpty();
        Message host = dns.ask(RunningServer.query("west.customer1.servers.pop.example", Type.A), "127.250.53.77");
        assertThat(host.getSection(Section.ANSWER).getFirst().rdataToString()).isEqualTo("10.1.1.1");
    }

    private List<String> services(String name) throws IOException {
        Message answer = dns.ask(RunningServer.query(name, Type.SRV), "127.250.53.77");
        List<Record> found = answer.getSection(Section.ANSWER);
        if (!found.isEmpty()) {
            assertThat(answer.getSection(Section.ADDITIONAL)).hasSameSizeAs(found);
        }
        return found.stream()
                .map(SRVRecord.class::cast)
                .map(srv -> srv.getPriority() + " " + srv.getTarget() + ":" + srv.getPort())
                .toList();
    }

    /** The combinations of RFC 8906, section 8, and what RFC 8482, 5936 and 9619 add. */
    @Test
    void everyOddQuestionGetsThePrescribedReply() throws Exception {
        assertThat(dns.ask("www.customer1.example", 1000).getRcode())
                .as("unknown type")
                .isEqualTo(Rcode.NOERROR);
        Message any = dns.ask("www.customer1.example", Type.ANY);
        assertThat(any.getSection(Section.ANSWER)).hasSize(1).allMatch(r -> r.getType() == Type.HINFO);
        assertThat(dns.ask("www.customer1.example", Type.AXFR).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(dns.ask("www.customer1.example", Type.IXFR).getRcode()).isEqualTo(Rcode.REFUSED);
        Message chaos = Message.newQuery(Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CH));
        assertThat(dns.ask(chaos, "127.250.53.9").getRcode()).isEqualTo(Rcode.REFUSED);

        for (int opcode = 1; opcode < 16; opcode++) {
            byte[] header = new byte[12];
            header[1] = 7;
            header[2] = (byte) (opcode << 3);
            Header reply = new Message(dns.udp(header, "127.250.53.9", 5000)).getHeader();
            assertThat(reply.getRcode()).isEqualTo(Rcode.NOTIMP);
            assertThat(reply.getOpcode()).isEqualTo(opcode);
            assertThat(reply.getID()).isEqualTo(7);
        }
        assertThat(new Message(dns.udp(new byte[12], "127.250.53.9", 5000)).getRcode())
                .isEqualTo(Rcode.FORMERR);

        for (int flag : new int[] {Flags.RD, Flags.AD, Flags.CD, Flags.TC, Flags.AA, Flags.RA}) {
            Message query = RunningServer.query("www.customer1.example", Type.A);
            query.getHeader().unsetFlag(Flags.RD);
            query.getHeader().setFlag(flag);
            Header reply = dns.ask(query, "127.250.53.9").getHeader();
            assertThat(reply.getRcode()).as("flag %d", flag).isEqualTo(Rcode.NOERROR);
            assertThat(reply.getFlag(Flags.AD)).isFalse();
            assertThat(reply.getFlag(Flags.RA)).isFalse();
            assertThat(reply.getFlag(Flags.TC)).isFalse();
            assertThat(reply.getFlag(Flags.RD)).isEqualTo(flag == Flags.RD);
        }
        byte[] reserved = RunningServer.query("www.customer1.example", Type.A).toWire();
        reserved[3] |= 0x40;
        assertThat(dns.udp(reserved, "127.250.53.9", 5000)[3] & 0x40).isZero();
    }

    @Test
    void ednsIsAnsweredAsPrescribed() throws Exception {
        Message plain = dns.ask("www.customer1.example", Type.A);
        assertThat(plain.getOPT()).isNull();
        for (int version = 0; version < 3; version++) {
            Message query = RunningServer.query("www.customer1.example", Type.A);
            query.addRecord(new OPTRecord(4096, 0, version, 0x8000 | 0x40), Section.ADDITIONAL);
            Message answer = dns.ask(query, "127.250.53.9");
            assertThat(answer.getOPT().getVersion()).isZero();
            assertThat(answer.getOPT().getPayloadSize()).isEqualTo(1232);
            assertThat(answer.getOPT().getFlags()).isEqualTo(0x8000);
            assertThat(answer.getRcode()).isEqualTo(version == 0 ? Rcode.NOERROR : Rcode.BADVERS);
            assertThat(answer.getSection(Section.ANSWER)).hasSize(version == 0 ? 1 : 0);
        }
        Message twice = RunningServer.query("www.customer1.example", Type.A);
        twice.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        twice.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        assertThat(dns.ask(twice, "127.250.53.9").getRcode()).isEqualTo(Rcode.FORMERR);
        Message nsid = with(RunningServer.query("www.customer1.example", Type.A), new NSIDOption(new byte[0]));
        NSIDOption told = (NSIDOption) dns.ask(nsid, "127.250.53.9")
                .getOPT()
                .getOptions(EDNSOption.Code.NSID)
                .getFirst();
        assertThat(told).isEqualTo(new NSIDOption("dns.westusa".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void subnetDecidesAndItsScopeIsTold() throws Exception {
        assertThat(subnet("203.0.113.0", 24, "static.customer1.example")).isEqualTo("10.0.3.2 scope 24");
        assertThat(subnet("203.0.113.7", 32, "static.customer1.example")).isEqualTo("10.0.3.2 scope 24");
        assertThat(subnet("198.51.100.128", 25, "static.customer1.example")).startsWith("10.0");
        assertThat(subnet("203.0.0.0", 16, "static.customer1.example")).endsWith("scope 16");
        assertThat(subnet("0.0.0.0", 0, "static.customer1.example")).endsWith("scope 0");
        assertThat(subnet("203.0.113.0", 24, "single.customer2.example")).isEqualTo("10.0.3.2 scope 0");
        assertThat(subnet("2001:db8:1::", 48, "static.customer1.example")).matches("10\\.0\\.1\\.\\d scope 48");
    }

    private String subnet(String prefix, int bits, String name) throws IOException {
        ClientSubnetOption option = new ClientSubnetOption(bits, InetAddress.ofLiteral(prefix));
        Message answer = dns.ask(with(RunningServer.query(name, Type.A), option), "127.250.53.9");
        ClientSubnetOption told = (ClientSubnetOption)
                answer.getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET).getFirst();
        assertThat(told.getSourcePrefixLength()).isEqualTo(bits);
        assertThat(told.getAddress()).isEqualTo(option.getAddress());
        return answer.getSection(Section.ANSWER).getFirst().rdataToString() + " scope " + told.getScopePrefixLength();
    }

    @Test
    void clientCookieGetsAServerCookieAndAWrongOneIsNoError() throws Exception {
        byte[] client = {1, 2, 3, 4, 5, 6, 7, 8};
        Message query = with(RunningServer.query("www.customer1.example", Type.A), new CookieOption(client));
        CookieOption cookie = (CookieOption) dns.ask(query, "127.250.53.9")
                .getOPT()
                .getOptions(EDNSOption.Code.COOKIE)
                .getFirst();
        assertThat(cookie.getClientCookie()).isEqualTo(client);
        assertThat(cookie.getServerCookie())
                .isPresent()
                .get()
                .extracting(c -> c.length)
                .isEqualTo(16);
        Message wrong =
                with(RunningServer.query("www.customer1.example", Type.A), new CookieOption(client, new byte[16]));
        assertThat(dns.ask(wrong, "127.250.53.9").getRcode()).isEqualTo(Rcode.NOERROR);
    }

    /** A query without a question gets a cookie, or says whether the one that it has is still good (RFC 7873, 5.4). */
    @Test
    void cookieWithoutAQuestionIsJudged() throws Exception {
        byte[] client = {1, 2, 3, 4, 5, 6, 7, 8};
        Message first = judged(new CookieOption(client), Rcode.NOERROR);
        CookieOption given =
                (CookieOption) first.getOPT().getOptions(EDNSOption.Code.COOKIE).getFirst();
        byte[] good = given.getServerCookie().orElseThrow();
        judged(new CookieOption(client, good), Rcode.NOERROR);
        byte[] spoilt = good.clone();
        spoilt[15] ^= 1;
        Message refused = judged(new CookieOption(client, spoilt), Rcode.BADCOOKIE);
        CookieOption fresh = (CookieOption)
                refused.getOPT().getOptions(EDNSOption.Code.COOKIE).getFirst();
        judged(new CookieOption(client, fresh.getServerCookie().orElseThrow()), Rcode.NOERROR);
        judged(new CookieOption(client, new byte[8]), Rcode.BADCOOKIE);
        assertThat(dns.counter("popnet.dns.queries", "transport", "udp", "result", "BADCOOKIE"))
                .isEqualTo(2);
    }

    private Message judged(CookieOption cookie, int rcode) throws IOException {
        Message query = with(new Message(), cookie);
        Message answer = dns.ask(query, "127.250.53.9");
        assertThat(answer.getRcode()).isEqualTo(rcode);
        assertThat(answer.getHeader().getCount(Section.QUESTION)).isZero();
        return answer;
    }

    @Test
    void resolverThatProvesItselfIsMeasuredAndAForgedSourceIsNot() throws Exception {
        byte[] client = {1, 2, 3, 4, 5, 6, 7, 8};
        Message first = with(RunningServer.query("www.customer1.example", Type.A), new CookieOption(client));
        CookieOption cookie = (CookieOption) dns.ask(first, "127.250.53.9")
                .getOPT()
                .getOptions(EDNSOption.Code.COOKIE)
                .getFirst();
        assertThat(dns.knowledge.latencyRequests().pending()).isZero();
        Message second = with(
                RunningServer.query("www.customer1.example", Type.A),
                new CookieOption(client, cookie.getServerCookie().orElseThrow()));
        dns.ask(second, "127.250.53.8");
        assertThat(dns.knowledge.latencyRequests().pending())
                .as("another's cookie")
                .isZero();
        dns.ask(second, "127.250.53.9");
        dns.ask(second, "127.250.53.9");
        assertThat(dns.knowledge.latencyRequests().pending()).isEqualTo(1);
    }

    @Test
    void clientStaysWithItsFirstServerUntilThatIsDown() throws Exception {
        measured("127.250.53.9", 10, 80, 150);
        for (int i = 0; i < 3; i++) {
            responses(10, 200);
        }
        String first = addressFor("127.250.53.9");
        assertThat(first).isEqualTo("10.1.1.1");
        for (int i = 0; i < 30; i++) {
            responses(200, 10);
        }
        assertThat(addressFor("127.250.53.9")).as("the same client").isEqualTo(first);
        assertThat(addressFor("127.250.54.9")).as("a new client").isEqualTo("10.1.1.2");
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            ServiceResult failed = new ServiceResult(server("west"), false, 0, 0, 0, "connection refused", false);
            dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        assertThat(addressFor("127.250.53.9")).as("its server is down").isEqualTo("10.1.1.2");
        assertThat(dns.registry.get("popnet.dns.knowledge.persistence").gauge().value())
                .isEqualTo(2);
    }

    /** Whoever asks while probes begin to measure must not be stuck for the whole persistence with what was guessed. */
    @Test
    void choiceMadeBeforeAllProbesHaveMeasuredTheServersIsMadeAnewOnce() throws Exception {
        measured("203.0.113.9", 80, 70, 5);
        responses("probe.westusa", 10, 90);
        assertThat(addressFor("203.0.113.0", 24)).as("as one probe sees it").isEqualTo("10.1.1.1");
        responses("probe.westusa", 10, 90);
        responses("probe.westusa", 10, 90);
        for (int i = 0; i < 3; i++) {
            responses("probe.eastusa", 90, 10);
            responses("probe.europe", 300, 20);
        }
        assertThat(addressFor("203.0.113.0", 24)).as("as all see it").isEqualTo("10.1.1.2");
        for (int i = 0; i < 30; i++) {
            responses("probe.eastusa", 10, 300);
            responses("probe.europe", 10, 300);
        }
        assertThat(addressFor("203.0.113.0", 24)).as("from then on it stays").isEqualTo("10.1.1.2");
    }

    @Test
    void choiceMadeBeforeEveryPopHasMeasuredTheClientIsMadeAnewOnce() throws Exception {
        for (int i = 0; i < 3; i++) {
            responses("probe.westusa", 10, 90);
            responses("probe.eastusa", 90, 10);
            responses("probe.europe", 100, 20);
        }
        latency("probe.europe", "192.0.2.9", 20);
        assertThat(addressFor("192.0.2.0", 24)).as("near Europe, it seems").isEqualTo("10.1.1.2");
        measured("192.0.2.9", 5, 80, 150);
        assertThat(addressFor("192.0.2.0", 24)).as("as all see it").isEqualTo("10.1.1.1");
        measured("192.0.2.9", 300, 5, 150);
        assertThat(addressFor("192.0.2.0", 24)).as("from then on it stays").isEqualTo("10.1.1.1");
    }

    /** Distances come in after response times, first those of one server, and slow ones of probes that just started. */
    @Test
    void distanceOfOneServerThatIsMeasuredBeforeTheOthersTurnsNoAnswer() throws Exception {
        measured("192.0.2.9", 5, 60, 120);
        responses("probe.westusa", 300, 70);
        assertThat(addressFor("192.0.2.0", 24)).as("one cold probe's guess").isEqualTo("10.1.1.2");
        farFromEachOther();
        assertThat(addressFor("192.0.2.0", 24)).as("as all see it").isEqualTo("10.1.1.1");
        latency("probe.eastusa", "10.1.1.2", 6);
        assertThat(addressForNew(1)).as("the other server's way is known").isEqualTo("10.1.1.1");
        latency("probe.westusa", "10.1.1.2", 62);
        latency("probe.westusa", "10.1.1.1", 400);
        assertThat(addressForNew(2)).as("its own is overrated").isEqualTo("10.1.1.1");
        latency("probe.europe", "10.1.1.1", 145);
        latency("probe.eastusa", "10.1.1.1", 64);
        latency("probe.westusa", "10.1.1.1", 5);
        assertThat(addressForNew(3)).as("all ways are known").isEqualTo("10.1.1.1");
    }

    private void farFromEachOther() {
        for (int i = 0; i < 3; i++) {
            responses("probe.westusa", 12, 70);
            responses("probe.eastusa", 70, 14);
            responses("probe.europe", 150, 90);
        }
    }

    /** Of a client as far from all as 192.0.2.0/24. */
    private String addressForNew(int number) throws IOException {
        measured("198.51." + number + ".9", 5, 60, 120);
        farFromEachOther();
        return addressFor("198.51." + number + ".0", 24);
    }

    private void measured(String client, double westMs, double eastMs, double europeMs) {
        latency("probe.westusa", client, westMs);
        latency("probe.eastusa", client, eastMs);
        latency("probe.europe", client, europeMs);
    }

    private void latency(String probe, String client, double ms) {
        dns.clockMs.addAndGet(1000);
        LatencyResult result = new LatencyResult(InetAddress.ofLiteral(client), ms, 0, 0, 0, false);
        dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(), List.of(result), List.of()));
        dns.knowledge.refresh();
    }

    private String addressFor(String client, int bits) throws IOException {
        ClientSubnetOption option = new ClientSubnetOption(bits, InetAddress.ofLiteral(client));
        return dns.ask(with(RunningServer.query("www.customer1.example", Type.A), option), "127.250.53.9")
                .getSection(Section.ANSWER)
                .getFirst()
                .rdataToString();
    }

    @Test
    void whenAllAreDownTheRuleMaySendClientsElsewhereOrGiveAnError() throws Exception {
        String rules = "default: {ttl: 20s, rise: 3, fall: 2, quorum: 0.5";
        dns.activate(TestTrees.active(
                2, TestTrees.NETWORK.replace(rules, rules + ", when-all-down: {cname: sorry.other.example}")));
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            ServiceResult failed =
                    new ServiceResult(new TargetId("node:edge1.europe"), false, 0, 0, 0, "connection refused", false);
            dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        Message answer = dns.ask("single.customer2.example", Type.A);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSection(Section.ANSWER)).singleElement().satisfies(record -> {
            assertThat(record.getType()).isEqualTo(Type.CNAME);
            assertThat(record.rdataToString()).isEqualTo("sorry.other.example.");
            assertThat(record.getTTL()).isEqualTo(20);
        });

        dns.activate(TestTrees.active(3, TestTrees.NETWORK.replace(rules, rules + ", when-all-down: servfail")));
        assertThat(dns.ask("single.customer2.example", Type.A).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }

    private void responses(double westMs, double eastMs) {
        for (String probe : List.of("probe.westusa", "probe.eastusa", "probe.europe")) {
            responses(probe, westMs, eastMs);
        }
    }

    private void responses(String probe, double westMs, double eastMs) {
        dns.knowledge.take(
                NodeName.of(probe),
                new ProbeReport(
                        List.of(
                                new ServiceResult(server("west"), true, westMs, 0, 0, null, false),
                                new ServiceResult(server("east"), true, eastMs, 0, 0, null, false)),
                        List.of(),
                        List.of()));
        dns.knowledge.refresh();
    }

    private static TargetId server(String name) {
        return new TargetId("server:customer1/" + name + "/www.customer1.example");
    }

    private String addressFor(String client) throws IOException {
        Message answer = dns.ask(RunningServer.query("www.customer1.example", Type.A), client);
        return answer.getSection(Section.ANSWER).getFirst().rdataToString();
    }

    @Test
    void unknownClientIsInvitedToTcp() throws Exception {
        try (RunningServer inviting =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 1), TestTrees.active())) {
            Message invited = inviting.ask("www.customer1.example", Type.A);
            assertThat(invited.getHeader().getFlag(Flags.TC)).isTrue();
            assertThat(invited.getSection(Section.ANSWER)).isEmpty();
            try (TcpClient tcp = new TcpClient(inviting.address, "127.250.53.9")) {
                Message whole = tcp.ask(RunningServer.query("www.customer1.example", Type.A));
                assertThat(whole.getSection(Section.ANSWER)).hasSize(1);
            }
            assertThat(inviting.knowledge.latencyRequests().pending()).isEqualTo(1);
            assertThat(inviting.ask("www.customer1.example", Type.A).getHeader().getFlag(Flags.TC))
                    .isFalse();
        }
    }

    @Test
    void whatDoesNotFitIsTruncatedWithOptKeptAndWholeOverTcp() throws Exception {
        StringBuilder nodes = new StringBuilder("edge1.europe: {service: edge-cache, address: 127.250.53.77}\n");
        for (int i = 0; i < 40; i++) {
            nodes.append("      a-rather-long-name-of-an-origin-fetch-server-")
                    .append(i)
                    .append(".europe: {service: origin-fetch, address: 10.7.0.")
                    .append(i)
                    .append("}\n");
        }
        String text = TestTrees.NETWORK.replaceAll(
                "edge1.europe: \\{service.*\\}", nodes.toString().strip());
        dns.activate(TestTrees.active(2, text));
        Message query = RunningServer.query("_fetch._tcp.europe.pop.example", Type.SRV);
        query.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        Message answer = dns.ask(query, "127.250.53.77");
        assertThat(answer.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(answer.getOPT()).isNotNull();
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
        try (TcpClient tcp = new TcpClient(dns.address, "127.250.53.77")) {
            Message whole = tcp.ask(query);
            assertThat(whole.getHeader().getFlag(Flags.TC)).isFalse();
            assertThat(whole.getSection(Section.ANSWER)).hasSize(41);
        }
    }

    @Test
    void responsesAndFragmentsAreNeverAnswered() throws Exception {
        byte[] response = RunningServer.query("www.customer1.example", Type.A).toWire();
        response[2] |= (byte) 0x80;
        assertThat(dns.udp(response, "127.250.53.9", 200)).isNull();
        assertThat(dns.udp(new byte[11], "127.250.53.9", 200)).isNull();
        assertThat(dns.counter("popnet.dns.drops", "reason", "response")).isEqualTo(1);
        assertThat(dns.counter("popnet.dns.drops", "reason", "short")).isEqualTo(1);
    }

    @Test
    void busyPortIsNoticedAndNamed() {
        assertThatThrownBy(() -> new RunningServer(dns.address, RunningServer.settings(true, 0), TestTrees.active()))
                .isInstanceOf(PortBusyException.class)
                .hasMessageContaining("cannot listen on 127.250.53.1:" + dns.address.getPort() + " over TCP")
                .hasMessageContaining("ports.dns");
    }

    @Test
    void udpPortOfAnotherProgramIsNoticedAndNothingStaysOpen() throws Exception {
        InetSocketAddress address = RunningServer.freeAddress();
        try (DatagramSocket other = new DatagramSocket(address)) {
            assertThat(other.isBound()).isTrue();
            assertThatThrownBy(() -> new RunningServer(address, RunningServer.settings(true, 0), TestTrees.active()))
                    .isInstanceOf(PortBusyException.class)
                    .hasMessageContaining("over UDP");
        }
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }

    private static Message with(Message query, EDNSOption option) {
        query.addRecord(new OPTRecord(1232, 0, 0, 0, option), Section.ADDITIONAL);
        return query;
    }
}
