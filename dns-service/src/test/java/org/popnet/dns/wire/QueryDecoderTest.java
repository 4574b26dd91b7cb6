package org.popnet.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.dns.wire.QueryDecoder.Verdict;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class QueryDecoderTest {
    private final Query query = new Query();

    @Test
    void nameIsReadInLowerCaseWithTheHashesOfItsSuffixes() throws Exception {
        assertThat(decode(message("WwW.CusTomer1.example", Type.AAAA))).isEqualTo(Verdict.ANSWER);
        WireName expected = WireName.of("www.customer1.example");
        assertThat(query.nameText()).isEqualTo("www.customer1.example");
        assertThat(expected.matches(query.name(), 0, query.nameLength())).isTrue();
        for (int label = 0; label < expected.labels(); label++) {
            assertThat(query.suffixHash(label)).isEqualTo(expected.suffixHash(label));
        }
        assertThat(query.suffixHash(1))
                .isEqualTo(WireName.of("customer1.example").hash());
        assertThat(query.type()).isEqualTo(Type.AAAA);
    }

    @Test
    void theRootIsAName() throws Exception {
        assertThat(decode(message("", Type.NS))).isEqualTo(Verdict.ANSWER);
        assertThat(query.labels()).isZero();
    }

    @Test
    void subnetMustBeWellFormed() throws Exception {
        assertThat(withOption(8, "0001 18 00 c63364")).isEqualTo(Verdict.ANSWER);
        assertThat(query.subnetKnown()).isTrue();
        assertThat(withOption(8, "0001 00 00")).isEqualTo(Verdict.ANSWER);
        assertThat(query.subnetKnown()).isFalse();
        assertThat(withOption(8, "0000 00 00")).as("dig +subnet=0").isEqualTo(Verdict.ANSWER);
        assertThat(query.subnetKnown()).isFalse();
        assertThat(withOption(8, "0000 08 00 c6")).as("an address of no family").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0002 30 00 20010db80001")).isEqualTo(Verdict.ANSWER);
        assertThat(withOption(8, "0003 18 00 c63364")).as("family").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001 18 08 c63364")).as("scope").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001 17 00 c63365")).as("stray bits").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001 18 00 c6336401")).as("too long").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001 18 00 c633")).as("too short").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001 21 00 c633640101")).as("33 bits").isEqualTo(Verdict.FORMERR);
        assertThat(withOption(8, "0001")).as("header").isEqualTo(Verdict.FORMERR);
    }

    /** They may look different there (RFC 6891, 6.1.3): the client learns our version, whatever it sent. */
    @Test
    void optionsOfAVersionToComeAreNotRead() throws Exception {
        byte[] garbage = edns("www.customer1.example", 8, "ffff");
        assertThat(decode(garbage)).isEqualTo(Verdict.FORMERR);
        int version = garbage.length - 6 - 2 - 3;
        assertThat(decode(with(garbage, version, 1))).isEqualTo(Verdict.BADVERS);
        assertThat(query.subnetKnown()).isFalse();
    }

    @Test
    void cookieHasEightOrSixteenToFortyBytes() throws Exception {
        for (int size = 0; size <= 48; size++) {
            boolean allowed = size == 8 || size >= 16 && size <= 40;
            assertThat(withOption(10, "00".repeat(size)))
                    .as("size %d", size)
                    .isEqualTo(allowed ? Verdict.ANSWER : Verdict.FORMERR);
        }
    }

    @Test
    void anythingButOneWholeQuestionIsMalformed() throws Exception {
        byte[] good = message("www.customer1.example", Type.A);
        assertThat(decode(with(good, 5, 2))).as("two questions").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 5, 0))).as("rest after the end").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 7, 1))).as("an answer").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 11, 1))).as("a missing record").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 12, 0xc0))).as("a pointer").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 12, 0x41))).as("an unknown label").isEqualTo(Verdict.FORMERR);
        assertThat(decode(with(good, 2, 0x80))).as("a response").isEqualTo(Verdict.DROP_RESPONSE);
        assertThat(decode(with(good, 2, 0x28))).as("opcode 5").isEqualTo(Verdict.NOTIMP);
        for (int length = 0; length < good.length; length++) {
            Verdict verdict = QueryDecoder.decode(good, length, query);
            assertThat(verdict).isEqualTo(length < 12 ? Verdict.DROP_SHORT : Verdict.FORMERR);
        }
    }

    @Test
    void nameOf255BytesIsTheLongest() {
        assertThat(decode(rawName(63, 63, 63, 61))).isEqualTo(Verdict.ANSWER);
        assertThat(query.nameLength()).isEqualTo(255);
        assertThat(decode(rawName(63, 63, 63, 62))).isEqualTo(Verdict.FORMERR);
        int[] shortest = new int[127];
        Arrays.fill(shortest, 1);
        assertThat(decode(rawName(shortest))).isEqualTo(Verdict.ANSWER);
        assertThat(query.labels()).isEqualTo(127);
    }

    /** A verdict on anything, and what is read as a query is one for dnsjava too. */
    @Test
    void mutatedPacketsNeverThrow() throws Exception {
        Random random = new Random(20261123);
        byte[][] seeds = {
            message("www.customer1.example", Type.A),
            edns("static.customer1.example", 8, "0001 18 00 c63364"),
            edns("_fetch._tcp.westusa.pop.example", 10, "0011223344556677"),
            rawName(63, 63, 63, 61),
        };
        byte[] buffer = new byte[600];
        int answered = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] seed = seeds[random.nextInt(seeds.length)];
            int length = seed.length;
            System.arraycopy(seed, 0, buffer, 0, length);
            for (int change = random.nextInt(6); change >= 0; change--) {
                switch (random.nextInt(3)) {
                    case 0 -> buffer[random.nextInt(length)] = (byte) random.nextInt();
                    case 1 -> buffer[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
                    default -> length = Math.max(1, Math.min(buffer.length, length + random.nextInt(9) - 4));
                }
            }
            if (QueryDecoder.decode(buffer, length, query) == Verdict.ANSWER) {
                answered++;
                byte[] question = Arrays.copyOf(buffer, query.questionEnd);
                Arrays.fill(question, 6, 12, (byte) 0);
                Record parsed = new Message(question).getQuestion();
                assertThat(parsed.getType()).isEqualTo(query.type());
                assertThat(parsed.getName().toWireCanonical())
                        .isEqualTo(Arrays.copyOf(query.name(), query.nameLength()));
            }
        }
        assertThat(answered).isGreaterThan(1000);
    }

    private Verdict decode(byte[] message) {
        return QueryDecoder.decode(message, message.length, query);
    }

    private Verdict withOption(int code, String hex) throws Exception {
        return decode(edns("www.customer1.example", code, hex));
    }

    private static byte[] message(String name, int type) throws Exception {
        Name owner = name.isEmpty() ? Name.root : Name.fromString(name + ".");
        return Message.newQuery(Record.newRecord(owner, type, DClass.IN)).toWire();
    }

    private static byte[] edns(String name, int code, String hex) throws Exception {
        Message message = Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN));
        message.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        byte[] plain = message.toWire();
        byte[] data = HexFormat.of().parseHex(hex.replace(" ", ""));
        byte[] whole = Arrays.copyOf(plain, plain.length + 4 + data.length);
        whole[plain.length - 1] = (byte) (4 + data.length);
        whole[plain.length + 1] = (byte) code;
        whole[plain.length + 3] = (byte) data.length;
        System.arraycopy(data, 0, whole, plain.length + 4, data.length);
        return whole;
    }

    private static byte[] with(byte[] message, int at, int value) {
        byte[] changed = message.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] rawName(int... labels) {
        int size = 1;
        for (int label : labels) {
            size += label + 1;
        }
        byte[] message = new byte[12 + size + 4];
        message[5] = 1;
        int at = 12;
        for (int label : labels) {
            message[at] = (byte) label;
            Arrays.fill(message, at + 1, at + 1 + label, (byte) 'a');
            at += label + 1;
        }
        message[at + 2] = 1;
        message[at + 4] = 1;
        return message;
    }
}
