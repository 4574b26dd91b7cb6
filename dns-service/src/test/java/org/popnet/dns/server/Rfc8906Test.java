package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The checks of RFC 8906, section 8, over every way into the server: each gets its reply, none gets silence. */
class Rfc8906Test {
    private static final int EXPIRE = 9;
    private static final int UNKNOWN_OPTION = 100;
    private static final int META_TYPES_FROM = 128;

    enum Way {
        BATCHED_UDP,
        PLAIN_UDP,
        TCP
    }

    /** A query, what it is called there, and the code that it shall get. */
    private record Row(String name, Message query, int rcode) {}

    @ParameterizedTest
    @EnumSource
    void everyCheckGetsItsReply(Way way) throws Exception {
        DnsSettings settings = RunningServer.settings(way != Way.PLAIN_UDP, 0);
        try (RunningServer dns =
                        new RunningServer(RunningServer.freeAddress(), settings, StaticZonesTest.withStaticRecords());
                TcpClient tcp = new TcpClient(dns.address, "127.250.53.9")) {
            for (Row row : rows()) {
                Message reply = way == Way.TCP ? tcp.ask(row.query) : dns.ask(row.query, "127.250.53.9");
                check(row, reply);
            }
        }
    }

    private static void check(Row row, Message reply) {
        Header asked = row.query.getHeader();
        Header told = reply.getHeader();
        assertThat(reply.getRcode()).as(row.name).isEqualTo(row.rcode);
        assertThat(told.getID()).as(row.name).isEqualTo(asked.getID());
        assertThat(told.getFlag(Flags.QR)).as(row.name).isTrue();
        assertThat(told.getOpcode()).as(row.name).isEqualTo(asked.getOpcode());
        assertThat(told.getFlag(Flags.RD)).as(row.name).isEqualTo(asked.getFlag(Flags.RD));
        assertThat(told.getFlag(Flags.RA)).as(row.name).isFalse();
        assertThat(told.getFlag(Flags.AD)).as(row.name).isFalse();
        assertThat(reply.getQuestion()).as(row.name).isEqualTo(row.query.getQuestion());
        OPTRecord sent = row.query.getOPT();
        OPTRecord came = reply.getOPT();
        assertThat(came == null).as(row.name).isEqualTo(sent == null);
        if (came != null && sent != null) {
            assertThat(came.getVersion()).as(row.name).isZero();
            assertThat(came.getFlags() & 0x7fff).as(row.name).isZero();
            assertThat(came.getFlags() & 0x8000).as(row.name).isEqualTo(sent.getFlags() & 0x8000);
            assertThat(came.getOptions()).as(row.name).noneMatch(option -> option.getCode() == UNKNOWN_OPTION);
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String name : List.of(
                "customer1.example",
                "www.customer1.example",
                "mail.customer1.example",
                "old.customer1.example",
                "x.dyn.customer1.example",
                "pop.example")) {
            for (int type = 1; type <= 300; type++) {
                rows.add(new Row(name + " " + Type.string(type), RunningServer.query(name, type), ofType(type)));
            }
            for (int type : new int[] {1000, 32768, 32769, 65280, 65535}) {
                rows.add(new Row(name + " TYPE" + type, RunningServer.query(name, type), Rcode.NOERROR));
            }
        }
        int[] flags = {Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD};
        for (int set = 0; set < 1 << flags.length; set++) {
            for (boolean edns : new boolean[] {false, true}) {
                Message query = edns ? with(new OPTRecord(1232, 0, 0, 0x8000)) : soa();
                query.getHeader().unsetFlag(Flags.RD);
                for (int i = 0; i < flags.length; i++) {
                    if ((set & 1 << i) != 0) {
                        query.getHeader().setFlag(flags[i]);
                    }
                }
                rows.add(new Row("flags " + query.getHeader().printFlags() + " EDNS " + edns, query, Rcode.NOERROR));
            }
        }
        for (int opcode = 1; opcode < 16; opcode++) {
            Message query = soa();
            query.getHeader().setOpcode(opcode);
            rows.add(new Row("opcode " + opcode, query, Rcode.NOTIMP));
            Message edns = with(new OPTRecord(1232, 0, 0, 0x8000));
            edns.getHeader().setOpcode(opcode);
            rows.add(new Row("opcode " + opcode + " with EDNS", edns, Rcode.NOTIMP));
        }
        Message notify = with(new OPTRecord(1232, 0, 0, 0));
        notify.getHeader().setOpcode(Opcode.NOTIFY);
        notify.addRecord(
                Record.fromString(
                        notify.getQuestion().getName(),
                        Type.SOA,
                        DClass.IN,
                        60,
                        "ns.example. hostmaster.example. 8 3600 600 604800 60",
                        Name.root),
                Section.ANSWER);
        rows.add(new Row("NOTIFY as RFC 1996 has it", notify, Rcode.NOTIMP));
        EDNSOption unknown = new GenericEDNSOption(UNKNOWN_OPTION, new byte[] {1, 2, 3});
        for (int version = 0; version < 256; version += 85) {
            int rcode = version == 0 ? Rcode.NOERROR : Rcode.BADVERS;
            for (int bits : new int[] {0, 0x8000, 0x0040, 0x7fff, 0xffff}) {
                for (int size : new int[] {0, 512, 1232, 65535}) {
                    String name = "EDNS " + version + " flags " + bits + " size " + size;
                    rows.add(new Row(name, with(new OPTRecord(size, 0, version, bits)), rcode));
                    rows.add(
                            new Row(name + " and option", with(new OPTRecord(size, 0, version, bits, unknown)), rcode));
                }
            }
        }
        List<EDNSOption> several = List.of(
                new NSIDOption(new byte[0]),
                new CookieOption(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
                new ClientSubnetOption(24, InetAddress.ofLiteral("192.0.2.0")),
                new GenericEDNSOption(EXPIRE, new byte[0]),
                new GenericEDNSOption(EDNSOption.Code.TCP_KEEPALIVE, new byte[0]),
                new GenericEDNSOption(EDNSOption.Code.PADDING, new byte[20]));
        rows.add(new Row("options together", with(new OPTRecord(1232, 0, 0, 0, several)), Rcode.NOERROR));
        for (EDNSOption option : several) {
            rows.add(new Row(
                    "option " + option.getCode(), with(new OPTRecord(1232, 0, 0, 0, List.of(option))), Rcode.NOERROR));
        }
        return rows;
    }

    private static int ofType(int type) {
        return switch (type) {
            case Type.OPT -> Rcode.FORMERR;
            case Type.AXFR, Type.IXFR -> Rcode.REFUSED;
            default -> type >= META_TYPES_FROM && type < Type.ANY ? Rcode.NOTIMP : Rcode.NOERROR;
        };
    }

    private static Message soa() throws IOException {
        return RunningServer.query("customer1.example", Type.SOA);
    }

    private static Message with(OPTRecord opt) throws IOException {
        Message query = soa();
        query.addRecord(opt, Section.ADDITIONAL);
        return query;
    }
}
