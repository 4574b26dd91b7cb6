package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** For whom an answer holds (RFC 7871, 7.2): resolvers keep it for that prefix, so a wrong scope is a wrong answer to others. */
class SubnetScopeTest extends NameServerStory {
    private static final ClientSubnetOption PARIS = new ClientSubnetOption(24, InetAddress.ofLiteral("203.0.113.0"));

    @Test
    void subnetDecidesAndItsScopeIsTold() throws Exception {
        assertThat(steered("static.customer1.example", "203.0.113.0", 24)).isEqualTo("10.0.3.2 scope 24");
        assertThat(steered("static.customer1.example", "203.0.113.7", 32)).isEqualTo("10.0.3.2 scope 24");
        assertThat(steered("static.customer1.example", "198.51.100.128", 25)).startsWith("10.0");
        assertThat(steered("static.customer1.example", "203.0.0.0", 16)).endsWith("scope 16");
        assertThat(steered("static.customer1.example", "0.0.0.0", 0)).endsWith("scope 0");
        assertThat(steered("single.customer2.example", "203.0.113.0", 24)).isEqualTo("10.0.3.2 scope 0");
        assertThat(steered("static.customer1.example", "2001:db8:1::", 48)).matches("10\\.0\\.1\\.\\d scope 48");
    }

    private String steered(String name, String prefix, int bits) throws IOException {
        ClientSubnetOption subnet = new ClientSubnetOption(bits, InetAddress.ofLiteral(prefix));
        Message answer = ask(name, Type.A, subnet);
        return answer.getSection(Section.ANSWER).getFirst().rdataToString() + " scope " + scope(answer, subnet);
    }

    @Test
    void whatIsTheSameForEverybodyHoldsForEverybody() throws Exception {
        dns.activate(StaticZonesTest.withStaticRecords());
        assertThat(scope("mail.customer1.example", Type.A, Rcode.NOERROR))
                .as("a record")
                .isZero();
        assertThat(scope("mail.customer1.example", Type.CAA, Rcode.NOERROR))
                .as("no record")
                .isZero();
        assertThat(scope("nothing.customer1.example", Type.A, Rcode.NXDOMAIN))
                .as("no name")
                .isZero();
        assertThat(scope("www.customer1.example", Type.AAAA, Rcode.NOERROR))
                .as("a steered name without addresses of this family")
                .isZero();
        assertThat(scope("www.customer1.example", Type.MX, Rcode.NOERROR))
                .as("a steered name's other types")
                .isZero();
        assertThat(scope("www.elsewhere.example", Type.A, Rcode.REFUSED))
                .as("not ours")
                .isZero();
    }

    @Test
    void clientThatIsKeptAtItsServerIsAnsweredForItsPrefixOnly() throws Exception {
        Message first = ask("www.customer1.example", Type.A);
        assertThat(scope(first)).as("chosen for it").isEqualTo(24);
        Message again = ask("www.customer1.example", Type.A);
        assertThat(again.getSection(Section.ANSWER)).isEqualTo(first.getSection(Section.ANSWER));
        assertThat(scope(again)).as("kept for it").isEqualTo(24);
    }

    @Test
    void nothingThatIsUpIsNothingForEverybody() throws Exception {
        ActiveTree tree = TestTrees.active(
                2,
                TestTrees.NETWORK.replace(
                        "dynamic: {extends: default,", "dynamic: {extends: default, when-all-down: none,"));
        dns.activate(tree);
        ask("www.customer1.example", Type.A);
        for (String server : List.of("west", "east")) {
            ServiceResult failed = new ServiceResult(
                    new TargetId("server:customer1/" + server + "/www.customer1.example"),
                    false,
                    0,
                    0,
                    0,
                    "connection refused",
                    false);
            for (String probe : List.of("probe.westusa", "probe.eastusa", "probe.europe")) {
                dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
            }
        }
        Message denied = ask("www.customer1.example", Type.A);
        assertThat(denied.getSection(Section.ANSWER)).isEmpty();
        assertThat(denied.getSection(Section.AUTHORITY).getFirst().getType()).isEqualTo(Type.SOA);
        assertThat(scope(denied)).isZero();
    }

    /** As dig has it in {@code +subnet=0}: no address, and so of no family. */
    @Test
    void clientThatWantsItsSubnetToMatterToNobodyIsAnsweredAndGivenBackWhatItSaid() throws Exception {
        byte[] nobody = new byte[4];
        Message query = with(
                RunningServer.query("static.customer1.example", Type.A),
                new GenericEDNSOption(EDNSOption.Code.CLIENT_SUBNET, nobody));
        byte[] answer = dns.udp(query.toWire(), CLIENT, 5000);
        assertThat(answer[3] & 0xf).isEqualTo(Rcode.NOERROR);
        assertThat(Arrays.copyOfRange(answer, answer.length - 8, answer.length))
                .as("the option, with its code and its length")
                .containsExactly(0, 8, 0, 4, 0, 0, 0, 0);
    }

    private int scope(String name, int type, int rcode) throws IOException {
        Message answer = ask(name, type);
        assertThat(answer.getRcode()).isEqualTo(rcode);
        return scope(answer);
    }

    private Message ask(String name, int type) throws IOException {
        return ask(name, type, PARIS);
    }

    private Message ask(String name, int type, ClientSubnetOption subnet) throws IOException {
        return dns.ask(with(RunningServer.query(name, type), subnet), CLIENT);
    }

    private static int scope(Message answer) {
        return scope(answer, PARIS);
    }

    /** The rest of the option is the client's own, given back (RFC 7871, 7.2.1). */
    private static int scope(Message answer, ClientSubnetOption asked) {
        List<EDNSOption> told = answer.getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET);
        assertThat(told).hasSize(1);
        ClientSubnetOption subnet = (ClientSubnetOption) told.getFirst();
        assertThat(subnet.getAddress()).isEqualTo(asked.getAddress());
        assertThat(subnet.getSourcePrefixLength()).isEqualTo(asked.getSourcePrefixLength());
        return subnet.getScopePrefixLength();
    }
}
