package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.TargetStates;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.NodeName;

/** Only what a report changed is compiled anew: that must come to the same as compiling everything. */
class CompiledTargetsTest {
    private static final int STEPS = 600;
    private static final String TREE = TestTrees.NETWORK
            .replace("address: 10.0.1.2, capacity", "address: 10.0.1.2, address6: \"2001:db8:80::12\", capacity")
            .replace("west: {address: 10.1.1.1,", "west: {address: 10.1.1.1, address6: \"2001:db8:c::1\",")
            .replaceAll(
                    "service: probe, address: 10.0.([123]).4",
                    "service: probe, address: 10.0.$1.4, address6: \"2001:db8:$1::4\"");
    /** Another server, and another pace of the checks. */
    private static final String OTHER_TREE = TREE.replace(
                    "    servers:\n      west: {address: 10.1.2.1, port: 8080, capacity: 500/s}",
                    "    servers:\n      west: {address: 10.1.2.9, port: 8080, capacity: 500/s}")
            .replace("text: ok}", "text: ok, interval: 20s}");

    private static final List<String> ADDRESSES = List.of("10.1.1.1", "10.1.1.2", "10.1.2.1", "10.1.2.9", "192.0.2.1");
    private static final List<String> EDGES = List.of("edge1.westusa", "edge2.westusa", "edge1.europe");
    private static final List<String> SERVERS = List.of("customer1/west", "customer2/west", "node:fetch1.europe");

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    /** Compiles as the name server does. */
    private final Knowledge incremental = new Knowledge(KnowledgeSettings.defaults(), clock::get);
    /** Hears the same; is made to compile everything before it is looked at. */
    private final Knowledge whole = new Knowledge(KnowledgeSettings.defaults(), clock::get);

    private ZoneSnapshot zone = zone(1, TREE);

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsCompiledPieceByPieceEqualsWhatIsCompiledAtOnce(int seed) {
        Random random = new Random(seed);
        incremental.activate(zone);
        whole.activate(zone);
        int changes = 0;
        int looks = 0;
        TargetStates last = incremental.view().states();
        for (int step = 0; step < STEPS; step++) {
            happens(random, step);
            if (random.nextInt(4) == 0) {
                incremental.prepare();
            }
            if (random.nextInt(3) == 0) {
                incremental.refresh();
                whole.activate(zone);
                TargetStates now = incremental.view().states();
                assertSame(now, whole.view().states(), "seed " + seed + ", step " + step);
                looks++;
                changes += now == last ? 0 : 1;
                last = now;
            }
        }
        assertThat(changes).as("of %d looks, some saw something new", looks).isBetween(looks / 4, looks - 1);
    }

    private void happens(Random random, int step) {
        NodeName probe = NodeName.of(TestKnowledge.PROBES[random.nextInt(TestKnowledge.PROBES.length)]);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                List<ServiceResult> results = new ArrayList<>();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    boolean up = random.nextInt(3) > 0;
                    results.add(new ServiceResult(
                            zone.targets()
                                    .get(random.nextInt(zone.targets().size()))
                                    .id(),
                            up,
                            5 + random.nextInt(60),
                            random.nextInt(7000),
                            0,
                            up ? null : "connection refused",
                            random.nextInt(20) == 0));
                }
                report(probe, new ProbeReport(results, List.of(), List.of()));
            }
            case 3 -> {
                double ms = random.nextInt(10) == 0 ? Double.NaN : 1 + random.nextInt(80);
                LatencyResult way = new LatencyResult(
                        InetAddress.ofLiteral(ADDRESSES.get(random.nextInt(ADDRESSES.size()))),
                        ms,
                        random.nextInt(100),
                        random.nextInt(100_000),
                        0,
                        false,
                        ms);
                report(probe, new ProbeReport(List.of(), List.of(way), List.of()));
            }
            case 4 -> {
                LoadReport load =
                        new LoadReport(0, 0, 0, random.nextInt(3000), 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
                NodeName edge = NodeName.of(EDGES.get(random.nextInt(EDGES.size())));
                incremental.take(edge, 1, load);
                whole.take(edge, 1, load);
            }
            case 5 -> {
                String server = SERVERS.get(random.nextInt(SERVERS.size()));
                ServerLoad told = new ServerLoad(server, 0, random.nextDouble() * 1.5, 0, false);
                report(probe, new ProbeReport(List.of(), List.of(), List.of(told)));
            }
            case 6 -> clock.addAndGet(pause(random));
            default -> {
                if (random.nextInt(8) == 0) {
                    zone = zone(step + 2, random.nextBoolean() ? TREE : OTHER_TREE);
                    incremental.activate(zone);
                    whole.activate(zone);
                }
            }
        }
    }

    /** From a moment to beyond the age at which results, loads and distances count no more. */
    private static long pause(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> 4_000 + random.nextInt(3_000);
            case 1 -> 60_000;
            case 2 -> random.nextInt(2) == 0 ? 3_500_000 : 3_601_000;
            default -> random.nextInt(1_500);
        };
    }

    private void report(NodeName probe, ProbeReport report) {
        incremental.take(probe, report);
        whole.take(probe, report);
    }

    private static ZoneSnapshot zone(long generation, String tree) {
        return ZoneCompiler.compile(TestTrees.active(generation, tree), TestTrees.SELF);
    }

    private static void assertSame(TargetStates piecemeal, TargetStates whole, String when) {
        assertThat(piecemeal.down()).as(when).isEqualTo(whole.down());
        assertThat(piecemeal.downSinceMs()).as(when).isEqualTo(whole.downSinceMs());
        assertThat(piecemeal.responseMs()).as(when).isEqualTo(whole.responseMs());
        assertThat(piecemeal.utilisation()).as(when).isEqualTo(whole.utilisation());
        assertThat(piecemeal.shed()).as(when).isEqualTo(whole.shed());
        assertThat(piecemeal.settled()).as(when).isEqualTo(whole.settled());
        assertThat(Arrays.deepToString(piecemeal.distanceFromMs()))
                .as(when)
                .isEqualTo(Arrays.deepToString(whole.distanceFromMs()));
        assertThat(Arrays.deepToString(piecemeal.lossFromPercent()))
                .as(when)
                .isEqualTo(Arrays.deepToString(whole.lossFromPercent()));
    }

    /** Answering threads hold a view for as long as an answer takes: what comes in meanwhile must not show in it. */
    @Test
    void viewDoesNotChangeWhileItIsUsed() {
        TestKnowledge known = new TestKnowledge();
        TargetStates before = known.knowledge.view().states();
        int edge = known.knowledge.view().zone().indexOf(TestKnowledge.EDGE);
        for (String probe : TestKnowledge.PROBES) {
            known.report(probe, TestKnowledge.EDGE, false, 2);
        }
        known.load(1800);
        known.knowledge.refresh();
        assertThat(before.down()[edge]).isFalse();
        assertThat(before.utilisation()[edge]).isZero();
        assertThat(known.knowledge.view().states().down()[edge]).isTrue();
        assertThat(known.knowledge.view().states().utilisation()[edge]).isPositive();
    }

    /** What fails all at once is told all at once, and in time, without a new view for each of thousands. */
    @Test
    void manyVerdictsThatChangeTogetherWaitForOneView() {
        TestKnowledge known = new TestKnowledge();
        List<ServiceResult> results = known.knowledge.view().zone().targets().stream()
                .map(target -> TestKnowledge.result(target.id(), false, 0))
                .toList();
        TargetStates shown = known.knowledge.view().states();
        int views = 0;
        for (int round = 0; round < 4; round++) {
            for (ServiceResult result : results) {
                for (String probe : TestKnowledge.PROBES) {
                    boolean up = round % 2 == 1;
                    known.report(probe, result.target(), up, 3);
                    views += known.knowledge.view().states() == shown ? 0 : 1;
                    shown = known.knowledge.view().states();
                }
            }
            assertThat(views)
                    .as("each of which has as many verdicts as it could")
                    .isBetween(1, 10 * (round + 1));
            known.passes(60_001);
        }
        assertThat(known.knowledge.transitions()).isEqualTo(4L * results.size());
        known.knowledge.prepare();
        for (ServiceResult result : results) {
            assertThat(known.down(result.target())).isFalse();
        }
    }
}
