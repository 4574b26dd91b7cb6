package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Checkpoint;
import org.popnet.dns.knowledge.KnowledgeExchange;
import org.popnet.dns.knowledge.PersistenceExchange;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Two name servers with real sockets on both sides: clients ask them, and they tell each other. */
class NameServersTogetherTest {
    private static final String DYNAMIC = "www.customer1.example";
    private static final String WEST = "10.1.1.1";
    private static final String EAST = "10.1.1.2";
    private static final int TICK_MS = 50;

    @TempDir
    Path directory;

    private final Random random = new Random(20_261_125);
    private final NodeKeyPair westKey = NodeKeyPair.generate();
    private final NodeKeyPair eastKey = NodeKeyPair.generate();
    private ActiveTree tree;
    private double loss;
    private Member westusa;
    private Member eastusa;

    @BeforeEach
    void start() throws IOException {
        tree = TestTrees.active(
                1,
                TestTrees.NETWORK
                        .replace(
                                "dns.westusa: {service: dns, address: 10.0.1.1}",
                                UdpNode.line("dns.westusa", "dns", "127.250.54.1", westKey))
                        .replace(
                                "dns.eastusa: {service: dns, address: 10.0.2.1}",
                                UdpNode.line("dns.eastusa", "dns", "127.250.54.2", eastKey)));
        westusa = new Member("dns.westusa", westKey);
        eastusa = new Member("dns.eastusa", eastKey);
        // Each finds another server better, so that what it answers tells whom it listens to.
        westusa.responses(10, 400);
        eastusa.responses(400, 10);
    }

    @AfterEach
    void stop() {
        westusa.close();
        eastusa.close();
    }

    @Test
    void clientKeepsItsServerWhenItAsksAnotherNameServer() throws Exception {
        assertThat(westusa.ask("127.250.53.9")).isEqualTo(WEST);
        int ticks = untilTold();
        assertThat(ticks * TICK_MS).as("ms until the other knew").isLessThanOrEqualTo(1000);
        assertThat(eastusa.ask("127.250.53.9")).isEqualTo(WEST);
        assertThat(eastusa.ask("127.250.60.9")).as("another client").isEqualTo(EAST);
    }

    @Test
    void everythingArrivesThoughEveryThirdDatagramIsLost() throws Exception {
        loss = 0.33;
        for (int i = 1; i <= 200; i++) {
            assertThat(westusa.ask("127.250." + i + ".9")).isEqualTo(WEST);
        }
        untilTold();
        for (int i = 1; i <= 200; i++) {
            assertThat(eastusa.ask("127.250." + i + ".9")).isEqualTo(WEST);
        }
        assertThat(eastusa.persistence.taken() + eastusa.exchange.learned()).isEqualTo(200);
        assertThat(westusa.persistence.sent()).as("resent, and not without end").isBetween(9L, 400L);
    }

    @Test
    void serversThatAnsweredAtTheSameTimeAgreeOnTheOlderAnswer() throws Exception {
        for (int i = 1; i <= 50; i++) {
            String client = "127.250." + i + ".9";
            Member first = i % 2 == 0 ? westusa : eastusa;
            Member second = i % 2 == 0 ? eastusa : westusa;
            first.ask(client);
            first.dns.clockMs.addAndGet(i % 3);
            second.ask(client);
        }
        untilTold();
        for (int i = 1; i <= 50; i++) {
            String client = "127.250." + i + ".9";
            assertThat(eastusa.ask(client)).isEqualTo(westusa.ask(client));
        }
    }

    @Test
    void whoLeftAServerThatWasDownDoesNotGoBackAtTheOtherNameServer() throws Exception {
        westusa.ask("127.250.53.9");
        untilTold();
        westusa.down("west");
        assertThat(westusa.ask("127.250.53.9")).as("left at once").isEqualTo(EAST);
        eastusa.responses(10, 400);
        assertThat(eastusa.ask("127.250.53.9")).as("not told yet").isEqualTo(WEST);
        untilTold();
        assertThat(eastusa.ask("127.250.53.9")).as("the move wins").isEqualTo(EAST);
    }

    @Test
    void restartedNameServerLearnsFromTheOtherWhatOnlyThatHas() throws Exception {
        loss = 0.2;
        for (int i = 1; i <= 100; i++) {
            westusa.ask("127.250." + i + ".9");
            westusa.latency("192.0." + i + ".53", 20 + i);
        }
        untilTold();
        eastusa.close();
        eastusa = new Member("dns.eastusa", eastKey);
        eastusa.responses(400, 10);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    tick();
                    return eastusa.exchange.settled();
                });
        assertThat(eastusa.dns.knowledge.latencyPrefixes()).isEqualTo(100);
        for (int i = 1; i <= 100; i++) {
            assertThat(eastusa.ask("127.250." + i + ".9")).isEqualTo(WEST);
        }
    }

    @Test
    void whatOthersToldSurvivesInTheCheckpoint() throws Exception {
        westusa.ask("127.250.53.9");
        untilTold();
        Checkpoint checkpoint = new Checkpoint(directory.resolve("knowledge"), InstantSource.system());
        checkpoint.save(eastusa.dns.knowledge);
        eastusa.close();
        westusa.close();
        eastusa = new Member("dns.eastusa", eastKey);
        checkpoint.restore(eastusa.dns.knowledge);
        eastusa.responses(400, 10);
        assertThat(eastusa.ask("127.250.53.9")).isEqualTo(WEST);
    }

    private int untilTold() {
        int[] ticks = {0};
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    tick();
                    ticks[0]++;
                    return westusa.persistence.waiting() == 0 && eastusa.persistence.waiting() == 0;
                });
        return ticks[0];
    }

    private void tick() {
        for (Member member : List.of(westusa, eastusa)) {
            member.dns.clockMs.addAndGet(TICK_MS);
            member.persistence.send();
            member.exchange.ask();
        }
    }

    /** One name server. */
    private final class Member implements DatagramPort {
        private final UdpNode node;
        private final RunningServer dns;
        private final PersistenceExchange persistence;
        private final KnowledgeExchange exchange;

        Member(String name, NodeKeyPair key) throws IOException {
            this.node = new UdpNode(name, key, directory, tree);
            this.dns = new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 0), tree);
            this.persistence = new PersistenceExchange(dns.knowledge, this, node, 10_000);
            this.exchange = new KnowledgeExchange(dns.knowledge, this, node, 600_000);
        }

        String ask(String from) throws IOException {
            Message answer = dns.ask(RunningServer.query(DYNAMIC, Type.A), from);
            return ((ARecord) answer.getSection(Section.ANSWER).getFirst())
                    .getAddress()
                    .getHostAddress();
        }

        void responses(double westMs, double eastMs) {
            report(new ServiceResult(server("west"), true, westMs, 0, 0, null, false));
            report(new ServiceResult(server("east"), true, eastMs, 0, 0, null, false));
            dns.knowledge.refresh();
        }

        void down(String server) {
            for (String probe : List.of("probe.westusa", "probe.eastusa")) {
                ServiceResult failed = new ServiceResult(server(server), false, 0, 0, 0, "refused", false);
                dns.knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
            }
        }

        void latency(String address, double ms) {
            LatencyResult result = new LatencyResult(InetAddress.ofLiteral(address), ms, 0, 0, 0, false);
            dns.knowledge.take(NodeName.of("probe.westusa"), new ProbeReport(List.of(), List.of(result), List.of()));
        }

        private void report(ServiceResult result) {
            dns.knowledge.take(NodeName.of("probe.westusa"), new ProbeReport(List.of(result), List.of(), List.of()));
        }

        private TargetId server(String server) {
            return new TargetId("server:customer1/" + server + "/" + DYNAMIC);
        }

        @Override
        public boolean send(NodeName receiver, org.popnet.platform.message.Message message) {
            return random.nextDouble() < loss || node.port().send(receiver, message);
        }

        @Override
        public <M extends org.popnet.platform.message.Message> void onReceive(
                Class<M> kind, Consumer<Received<M>> reader) {
            node.port().onReceive(kind, reader);
        }

        @Override
        public void close() {
            node.close();
            dns.close();
        }
    }
}
