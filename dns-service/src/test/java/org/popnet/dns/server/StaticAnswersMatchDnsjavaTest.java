package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.steering.Address;
import org.popnet.dns.zone.ZoneCompiler;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SetResponse;
import org.xbill.DNS.Type;
import org.xbill.DNS.Zone;

/**
 * Generated zones with records of every type: what is answered is, byte for byte, what dnsjava's {@link Zone} finds and
 * dnsjava encodes.
 */
class StaticAnswersMatchDnsjavaTest {
    private static final int[] TYPES = {
        Type.A,
        Type.AAAA,
        Type.CNAME,
        Type.MX,
        Type.TXT,
        Type.CAA,
        Type.SRV,
        Type.PTR,
        Type.NS,
        Type.HTTPS,
        Type.SVCB,
        Type.NAPTR,
        Type.SSHFP,
        Type.TLSA,
        Type.SOA
    };
    private static final String APEX = "customer1.example";

    private final Random random = new Random(20261125);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L);
    private final QueryPipeline pipeline = RunningServer.pipeline(knowledge);
    private final Exchange udp = RunningServer.exchange(Exchange.Transport.UDP, 4096, 1232, 1);
    private final Exchange tcp = RunningServer.exchange(Exchange.Transport.TCP, 4096, 65535, 1);

    private final Set<String> owners = new TreeSet<>();
    private final Set<String> aliases = new TreeSet<>();

    @Test
    void everyAnswerIsWhatDnsjavaFindsAndEncodes() throws Exception {
        int[] seen = new int[Type.CAA + 1];
        for (int tree = 1; tree <= 60; tree++) {
            Zone zone = generate(tree);
            for (int i = 0; i < 150; i++) {
                int type = TYPES[random.nextInt(TYPES.length)];
                seen[type] += compare(zone, name(), type, i % 4 == 0 ? tcp : udp);
            }
        }
        for (int type : TYPES) {
            assertThat(seen[type]).as("answers of type %s", Type.string(type)).isGreaterThan(5);
        }
    }

    private String name() {
        String owner = new ArrayList<>(owners).get(random.nextInt(owners.size()));
        String real = owner.replace("*", label());
        return switch (random.nextInt(5)) {
            case 0 -> label() + "." + real;
            case 1 -> real.length() > APEX.length() ? real.substring(real.indexOf('.') + 1) : real;
            default -> real;
        };
    }

    private int compare(Zone zone, String asked, int type, Exchange x) throws IOException {
        Message query = Message.newQuery(Record.newRecord(Name.fromString(asked + "."), type, DClass.IN));
        if (random.nextBoolean()) {
            query.addRecord(new OPTRecord(512 + random.nextInt(2000), 0, 0), Section.ADDITIONAL);
        }
        byte[] wire = query.toWire();
        System.arraycopy(wire, 0, x.in, 0, wire.length);
        x.inLength = wire.length;
        InetAddress source = InetAddress.ofLiteral("192.0.2.1");
        x.sourceHigh = Address.high(source);
        x.sourceLow = Address.low(source);
        byte[] answer = Arrays.copyOf(x.answer.bytes(), pipeline.respond(x));
        Message expected = expected(zone, query, type);
        int limit = x == tcp
                ? 65535
                : query.getOPT() == null ? 512 : Math.clamp(query.getOPT().getPayloadSize(), 512, 1232);
        assertThat(answer).as("%s %s%n%s", asked, Type.string(type), expected).isEqualTo(expected.toWire(limit));
        return expected.getSection(Section.ANSWER).isEmpty() ? 0 : 1;
    }

    /** The name itself if it exists, else the wildcard that stands for it, else null. */
    private @Nullable Name source(Name name) throws IOException {
        Set<Name> existing = new HashSet<>();
        for (String owner : owners) {
            Name at = Name.fromString(owner + ".");
            for (int cut = 0; cut < at.labels() - 2; cut++) {
                existing.add(cut == 0 ? at : new Name(at, cut));
            }
        }
        if (existing.contains(name)) {
            return name;
        }
        Name encloser = new Name(name, 1);
        while (!existing.contains(encloser)) {
            encloser = new Name(encloser, 1);
        }
        Name wildcard = Name.concatenate(Name.fromString("*"), encloser);
        return existing.contains(wildcard) ? wildcard : null;
    }

    private Message expected(Zone zone, Message query, int type) throws IOException {
        Message expected = new Message(query.getHeader().getID());
        expected.getHeader().setFlag(Flags.QR);
        expected.getHeader().setFlag(Flags.RD);
        expected.getHeader().setFlag(Flags.AA);
        expected.addRecord(query.getQuestion(), Section.QUESTION);
        Name name = query.getQuestion().getName();
        Name apex = zone.getOrigin();
        for (int alias = 0; name.subdomain(apex); alias++) {
            // dnsjava knows no closest encloser and no NODATA of wildcards (RFC 4592): these are found here.
            Name source = source(name);
            SetResponse found = zone.findRecords(source == null ? name : source, type);
            boolean denied = source == null && !found.isDelegation();
            if (!denied && found.isCNAME()) {
                CNAMERecord cname = found.getCNAME();
                expected.addRecord(at(cname, name), Section.ANSWER);
                name = cname.getTarget();
                continue;
            }
            if (!denied && found.isSuccessful()) {
                for (RRset set : found.answers()) {
                    for (Record record : set.rrs(false)) {
                        expected.addRecord(at(record, name), Section.ANSWER);
                    }
                }
                boolean servers = type == Type.NS && name.equals(apex);
                if (type == Type.CNAME) {
                    break;
                }
                if (servers) {
                    expected.addRecord(address("dns.westusa.pop.example.", "10.0.1.1"), Section.ADDITIONAL);
                    expected.addRecord(address("dns.eastusa.pop.example.", "10.0.2.1"), Section.ADDITIONAL);
                }
            } else if (found.isDelegation()) {
                if (alias == 0) {
                    expected.getHeader().unsetFlag(Flags.AA);
                    for (Record ns : found.getNS().rrs(false)) {
                        expected.addRecord(ns, Section.AUTHORITY);
                    }
                    for (Record ns : found.getNS().rrs(false)) {
                        Name host = ((NSRecord) ns).getTarget();
                        for (int family : new int[] {Type.A, Type.AAAA}) {
                            RRset glue = zone.findExactMatch(host, family);
                            if (glue != null) {
                                glue.rrs(false).forEach(r -> expected.addRecord(r, Section.ADDITIONAL));
                            }
                        }
                    }
                }
            } else {
                if (denied) {
                    expected.getHeader().setRcode(Rcode.NXDOMAIN);
                }
                expected.addRecord(zone.getSOA(), Section.AUTHORITY);
            }
            break;
        }
        if (query.getOPT() != null) {
            expected.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        }
        return expected;
    }

    private static Record at(Record record, Name owner) throws IOException {
        return Record.newRecord(owner, record.getType(), DClass.IN, record.getTTL(), record.rdataToWireCanonical());
    }

    private static Record address(String owner, String address) throws IOException {
        return Record.fromString(Name.fromString(owner), Type.A, DClass.IN, 300, address, Name.root);
    }

    private Zone generate(int generation) throws IOException {
        owners.clear();
        aliases.clear();
        List<String> lines = new ArrayList<>();
        owners.add(APEX);
        records(APEX, lines);
        int names = 3 + random.nextInt(12);
        for (int i = 0; i < names; i++) {
            String base = new ArrayList<>(owners).get(random.nextInt(owners.size()));
            if (base.startsWith("*") || base.contains("cut")) {
                continue;
            }
            String owner = (random.nextInt(5) == 0 && !base.equals(APEX) ? "*" : label() + i) + "." + base;
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (aliases.contains(base) || owners.contains(owner)) {
                        continue;
                    }
                    lines.add("%s. %d CNAME %s.".formatted(owner, 60 + i, target()));
                    aliases.add(owner);
                }
                case 1 -> {
                    String cut = "cut" + i + "." + APEX;
                    lines.add(cut + ". NS ns." + cut + ".");
                    lines.add(cut + ". NS ns.elsewhere.example.");
                    lines.add("ns." + cut + ". A 192.0.2." + i);
                    lines.add("ns." + cut + ". AAAA 2001:db8::" + i);
                    owner = cut;
                }
                default -> {
                    if (owners.contains(owner)) {
                        continue;
                    }
                    records(owner, lines);
                }
            }
            owners.add(owner);
        }
        String zones = "    zones:\n      customer1.example:\n        records: |\n"
                + String.join("\n", lines).indent(10);
        // Steered names are another test's.
        String text = TestTrees.NETWORK
                .replaceAll("(www|static)\\.customer1\\.example", "$1.customer1.net")
                .replace("  customer2:\n    servers", zones + "  customer2:\n    servers");
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(generation, text), TestTrees.SELF));
        return zone(generation, lines);
    }

    private static Zone zone(int generation, List<String> lines) throws IOException {
        Name apex = Name.fromString(APEX + ".");
        List<Record> records = new ArrayList<>();
        records.add(new SOARecord(
                apex,
                DClass.IN,
                60,
                Name.fromString("dns.westusa.pop.example."),
                Name.fromString("hostmaster.pop.example."),
                generation,
                3600,
                600,
                604800,
                60));
        for (String server : List.of("dns.westusa.pop.example.", "dns.eastusa.pop.example.")) {
            records.add(new NSRecord(apex, DClass.IN, 300, Name.fromString(server)));
        }
        for (String line : lines) {
            String[] words = line.split(" ", 2);
            String[] rest = words[1].split(" ", 2);
            boolean ttl = Character.isDigit(rest[0].charAt(0));
            String[] typed = ttl ? rest[1].split(" ", 2) : rest;
            records.add(Record.fromString(
                    Name.fromString(words[0]),
                    Type.value(typed[0]),
                    DClass.IN,
                    ttl ? Long.parseLong(rest[0]) : 3600,
                    typed[1],
                    Name.root));
        }
        return new Zone(apex, records.toArray(Record[]::new));
    }

    private void records(String owner, List<String> lines) {
        for (int i = 0; i <= random.nextInt(5); i++) {
            int n = random.nextInt(250);
            String type = Type.string(TYPES[random.nextInt(TYPES.length)]);
            String data =
                    switch (type) {
                        case "A" -> "192.0.2." + n;
                        case "AAAA" -> "2001:db8::" + n;
                        case "MX" -> n + " " + target() + ".";
                        case "TXT" -> "\"" + "text ".repeat(random.nextInt(45)) + n + "\" \"more\"";
                        case "CAA" -> "0 issue \"ca" + n + ".example\"";
                        case "SRV" -> "1 2 " + n + " " + target() + ".";
                        case "PTR" -> target() + ".";
                        case "HTTPS" -> n + 1 + " . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1";
                        case "SVCB" -> "0 " + target() + ".";
                        case "NAPTR" -> n + " 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@a.example!\" .";
                        case "SSHFP" -> "1 1 " + "%02x".formatted(n).repeat(20);
                        case "TLSA" -> "3 1 1 " + "%02x".formatted(n).repeat(32);
                        default -> "";
                    };
            String line = owner + ". " + type + " " + data;
            if (!data.isEmpty() && !lines.contains(line)) {
                lines.add(line);
            }
        }
        if (lines.stream().noneMatch(l -> l.startsWith(owner + ". "))) {
            lines.add(owner + ". TXT \"at least one\"");
        }
    }

    /** A name that is no alias: of this zone, absent from it, or elsewhere. */
    private String target() {
        List<String> known = owners.stream()
                .filter(o -> !aliases.contains(o) && !o.startsWith("*"))
                .toList();
        return switch (random.nextInt(3)) {
            case 0 -> "mx." + label() + ".net";
            case 1 -> label() + "." + APEX;
            default -> known.get(random.nextInt(known.size()));
        };
    }

    private String label() {
        return random.ints(2 + random.nextInt(6), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
