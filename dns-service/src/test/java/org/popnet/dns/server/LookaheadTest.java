package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Address;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Queries that are looked up together get what they get one by one. */
class LookaheadTest {
    private static final InstantSource NOW = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final int BATCH = 64;
    private static final List<String> NAMES = List.of(
            "www.customer1.example",
            "www.customer2.example",
            "nothing.customer2.example",
            "_origin._tcp.www.customer1.example.westusa.pop.example",
            "pop.example",
            "dns.westusa.pop.example",
            "not.ours.example");
    private static final int[] TYPES = {Type.A, Type.AAAA, Type.NS, Type.ANY, Type.SRV};

    private final Random random = new Random(20261128);

    @Test
    void aBatchIsAnsweredLikeItsQueriesOneByOne() throws IOException {
        QueryPipeline together = pipeline();
        QueryPipeline alone = pipeline();
        Exchange[] batch = Exchange.batch(RunningServer.exchange(Exchange.Transport.UDP, 4096, 1232, 1), BATCH);
        Exchange one = RunningServer.exchange(Exchange.Transport.UDP, 4096, 1232, 1);
        int answered = 0;
        for (int round = 0; round < 100; round++) {
            int count = 1 + random.nextInt(BATCH);
            byte[][] queries = new byte[count][];
            InetAddress[] sources = new InetAddress[count];
            for (int i = 0; i < count; i++) {
                queries[i] = query();
                sources[i] = InetAddress.ofLiteral("203.0.113." + random.nextInt(4));
                fill(batch[i], queries[i], sources[i]);
                together.decode(batch[i], together.nowMs());
            }
            View view = together.view();
            together.lookAhead(batch, count, view);
            for (int i = 0; i < count; i++) {
                fill(one, queries[i], sources[i]);
                int length = together.answer(batch[i], view);
                byte[] answer = Arrays.copyOf(batch[i].answer.bytes(), length);
                assertThat(answer)
                        .as(Arrays.toString(queries[i]))
                        .isEqualTo(Arrays.copyOf(one.answer.bytes(), alone.respond(one)));
                answered += length > 0 ? 1 : 0;
            }
        }
        assertThat(answered).isGreaterThan(1000);
    }

    private static void fill(Exchange x, byte[] query, InetAddress source) {
        System.arraycopy(query, 0, x.in, 0, query.length);
        x.inLength = query.length;
        x.sourceHigh = Address.high(source);
        x.sourceLow = Address.low(source);
    }

    /** One in ten is cut off somewhere. */
    private byte[] query() throws IOException {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Message query = RunningServer.query(name, TYPES[random.nextInt(TYPES.length)]);
        if (random.nextBoolean()) {
            InetAddress subnet = InetAddress.ofLiteral("198.51.100." + random.nextInt(256));
            query.addRecord(
                    new OPTRecord(1232, 0, 0, 0, List.of(new ClientSubnetOption(32, subnet))), Section.ADDITIONAL);
        }
        byte[] wire = query.toWire();
        return random.nextInt(10) > 0 ? wire : Arrays.copyOf(wire, random.nextInt(wire.length));
    }

    private static QueryPipeline pipeline() throws IOException {
        Knowledge knowledge = new Knowledge(
                KnowledgeSettings.defaults(), () -> Duration.ofDays(365).toMillis());
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF));
        for (int i = 0; i < 4; i++) {
            InetAddress client = InetAddress.ofLiteral("203.0.113." + i);
            LatencyResult latency = new LatencyResult(client, 20 + i, 0, 0, 0, false);
            knowledge.take(NodeName.of("probe.eastusa"), new ProbeReport(List.of(), List.of(latency), List.of()));
        }
        knowledge.refresh();
        return new QueryPipeline(
                knowledge,
                RunningServer.COOKIES,
                NOW,
                new DnsMetrics(new SimpleMeterRegistry()),
                new ResponseLimiter(ResponseLimitSettings.off(), 1),
                new QueryLog((customer, record) -> {}, NOW),
                0);
    }
}
