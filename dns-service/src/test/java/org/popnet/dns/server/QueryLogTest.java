package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.ActiveTree;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What of answered queries is handed to the log servers, and what happens where that is too much. */
class QueryLogTest extends NameServerStory {
    @Override
    ActiveTree tree() {
        return TestTrees.active(
                1,
                TestTrees.NETWORK
                        .replace(
                                "      static.customer1.example:\n",
                                "      static.customer1.example:\n        query-log: all\n")
                        .replace(
                                "www.customer2.example: {candidates: [pops]}",
                                "www.customer2.example: {candidates: [pops], query-log: 1/10}"));
    }

    @Test
    void everyQueryOfADomainThatWantsItIsLoggedWithItsClientAndItsAnswer() throws Exception {
        Message subnet = RunningServer.query("static.customer1.example", Type.A);
        subnet.addRecord(
                new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral("203.0.113.0"))),
                Section.ADDITIONAL);
        dns.ask(subnet, CLIENT);
        dns.ask("static.customer1.example", Type.AAAA);
        try (TcpClient tcp = new TcpClient(dns.address, "127.250.53.8")) {
            tcp.ask(RunningServer.query("STATIC.customer1.example", Type.A));
        }
        dns.ask("static.customer1.example", Type.MX);
        dns.ask("www.customer1.example", Type.A);
        dns.log.drain();
        List<QueryRecord> logged = new ArrayList<>(dns.logged);
        assertThat(logged).hasSize(3).allMatch(r -> r.domain().equals("static.customer1.example"));
        QueryRecord first = logged.getFirst();
        assertThat(first.client()).isEqualTo(CLIENT);
        assertThat(first.subnet()).isEqualTo("203.0.113.0/24");
        assertThat(first.type()).isEqualTo("A");
        assertThat(first.rcode()).isEqualTo("NOERROR");
        assertThat(first.answer()).isEqualTo("edge1.europe");
        assertThat(first.transport()).isEqualTo("UDP");
        assertThat(first.sampled()).isEqualTo(1);
        assertThat(logged.get(1).type()).isEqualTo("AAAA");
        assertThat(logged.get(1).answer()).isEmpty();
        assertThat(logged.get(1).subnet()).isNull();
        assertThat(logged.get(2).transport()).isEqualTo("TCP");
    }

    @Test
    void subnetOfIpv6IsShort() throws Exception {
        Message subnet = RunningServer.query("static.customer1.example", Type.A);
        subnet.addRecord(
                new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(56, InetAddress.ofLiteral("2001:db8:1::"))),
                Section.ADDITIONAL);
        dns.ask(subnet, CLIENT);
        dns.log.drain();
        assertThat(dns.logged).extracting(QueryRecord::subnet).containsExactly("2001:db8:1::/56");
    }

    @Test
    void answerWithoutAServerIsLoggedWithNoneWhoeverAskedBefore() throws Exception {
        String zone = "    zones:\n      customer1.example:\n        records: |\n          alias CNAME static\n";
        dns.activate(TestTrees.active(
                2,
                TestTrees.NETWORK
                        .replace(
                                "      static.customer1.example:\n",
                                "      static.customer1.example:\n        query-log: all\n")
                        .replace("  customer2:\n    servers", zone + "  customer2:\n    servers")));
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            for (int type : new int[] {Type.A, Type.AAAA}) {
                tcp.ask(RunningServer.query("alias.customer1.example", type));
            }
        }
        dns.log.drain();
        List<QueryRecord> logged = new ArrayList<>(dns.logged);
        assertThat(logged).extracting(QueryRecord::type).containsExactly("A", "AAAA");
        assertThat(logged.getFirst().answer()).startsWith("edge");
        assertThat(logged.getLast().answer()).isEmpty();
    }

    @Test
    void sampleStandsForAllOfThem() throws Exception {
        for (int i = 0; i < 500; i++) {
            dns.ask("www.customer2.example", Type.A);
        }
        dns.log.drain();
        assertThat(dns.logged).allMatch(r -> r.sampled() == 10).hasSizeBetween(20, 90);
    }

    @Test
    void recordThatCannotBeSpooledIsCountedAndHoldsUpNoOther() {
        AtomicInteger spooled = new AtomicInteger();
        QueryLog log = new QueryLog(
                (customer, record) -> {
                    if (((QueryRecord) record).rcode().equals("SERVFAIL")) {
                        throw new IllegalStateException("as the test wants it");
                    }
                    spooled.incrementAndGet();
                },
                InstantSource.system());
        Exchange x = RunningServer.exchange(Exchange.Transport.UDP, 512, 512, 1);
        for (int rcode : new int[] {Rcode.NOERROR, Rcode.SERVFAIL, Rcode.NOERROR}) {
            log.offer(x, steered("static.customer1.example"), rcode, 1000);
        }
        log.drain();
        assertThat(spooled).hasValue(2);
        assertThat(log.dropped()).isEqualTo(1);
    }

    private SteeredDomain steered(String name) {
        return ((ZoneEntry.Steered) ZoneCompiler.compile(tree(), TestTrees.SELF).find(WireName.of(name))).domain();
    }

    @Test
    void fullRingDropsCountsAndGoesOnWhenItIsEmptied() throws Exception {
        AtomicInteger spooled = new AtomicInteger();
        QueryLog log = new QueryLog((customer, record) -> spooled.incrementAndGet(), InstantSource.system());
        SteeredDomain domain = steered("static.customer1.example");
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Exchange x = RunningServer.exchange(Exchange.Transport.UDP, 512, 512, t);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    log.offer(x, domain, 0, 1000);
                }
            }));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            log.drain();
            Thread.onSpinWait();
        }
        log.drain();
        assertThat(spooled.get() + log.dropped()).isEqualTo(40_000);
        Exchange x = RunningServer.exchange(Exchange.Transport.UDP, 512, 512, 9);
        long dropped = log.dropped();
        for (int i = 0; i < 10_000; i++) {
            log.offer(x, domain, 0, 1000);
        }
        assertThat(log.dropped() - dropped).isEqualTo(10_000 - 8192);
        log.drain();
        log.offer(x, domain, 0, 1000);
        log.drain();
        assertThat(log.dropped() - dropped).isEqualTo(10_000 - 8192);
    }
}
