package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.steering.Address;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.HINFORecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What the hot path encodes is, byte for byte, what dnsjava makes of the same answer; over generated trees. */
class AnswersMatchDnsjavaTest {
    private static final int[] TYPES = {Type.A, Type.AAAA, Type.NS, Type.SOA, Type.MX, Type.TXT, Type.ANY, Type.SRV};

    private final Random random = new Random(20261123);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L);
    private final QueryPipeline pipeline = RunningServer.pipeline(knowledge);
    private final Exchange exchange = RunningServer.exchange(Exchange.Transport.UDP, 4096, 1232, 1);

    private List<Node> nameServers;
    private List<String> domains;
    private int generation;

    private record Node(String name, String address) {}

    @Test
    void everyAnswerIsWhatDnsjavaWouldEncode() throws Exception {
        int compared = 0;
        for (int tree = 0; tree < 40; tree++) {
            generate(tree + 1);
            for (int i = 0; i < 200; i++) {
                compare();
                compared++;
            }
        }
        assertThat(compared).isEqualTo(8000);
    }

    private void compare() throws IOException {
        String domain = domains.get(random.nextInt(domains.size()));
        String asked =
                switch (random.nextInt(6)) {
                    case 0 -> label() + "." + domain;
                    case 1 -> "pop.example";
                    case 2 -> label() + ".pop.example";
                    case 3 ->
                        nameServers.get(random.nextInt(nameServers.size())).name() + ".pop.example";
                    default -> domain;
                };
        int type = TYPES[random.nextInt(TYPES.length)];
        Message query = Message.newQuery(Record.newRecord(Name.fromString(mixCase(asked) + "."), type, DClass.IN));
        if (random.nextBoolean()) {
            query.addRecord(new OPTRecord(512 + random.nextInt(2000), 0, 0), Section.ADDITIONAL);
        }
        byte[] wire = query.toWire();
        System.arraycopy(wire, 0, exchange.in, 0, wire.length);
        exchange.inLength = wire.length;
        InetAddress source = InetAddress.ofLiteral("192.0.2." + random.nextInt(256));
        exchange.sourceHigh = Address.high(source);
        exchange.sourceLow = Address.low(source);
        byte[] answer = Arrays.copyOf(exchange.answer.bytes(), pipeline.respond(exchange));
        byte[] expected = expected(query, asked, domain, type, answer);
        assertThat(answer).as("%s %s", asked, Type.string(type)).isEqualTo(expected);
    }

    /** Built from the tree alone; only which of the candidates was chosen is taken from the answer. */
    private byte[] expected(Message query, String asked, String domain, int type, byte[] answer) throws IOException {
        Message expected = new Message(query.getHeader().getID());
        expected.getHeader().setFlag(Flags.QR);
        expected.getHeader().setFlag(Flags.AA);
        expected.getHeader().setFlag(Flags.RD);
        Record question = query.getQuestion();
        expected.addRecord(question, Section.QUESTION);
        Name name = question.getName();
        boolean network = asked.endsWith("pop.example");
        boolean apex = asked.equals(domain) || asked.equals("pop.example");
        boolean host = network && !apex && nameServers.stream().anyMatch(n -> asked.equals(n.name() + ".pop.example"));
        Name zone = Name.fromString((network ? "pop.example" : domain) + ".");
        if (!apex && !host) {
            expected.getHeader().setRcode(Rcode.NXDOMAIN);
            expected.addRecord(soa(zone), Section.AUTHORITY);
        } else if (type == Type.ANY) {
            expected.addRecord(new HINFORecord(name, DClass.IN, 3600, "RFC8482", ""), Section.ANSWER);
        } else if (host && type == Type.A) {
            Node node = nameServers.stream()
                    .filter(n -> asked.startsWith(n.name()))
                    .findFirst()
                    .orElseThrow();
            expected.addRecord(address(name, 300, node.address()), Section.ANSWER);
        } else if (apex && type == Type.NS) {
            for (Node node : nameServers) {
                Name server = Name.fromString(node.name() + ".pop.example.");
                expected.addRecord(new NSRecord(name, DClass.IN, 300, server), Section.ANSWER);
            }
            for (Node node : nameServers) {
                Name server = Name.fromString(node.name() + ".pop.example.");
                expected.addRecord(address(server, 300, node.address()), Section.ADDITIONAL);
            }
        } else if (apex && type == Type.SOA) {
            expected.addRecord(soa(name), Section.ANSWER);
        } else if (apex && !network && type == Type.A) {
            List<Record> chosen = new Message(answer).getSection(Section.ANSWER);
            assertThat(chosen).isNotEmpty();
            for (Record record : chosen) {
                assertThat(record.rdataToString()).startsWith("10.0.");
                expected.addRecord(address(name, 20, record.rdataToString()), Section.ANSWER);
            }
        } else {
            expected.addRecord(soa(zone), Section.AUTHORITY);
        }
        if (query.getOPT() != null) {
            expected.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        }
        int limit = query.getOPT() == null ? 512 : Math.clamp(query.getOPT().getPayloadSize(), 512, 1232);
        return expected.toWire(limit);
    }

    private Record soa(Name owner) throws IOException {
        return new SOARecord(
                owner,
                DClass.IN,
                60,
                Name.fromString(nameServers.getFirst().name() + ".pop.example."),
                Name.fromString("hostmaster.pop.example."),
                generation,
                3600,
                600,
                604800,
                60);
    }

    private static Record address(Name owner, long ttl, String address) throws IOException {
        InetAddress parsed = InetAddress.ofLiteral(address);
        return parsed.getAddress().length == 4
                ? new ARecord(owner, DClass.IN, ttl, parsed)
                : new AAAARecord(owner, DClass.IN, ttl, parsed);
    }

    private void generate(int number) {
        generation = number;
        nameServers = new ArrayList<>();
        domains = new ArrayList<>();
        StringBuilder pops = new StringBuilder();
        int popCount = 1 + random.nextInt(5);
        for (int pop = 0; pop < popCount; pop++) {
            pops.append("  p").append(pop).append(":\n    nodes:\n");
            int servers = pop == 0 ? 1 + random.nextInt(3) : random.nextInt(3);
            for (int i = 0; i < servers; i++) {
                Node node = new Node("ns" + i + ".p" + pop, "10.8." + pop + "." + i);
                nameServers.add(node);
                pops.append("      %s: {service: dns, address: %s}\n".formatted(node.name(), node.address()));
            }
            for (int i = 0; i <= random.nextInt(4); i++) {
                pops.append("      e%d.p%d: {service: edge-cache, address: 10.0.%d.%d}\n".formatted(i, pop, pop, i));
            }
        }
        StringBuilder customers =
                new StringBuilder("  c:\n    servers: {s: {address: 10.9.9.9, port: 80}}\n    domains:\n");
        for (int i = 0; i <= random.nextInt(6); i++) {
            String domain = label() + i + "." + label() + ".example";
            domains.add(domain);
            customers.append("      %s: {candidates: [pops], rule: many}\n".formatted(domain));
        }
        String masters = String.join(", ", nameServers.stream().map(Node::name).toList());
        String text = "network: {zone: pop.example, administrators: [admin.p0]}\n"
                + "push: {masters: [log.p0, " + masters + "]}\n"
                + "pops:\n"
                + pops.toString()
                        .replaceFirst(
                                "    nodes:\n",
                                "    nodes:\n      admin.p0: {service: admin, address: 10.6.0.1}\n"
                                        + "      log.p0: {service: log, address: 10.6.0.2}\n")
                + "log-servers: {log.p0: {manages: [c, _network]}}\n"
                + "customers:\n" + customers
                + "rules:\n  many: {extends: default, answers: " + (1 + random.nextInt(8)) + "}\n";
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(number, text), NodeName.of("ns0.p0")));
    }

    private String label() {
        return random.ints(2 + random.nextInt(12), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private String mixCase(String name) {
        StringBuilder mixed = new StringBuilder();
        for (char c : name.toCharArray()) {
            mixed.append(random.nextBoolean() ? Character.toUpperCase(c) : c);
        }
        return mixed.toString();
    }

    /** Service names, whose targets must not be compressed, are at least well formed and complete. */
    @Test
    void serviceAnswersAreReadBackWhole() throws Exception {
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF));
        Message query = RunningServer.query("_fetch._tcp.westusa.pop.example", Type.SRV);
        byte[] wire = query.toWire();
        System.arraycopy(wire, 0, exchange.in, 0, wire.length);
        exchange.inLength = wire.length;
        InetAddress member = InetAddress.ofLiteral("10.0.1.2");
        exchange.sourceHigh = Address.high(member);
        exchange.sourceLow = Address.low(member);
        byte[] answer = Arrays.copyOf(exchange.answer.bytes(), pipeline.respond(exchange));
        Message parsed = new Message(answer);
        assertThat(parsed.getSection(Section.ANSWER)).hasSize(2).allMatch(SRVRecord.class::isInstance);
        assertThat(parsed.toWire()).isEqualTo(answer);
    }
}
