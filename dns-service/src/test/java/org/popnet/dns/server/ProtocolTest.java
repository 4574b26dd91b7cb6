package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What the protocol prescribes for questions, flags and EDNS, and for what is no question or does not fit. */
class ProtocolTest extends NameServerStory {
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
        assertThat(dns.ask(chaos, CLIENT).getRcode()).isEqualTo(Rcode.REFUSED);

        for (int opcode = 1; opcode < 16; opcode++) {
            byte[] header = new byte[12];
            header[1] = 7;
            header[2] = (byte) (opcode << 3);
            Header reply = new Message(dns.udp(header, CLIENT, 5000)).getHeader();
            assertThat(reply.getRcode()).isEqualTo(Rcode.NOTIMP);
            assertThat(reply.getOpcode()).isEqualTo(opcode);
            assertThat(reply.getID()).isEqualTo(7);
        }
        assertThat(new Message(dns.udp(new byte[12], CLIENT, 5000)).getRcode()).isEqualTo(Rcode.FORMERR);

        for (int flag : new int[] {Flags.RD, Flags.AD, Flags.CD, Flags.TC, Flags.AA, Flags.RA}) {
            Message query = RunningServer.query("www.customer1.example", Type.A);
            query.getHeader().unsetFlag(Flags.RD);
            query.getHeader().setFlag(flag);
            Header reply = dns.ask(query, CLIENT).getHeader();
            assertThat(reply.getRcode()).as("flag %d", flag).isEqualTo(Rcode.NOERROR);
            assertThat(reply.getFlag(Flags.AD)).isFalse();
            assertThat(reply.getFlag(Flags.RA)).isFalse();
            assertThat(reply.getFlag(Flags.TC)).isFalse();
            assertThat(reply.getFlag(Flags.RD)).isEqualTo(flag == Flags.RD);
        }
        byte[] reserved = RunningServer.query("www.customer1.example", Type.A).toWire();
        reserved[3] |= 0x40;
        assertThat(dns.udp(reserved, CLIENT, 5000)[3] & 0x40).isZero();
    }

    @Test
    void ednsIsAnsweredAsPrescribed() throws Exception {
        Message plain = dns.ask("www.customer1.example", Type.A);
        assertThat(plain.getOPT()).isNull();
        for (int version = 0; version < 3; version++) {
            Message query = RunningServer.query("www.customer1.example", Type.A);
            query.addRecord(new OPTRecord(4096, 0, version, 0x8000 | 0x40), Section.ADDITIONAL);
            Message answer = dns.ask(query, CLIENT);
            assertThat(answer.getOPT().getVersion()).isZero();
            assertThat(answer.getOPT().getPayloadSize()).isEqualTo(1232);
            assertThat(answer.getOPT().getFlags()).isEqualTo(0x8000);
            assertThat(answer.getRcode()).isEqualTo(version == 0 ? Rcode.NOERROR : Rcode.BADVERS);
            assertThat(answer.getSection(Section.ANSWER)).hasSize(version == 0 ? 1 : 0);
        }
        Message twice = RunningServer.query("www.customer1.example", Type.A);
        twice.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        twice.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        assertThat(dns.ask(twice, CLIENT).getRcode()).isEqualTo(Rcode.FORMERR);
        Message nsid = with(RunningServer.query("www.customer1.example", Type.A), new NSIDOption(new byte[0]));
        NSIDOption told = (NSIDOption)
                dns.ask(nsid, CLIENT).getOPT().getOptions(EDNSOption.Code.NSID).getFirst();
        assertThat(told).isEqualTo(new NSIDOption("dns.westusa".getBytes(StandardCharsets.US_ASCII)));
    }

    /** An unknown family, a scope in a query, and bits beyond the prefix (RFC 7871, 7.1.2 and 6). */
    @Test
    void malformedClientSubnetIsAFormatError() throws Exception {
        for (String subnet : List.of("0003 18 00 c63364", "0001 18 08 c63364", "0001 17 00 c63365")) {
            byte[] data = HexFormat.of().parseHex(subnet.replace(" ", ""));
            Message query = with(
                    RunningServer.query("www.customer1.example", Type.A),
                    new GenericEDNSOption(EDNSOption.Code.CLIENT_SUBNET, data));
            Message answer = dns.ask(query, CLIENT);
            assertThat(answer.getRcode()).as(subnet).isEqualTo(Rcode.FORMERR);
            assertThat(answer.getSection(Section.ANSWER)).isEmpty();
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

    /** 512 bytes without EDNS (RFC 1035), what the client says with it, and never more than 1,232 (RFC 9715). */
    @Test
    void sizeThatTheClientTakesDecidesWhatIsTruncated() throws Exception {
        String text = "            long TXT \"" + "x".repeat(255) + "\" \"" + "y".repeat(255) + "\"\n";
        String longer = "            longer TXT" + (" \"" + "z".repeat(255) + "\"").repeat(5) + "\n";
        String zones = "    zones:\n      customer1.example:\n        records: |\n" + text + longer;
        dns.activate(TestTrees.active(
                2, TestTrees.NETWORK.replace("  customer2:\n    servers", zones + "  customer2:\n    servers")));
        assertThat(truncated("long", 0)).as("no EDNS").isTrue();
        assertThat(truncated("long", 1)).as("a size below 512 means 512").isTrue();
        assertThat(truncated("long", 512)).isTrue();
        assertThat(truncated("long", 600)).isFalse();
        assertThat(truncated("long", 1232)).isFalse();
        assertThat(truncated("longer", 1232)).isTrue();
        assertThat(truncated("longer", 4096)).as("whatever the client takes").isTrue();
    }

    /** @param size 0 for a query without EDNS */
    private boolean truncated(String label, int size) throws IOException {
        Message query = RunningServer.query(label + ".customer1.example", Type.TXT);
        if (size > 0) {
            query.addRecord(new OPTRecord(size, 0, 0), Section.ADDITIONAL);
        }
        Message answer = dns.ask(query, CLIENT);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getOPT() != null).as("OPT is kept").isEqualTo(size > 0);
        boolean truncated = answer.getHeader().getFlag(Flags.TC);
        assertThat(answer.getSection(Section.ANSWER)).hasSize(truncated ? 0 : 1);
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            Message whole = tcp.ask(query);
            assertThat(whole.getHeader().getFlag(Flags.TC)).isFalse();
            assertThat(whole.getSection(Section.ANSWER)).hasSize(1);
        }
        return truncated;
    }

    @Test
    void responsesAndFragmentsAreNeverAnswered() throws Exception {
        byte[] response = RunningServer.query("www.customer1.example", Type.A).toWire();
        response[2] |= (byte) 0x80;
        assertThat(dns.udp(response, CLIENT, 200)).isNull();
        assertThat(dns.udp(new byte[11], CLIENT, 200)).isNull();
        assertThat(dns.counter("popnet.dns.drops", "reason", "response")).isEqualTo(1);
        assertThat(dns.counter("popnet.dns.drops", "reason", "short")).isEqualTo(1);
    }
}
