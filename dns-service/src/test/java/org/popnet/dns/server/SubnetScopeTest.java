package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
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
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** For whom an answer holds (RFC 7871, 7.2): resolvers keep it for that prefix, so a wrong scope is a wrong answer to others. */
class SubnetScopeTest {
    private static final ClientSubnetOption PARIS = new ClientSubnetOption(24, InetAddress.ofLiteral("203.0.113.0"));

    @Test
    void whatIsTheSameForEverybodyHoldsForEverybody() throws Exception {
        try (RunningServer dns = new RunningServer(
                RunningServer.freeAddress(), RunningServer.settings(true, 0), StaticZonesTest.tree())) {
            assertThat(scope(dns, "mail.customer1.example", Type.A, Rcode.NOERROR))
                    .as("a record")
                    .isZero();
            assertThat(scope(dns, "mail.customer1.example", Type.CAA, Rcode.NOERROR))
                    .as("no record")
                    .isZero();
            assertThat(scope(dns, "nothing.customer1.example", Type.A, Rcode.NXDOMAIN))
                    .as("no name")
                    .isZero();
            assertThat(scope(dns, "www.customer1.example", Type.AAAA, Rcode.NOERROR))
                    .as("a steered name without addresses of this family")
                    .isZero();
            assertThat(scope(dns, "www.customer1.example", Type.MX, Rcode.NOERROR))
                    .as("a steered name's other types")
                    .isZero();
            assertThat(scope(dns, "www.elsewhere.example", Type.A, Rcode.REFUSED))
                    .as("not ours")
                    .isZero();
        }
    }

    @Test
    void clientThatIsKeptAtItsServerIsAnsweredForItsPrefixOnly() throws Exception {
        try (RunningServer dns = RunningServer.start()) {
            Message first = ask(dns, "www.customer1.example", Type.A);
            assertThat(scope(first)).as("chosen for it").isEqualTo(24);
            Message again = ask(dns, "www.customer1.example", Type.A);
            assertThat(again.getSection(Section.ANSWER)).isEqualTo(first.getSection(Section.ANSWER));
            assertThat(scope(again)).as("kept for it").isEqualTo(24);
        }
    }

    @Test
    void nothingThatIsUpIsNothingForEverybody() throws Exception {
        ActiveTree tree = TestTrees.active(
                1,
                TestTrees.NETWORK.replace(
                        "dynamic: {extends: default,", "dynamic: {extends: default, when-all-down: none,"));
        try (RunningServer dns =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree)) {
            ask(dns, "www.customer1.example", Type.A);
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
                    dns.knowledge.take(
                            NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
                }
            }
            Message denied = ask(dns, "www.customer1.example", Type.A);
            assertThat(denied.getSection(Section.ANSWER)).isEmpty();
            assertThat(denied.getSection(Section.AUTHORITY).getFirst().getType())
                    .isEqualTo(Type.SOA);
            assertThat(scope(denied)).isZero();
        }
    }

    private static int scope(RunningServer dns, String name, int type, int rcode) throws IOException {
        Message answer = ask(dns, name, type);
        assertThat(answer.getRcode()).isEqualTo(rcode);
        return scope(answer);
    }

    private static Message ask(RunningServer dns, String name, int type) throws IOException {
        Message query = RunningServer.query(name, type);
        query.addRecord(new OPTRecord(1232, 0, 0, 0, PARIS), Section.ADDITIONAL);
        return dns.ask(query, "127.250.53.9");
    }

    /** The rest of the option is the client's own, given back (RFC 7871, 7.2.1). */
    private static int scope(Message answer) {
        List<EDNSOption> told = answer.getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET);
        assertThat(told).hasSize(1);
        ClientSubnetOption subnet = (ClientSubnetOption) told.getFirst();
        assertThat(subnet.getAddress()).isEqualTo(PARIS.getAddress());
        assertThat(subnet.getSourcePrefixLength()).isEqualTo(PARIS.getSourcePrefixLength());
        return subnet.getScopePrefixLength();
    }
}
