package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What stands at a name, and that nothing does: in the network's own zone and in customers' domains. */
class AnsweredNamesTest extends NameServerStory {
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

    /** Whatever stands at a name, the question for all of it is answered alike (RFC 8482), and what is hidden stays so. */
    @Test
    void everythingIsAnsweredWithOneRecordThatSaysSo() throws Exception {
        String node = "127.250.53.77";
        dns.activate(TestTrees.active(2, TestTrees.NETWORK.replace("10.0.2.2", node)));
        String origin = "_origin._tcp.www.customer1.example.westusa.pop.example";
        for (String name : List.of(
                "static.customer1.example",
                "pop.example",
                "edge1.westusa.pop.example",
                "_fetch._tcp.westusa.pop.example",
                origin)) {
            Message all = dns.ask(RunningServer.query(name, Type.ANY), node);
            assertThat(all.getSection(Section.ANSWER))
                    .as(name)
                    .extracting(answer -> Type.string(answer.getType()) + " " + answer.rdataToString())
                    .containsExactly("HINFO \"RFC8482\" \"\"");
        }
        assertThat(dns.ask(origin, Type.ANY).getRcode()).isEqualTo(Rcode.REFUSED);
        String absent = "_origin._tcp.none.example.westusa.pop.example";
        assertThat(dns.ask(RunningServer.query(absent, Type.ANY), node).getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
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
}
