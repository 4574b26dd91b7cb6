package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.platform.tree.ActiveTree;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Customers' zones on the wire: static records beside steered names, wildcards, aliases, delegations. */
class StaticZonesTest extends NameServerStory {
    static final String RECORDS = """
            @        MX    10 mail
            @        TXT   "v=spf1 mx -all"
            @        CAA   0 issue "ca.example"
            mail     A     192.0.2.25
                     AAAA  2001:db8::25
            www      TXT   "beside steered addresses"
            www      HTTPS 1 . alpn=h2
            ftp      CNAME www
            old      CNAME ftp
            away     CNAME www.elsewhere.example.
            lost     CNAME nothing
            inside   CNAME edge1.westusa.pop.example.
            tolab    CNAME host.lab
            two      CNAME www.customer2.example.
            *.dyn    A     192.0.2.7
            *.dyn    TXT   "wild"
            real.dyn TXT   "real"
            x.y.dyn  TXT   "deep"
            *.alias  CNAME www
            _sip._tcp SRV  1 2 5060 mail
            a.b.c    PTR   mail
            lab      NS    ns.lab
            lab      NS    ns.elsewhere.example.
            ns.lab   A     192.0.2.53
            ns.lab   AAAA  2001:db8::53
            """;

    static ActiveTree withStaticRecords() {
        return TestTrees.active(7, network());
    }

    @Override
    ActiveTree tree() {
        return withStaticRecords();
    }

    static String network() {
        String zones = "    zones:\n      customer1.example:\n        records: |\n" + RECORDS.indent(10);
        return TestTrees.NETWORK.replace("  customer2:\n    servers", zones + "  customer2:\n    servers");
    }

    @Test
    void zoneHasOneApexAndItsSteeredNamesLieInIt() throws Exception {
        Message soa = dns.ask("customer1.example", Type.SOA);
        assertThat(((SOARecord) soa.getSection(Section.ANSWER).getFirst()).getSerial())
                .isEqualTo(7);
        Message ns = dns.ask("customer1.example", Type.NS);
        assertThat(answers(ns)).containsExactly("dns.westusa.pop.example.", "dns.eastusa.pop.example.");
        assertThat(ns.getSection(Section.ADDITIONAL)).hasSize(2);
        assertThat(answers("customer1.example", Type.MX)).containsExactly("10 mail.customer1.example.");
        assertThat(answers("customer1.example", Type.CAA)).containsExactly("0 issue \"ca.example\"");
        denied("customer1.example", Type.A, Rcode.NOERROR);
        denied("www.customer1.example", Type.SOA, Rcode.NOERROR);
        denied("www.customer1.example", Type.NS, Rcode.NOERROR);
        denied("nothing.www.customer1.example", Type.A, Rcode.NXDOMAIN);
    }

    @Test
    void staticRecordsStandBesideSteeredAddresses() throws Exception {
        assertThat(answers("www.customer1.example", Type.A)).hasSize(1).allMatch(a -> a.startsWith("10.1.1."));
        assertThat(answers("www.customer1.example", Type.TXT)).containsExactly("\"beside steered addresses\"");
        assertThat(answers("www.customer1.example", Type.HTTPS)).containsExactly("1 . alpn=h2");
        denied("www.customer1.example", Type.MX, Rcode.NOERROR);
        denied("static.customer1.example", Type.TXT, Rcode.NOERROR);
    }

    @Test
    void domainWithoutAZoneIsAZoneOfItsOwn() throws Exception {
        Message noData = dns.ask("www.customer2.example", Type.MX);
        assertThat(noData.getSection(Section.AUTHORITY).getFirst().getName()).hasToString("www.customer2.example.");
        assertThat(dns.ask("customer2.example", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void aliasIsAnsweredWholeWithWhatItLeadsTo() throws Exception {
        Message answer = dns.ask("old.customer1.example", Type.A);
        assertThat(answer.getSection(Section.ANSWER))
                .extracting(r -> r.getName() + " " + Type.string(r.getType()))
                .containsExactly(
                        "old.customer1.example. CNAME", "ftp.customer1.example. CNAME", "www.customer1.example. A");
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answers("two.customer1.example", Type.A)).hasSize(2);
        assertThat(answers("old.customer1.example", Type.TXT)).endsWith("\"beside steered addresses\"");
        assertThat(answers("old.customer1.example", Type.CNAME)).containsExactly("ftp.customer1.example.");
        assertThat(answers("old.customer1.example", Type.ANY)).containsExactly("ftp.customer1.example.");
        assertThat(answers("away.customer1.example", Type.A)).containsExactly("www.elsewhere.example.");
        assertThat(answers("q.alias.customer1.example", Type.A)).hasSize(2);
    }

    @Test
    void aliasToWhatIsNotThereSaysSoAndNeverTellsTheNetworksOwnNames() throws Exception {
        Message lost = dns.ask("lost.customer1.example", Type.A);
        assertThat(lost.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(lost.getSection(Section.ANSWER)).hasSize(1);
        assertThat(lost.getSection(Section.AUTHORITY)).hasSize(1);
        Message noData = dns.ask("ftp.customer1.example", Type.MX);
        assertThat(noData.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(noData.getSection(Section.ANSWER)).hasSize(1);
        assertThat(noData.getSection(Section.AUTHORITY)).hasSize(1).allMatch(SOARecord.class::isInstance);
        assertThat(answers("inside.customer1.example", Type.A)).containsExactly("edge1.westusa.pop.example.");
        assertThat(answers("tolab.customer1.example", Type.A)).containsExactly("host.lab.customer1.example.");
    }

    @Test
    void wildcardStandsForNamesThatDoNotExistAndForNoOthers() throws Exception {
        assertThat(answers("any.dyn.customer1.example", Type.A)).containsExactly("192.0.2.7");
        assertThat(dns.ask("ANY.dyn.customer1.example", Type.A)
                        .getSection(Section.ANSWER)
                        .getFirst()
                        .getName())
                .hasToString("ANY.dyn.customer1.example.");
        assertThat(answers("a.b.any.dyn.customer1.example", Type.TXT)).containsExactly("wild");
        assertThat(answers("*.dyn.customer1.example", Type.A)).containsExactly("192.0.2.7");
        denied("any.dyn.customer1.example", Type.MX, Rcode.NOERROR);
        denied("real.dyn.customer1.example", Type.A, Rcode.NOERROR);
        denied("y.dyn.customer1.example", Type.A, Rcode.NOERROR);
        denied("z.y.dyn.customer1.example", Type.A, Rcode.NXDOMAIN);
        denied("sub.real.dyn.customer1.example", Type.A, Rcode.NXDOMAIN);
        denied("dyn.customer1.example", Type.A, Rcode.NOERROR);
    }

    @Test
    void emptyNonTerminalsExist() throws Exception {
        for (String name : List.of("b.c", "c", "_tcp")) {
            denied(name + ".customer1.example", Type.A, Rcode.NOERROR);
        }
        denied("d.c.customer1.example", Type.A, Rcode.NXDOMAIN);
        assertThat(answers("a.b.c.customer1.example", Type.PTR)).containsExactly("mail.customer1.example.");
        assertThat(answers("_sip._tcp.customer1.example", Type.SRV))
                .containsExactly("1 2 5060 mail.customer1.example.");
    }

    @Test
    void delegatedNamesAreReferredWithGlue() throws Exception {
        for (String name : List.of("lab", "host.lab", "ns.lab", "a.b.lab")) {
            Message referral = dns.ask(name + ".customer1.example", Type.A);
            assertThat(referral.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(referral.getHeader().getFlag(Flags.AA)).as(name).isFalse();
            assertThat(referral.getSection(Section.ANSWER)).isEmpty();
            assertThat(referral.getSection(Section.AUTHORITY))
                    .extracting(Record::toString)
                    .extracting(text -> text.replaceAll("\\s+", " "))
                    .containsExactly(
                            "lab.customer1.example. 3600 IN NS ns.lab.customer1.example.",
                            "lab.customer1.example. 3600 IN NS ns.elsewhere.example.");
            assertThat(referral.getSection(Section.ADDITIONAL))
                    .extracting(Record::rdataToString)
                    .containsExactly("192.0.2.53", "2001:db8:0:0:0:0:0:53");
        }
        denied("lab.customer1.example", Type.DS, Rcode.NOERROR);
        assertThat(dns.ask("host.lab.customer1.example", Type.DS).getHeader().getFlag(Flags.AA))
                .isFalse();
    }

    @Test
    void referralWhoseGlueDoesNotFitIsTruncated() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 13; i++) {
            many.append("big NS a-name-server-with-a-long-name-").append(i).append(".big\n");
            many.append("a-name-server-with-a-long-name-" + i + ".big A 192.0.2." + i + "\n");
            many.append("a-name-server-with-a-long-name-" + i + ".big AAAA 2001:db8::" + i + "\n");
        }
        String text = tree().text()
                .replace(
                        RECORDS.indent(10), RECORDS.indent(10) + many.toString().indent(10));
        dns.activate(TestTrees.active(8, text));
        Message query = RunningServer.query("x.big.customer1.example", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        Message cut = dns.ask(query, CLIENT);
        assertThat(cut.getHeader().getFlag(Flags.TC)).isTrue();
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            Message whole = tcp.ask(query);
            assertThat(whole.getSection(Section.AUTHORITY)).hasSize(13);
            assertThat(whole.getSection(Section.ADDITIONAL)).hasSize(27);
        }
    }

    @Test
    void apexOfAZoneCanBeSteered() throws Exception {
        String text = tree().text()
                .replace(
                        "      www.customer1.example:\n",
                        "      customer1.example: {candidates: [pops]}\n      www.customer1.example:\n");
        dns.activate(TestTrees.active(9, text));
        assertThat(answers("customer1.example", Type.A)).hasSize(1);
        assertThat(answers("customer1.example", Type.MX)).hasSize(1);
        assertThat(answers("customer1.example", Type.NS)).hasSize(2);
        assertThat(answers("any.dyn.customer1.example", Type.A)).containsExactly("192.0.2.7");
    }

    @Test
    void reverseZoneIsAZoneLikeAnyOther() throws Exception {
        String text = tree().text()
                .replace(
                        "    zones:\n",
                        "    zones:\n      2.0.192.in-addr.arpa:\n        records: |\n"
                                + "          25 PTR mail.customer1.example.\n");
        dns.activate(TestTrees.active(10, text));
        assertThat(answers("25.2.0.192.in-addr.arpa", Type.PTR)).containsExactly("mail.customer1.example.");
    }

    private void denied(String name, int type, int rcode) throws IOException {
        Message answer = dns.ask(name, type);
        assertThat(answer.getRcode()).as(name).isEqualTo(rcode);
        assertThat(answer.getSection(Section.ANSWER)).as(name).isEmpty();
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        SOARecord soa = (SOARecord) answer.getSection(Section.AUTHORITY).getFirst();
        assertThat(soa.getName()).hasToString("customer1.example.");
        assertThat(soa.getTTL()).isEqualTo(Math.min(soa.getTTL(), soa.getMinimum()));
    }

    private List<String> answers(String name, int type) throws IOException {
        return answers(dns.ask(name, type));
    }

    private static List<String> answers(Message answer) {
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        return answer.getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .toList();
    }
}
