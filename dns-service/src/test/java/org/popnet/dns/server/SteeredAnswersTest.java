package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Which server a client is answered with, while probes measure, servers fail, and it asks again. */
class SteeredAnswersTest extends NameServerStory {
    @Test
    void clientStaysWithItsFirstServerUntilThatIsDown() throws Exception {
        measured(CLIENT, 10, 80, 150);
        for (int i = 0; i < 3; i++) {
            responses(10, 200);
        }
        String first = addressFor(CLIENT);
        assertThat(first).isEqualTo("10.1.1.1");
        for (int i = 0; i < 30; i++) {
            responses(200, 10);
        }
        assertThat(addressFor(CLIENT)).as("the same client").isEqualTo(first);
        assertThat(addressFor("127.250.54.9")).as("a new client").isEqualTo("10.1.1.2");
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            ServiceResult failed = new ServiceResult(server("west"), false, 0, 0, 0, "connection refused", false);
            dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        assertThat(addressFor(CLIENT)).as("its server is down").isEqualTo("10.1.1.2");
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

    private String addressFor(String client, int bits) throws IOException {
        ClientSubnetOption option = new ClientSubnetOption(bits, InetAddress.ofLiteral(client));
        return dns.ask(with(RunningServer.query("www.customer1.example", Type.A), option), CLIENT)
                .getSection(Section.ANSWER)
                .getFirst()
                .rdataToString();
    }

    private String addressFor(String client) throws IOException {
        Message answer = dns.ask(RunningServer.query("www.customer1.example", Type.A), client);
        return answer.getSection(Section.ANSWER).getFirst().rdataToString();
    }
}
