package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.VantagePoints;

class KnowledgeTest {
    private static final TargetId EDGE = new TargetId("node:edge1.westusa");
    private static final TargetId SERVER = new TargetId("server:customer1/west/www.customer1.example");
    private static final String[] PROBES = {"probe.westusa", "probe.eastusa", "probe.europe"};

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    private Knowledge knowledge;

    @BeforeEach
    void start() {
        knowledge = fresh();
    }

    private Knowledge fresh() {
        return fresh(TestTrees.NETWORK);
    }

    private Knowledge fresh(String tree) {
        Knowledge made = new Knowledge(KnowledgeSettings.defaults(), clock::get);
        made.activate(ZoneCompiler.compile(TestTrees.active(1, tree), TestTrees.SELF));
        return made;
    }

    @Test
    void targetIsDownWhenMostVantagePointsSawItFailTwice() {
        report("probe.westusa", EDGE, false, 2);
        assertThat(down(EDGE)).as("one of three").isFalse();
        report("probe.eastusa", EDGE, false, 1);
        assertThat(down(EDGE)).as("the second is not sure yet").isFalse();
        report("probe.eastusa", EDGE, false, 1);
        assertThat(down(EDGE)).isTrue();
        assertThat(knowledge.transitions()).isEqualTo(1);
    }

    @Test
    void oneProbeThatLiesOrIsCutOffChangesNothing() {
        for (String probe : PROBES) {
            report(probe, EDGE, true, 5);
        }
        for (int second = 0; second < 60; second++) {
            clock.addAndGet(1000);
            report("probe.westusa", EDGE, false, 1);
            report("probe.eastusa", EDGE, true, 1);
            report("probe.europe", EDGE, true, 1);
            assertThat(down(EDGE)).isFalse();
        }
        for (int second = 0; second < 60; second++) {
            clock.addAndGet(1000);
            report("probe.westusa", EDGE, false, 1);
            knowledge.refresh();
            assertThat(down(EDGE)).as("alone, it is no quorum").isFalse();
        }
    }

    @Test
    void targetComesBackOnlyAfterRiseGoodResultsOfEnoughPoints() {
        report("probe.westusa", EDGE, false, 2);
        report("probe.eastusa", EDGE, false, 2);
        report("probe.europe", EDGE, false, 2);
        report("probe.westusa", EDGE, true, 3);
        assertThat(down(EDGE)).isTrue();
        report("probe.eastusa", EDGE, true, 2);
        assertThat(down(EDGE)).isTrue();
        report("probe.eastusa", EDGE, true, 1);
        assertThat(down(EDGE)).isFalse();
    }

    @Test
    void whenAllProbesFallSilentTheLastVerdictStays() {
        report("probe.westusa", EDGE, false, 2);
        report("probe.eastusa", EDGE, false, 2);
        clock.addAndGet(3_600_000);
        knowledge.refresh();
        assertThat(down(EDGE)).isTrue();
        report("probe.europe", EDGE, true, 1);
        assertThat(down(EDGE)).as("the only one who knows says it is up").isFalse();
    }

    @Test
    void seldomCheckCountsForFiveOfItsIntervals() {
        knowledge = fresh(TestTrees.NETWORK.replace(
                "checks: [{http: /health, text: ok}]",
                "checks: [{http: /health, text: ok, interval: 30s}, {http: /b, interval: 1m}]"));
        report("probe.westusa", SERVER, false, 2);
        clock.addAndGet(149_000);
        report("probe.eastusa", SERVER, false, 2);
        assertThat(down(SERVER)).as("both are fresh").isTrue();

        knowledge = fresh(TestTrees.NETWORK.replace(
                "checks: [{http: /health, text: ok}]", "checks: [{http: /health, text: ok, interval: 30s}]"));
        report("probe.westusa", SERVER, false, 2);
        clock.addAndGet(151_000);
        report("probe.eastusa", SERVER, false, 2);
        assertThat(down(SERVER)).as("one has gone stale").isFalse();
    }

    @Test
    void staleAndOvertakenResultsAreNotBelieved() {
        knowledge.take(NodeName.of("probe.westusa"), services(result(EDGE, false, 6000), result(EDGE, false, 6000)));
        knowledge.take(NodeName.of("probe.eastusa"), services(result(EDGE, false, 6000), result(EDGE, false, 6000)));
        assertThat(down(EDGE)).isFalse();
        report("probe.westusa", EDGE, true, 1);
        report("probe.eastusa", EDGE, true, 1);
        knowledge.take(NodeName.of("probe.westusa"), services(result(EDGE, false, 2000), result(EDGE, false, 1000)));
        knowledge.take(NodeName.of("probe.eastusa"), services(result(EDGE, false, 2000), result(EDGE, false, 1000)));
        assertThat(down(EDGE)).isFalse();
    }

    /** A probe that was stopped for half a minute sees time-outs where there were none. */
    @Test
    void whatALaggingProbeMeasuredCountsAsStale() {
        ServiceResult lagged = new ServiceResult(EDGE, false, 600, 0, 0, "timeout", true);
        for (String probe : PROBES) {
            report(probe, EDGE, true, 3);
            knowledge.take(NodeName.of(probe), services(lagged, lagged, lagged));
        }
        assertThat(down(EDGE)).isFalse();
        LatencyResult distance = new LatencyResult(InetAddress.ofLiteral("192.0.2.53"), 900, 50, 0, 0, true);
        knowledge.take(NodeName.of(PROBES[0]), new ProbeReport(List.of(), List.of(distance), List.of()));
        assertThat(knowledge.latencyPrefixes()).isZero();
    }

    /** Ages are told by the sender; its wall clock is for people. */
    @Test
    void clockThatIsADayOffAndRepeatedReportsHaveNoEffect() {
        long dayMs = 86_400_000L;
        report("probe.europe", EDGE, true, 1);
        for (int second = 0; second < 30; second++) {
            clock.addAndGet(1000);
            for (long wallClock : new long[] {0, System.currentTimeMillis() + dayMs, Long.MAX_VALUE, Long.MIN_VALUE}) {
                ServiceResult good = new ServiceResult(EDGE, true, 12, 0, wallClock, null, false);
                for (String probe : PROBES) {
                    knowledge.take(NodeName.of(probe), services(good));
                }
            }
            assertThat(down(EDGE)).isFalse();
        }
        assertThat(knowledge.transitions()).isEqualTo(1);
    }

    @Test
    void flappingTargetChangesItsVerdictSeldom() {
        for (int second = 0; second < 300; second++) {
            clock.addAndGet(1000);
            for (String probe : PROBES) {
                report(probe, EDGE, second % 2 == 0, 1);
            }
        }
        assertThat(knowledge.transitions()).isLessThanOrEqualTo(2);
    }

    @Test
    void targetThatFailsAgainAndAgainComesBackLaterEachTime() {
        for (int second = 0; second < 300; second++) {
            clock.addAndGet(1000);
            for (String probe : PROBES) {
                report(probe, EDGE, second % 6 < 3, 1);
            }
        }
        assertThat(knowledge.transitions()).as("of 100").isBetween(8L, 20L);
        clock.addAndGet(60_000);
        for (String probe : PROBES) {
            report(probe, EDGE, true, 3);
        }
        assertThat(down(EDGE)).as("after the longest time").isFalse();
    }

    @Test
    void verdictsAreKeptWhenTheTreeChanges() {
        report("probe.westusa", EDGE, false, 2);
        report("probe.eastusa", EDGE, false, 2);
        knowledge.activate(ZoneCompiler.compile(
                TestTrees.active(2, TestTrees.NETWORK.replace("cost: 1.0", "cost: 2.0")), TestTrees.SELF));
        assertThat(down(EDGE)).isTrue();
    }

    @Test
    void responseTimesAreKnownByPop() {
        report("probe.westusa", SERVER, true, 1);
        knowledge.refresh();
        View view = knowledge.view();
        float[] from = view.states().distanceFromMs()[view.zone().indexOf(SERVER)];
        assertThat(from[view.zone().topology().indexOf("westusa")]).isEqualTo(12);
        assertThat(from[view.zone().topology().indexOf("europe")]).isNaN();
    }

    @Test
    void measuredDistanceOfACustomersServerGoesBeforeItsResponseTime() {
        report("probe.westusa", SERVER, true, 1);
        report("probe.europe", SERVER, true, 1);
        knowledge.take(
                NodeName.of("probe.westusa"),
                new ProbeReport(
                        List.of(),
                        List.of(new LatencyResult(InetAddress.ofLiteral("10.1.1.1"), 11, 4, 0, 0, false, 8)),
                        List.of()));
        knowledge.refresh();
        View view = knowledge.view();
        int server = view.zone().indexOf(SERVER);
        int europe = view.zone().topology().indexOf("europe");
        assertThat(view.states().distanceFromMs()[server][westusa()]).isEqualTo(8);
        assertThat(view.states().lossFromPercent()[server][westusa()]).isEqualTo(4);
        assertThat(view.states().responseMs()[server]).as("12 ms less the way").isEqualTo(4);
        assertThat(view.states().distanceFromMs()[server][europe])
                .as("what the server takes of its own is taken off where the way was not measured")
                .isEqualTo(8);

        clock.addAndGet(3_600_001);
        report("probe.westusa", SERVER, true, 1);
        knowledge.refresh();
        view = knowledge.view();
        assertThat(view.states().distanceFromMs()[server][westusa()])
                .as("the measurement has expired")
                .isEqualTo(12);
    }

    @Test
    void noWayToAServerIsLongerThanItsResponseTimeAndADistanceCountsWhereNobodyChecks() {
        report("probe.westusa", SERVER, true, 1);
        InetAddress address = InetAddress.ofLiteral("10.1.1.1");
        knowledge.take(
                NodeName.of("probe.westusa"),
                new ProbeReport(List.of(), List.of(new LatencyResult(address, 500, 0, 0, 0, false)), List.of()));
        knowledge.take(
                NodeName.of("probe.eastusa"),
                new ProbeReport(List.of(), List.of(new LatencyResult(address, 70, 0, 0, 0, false)), List.of()));
        knowledge.refresh();
        View view = knowledge.view();
        int server = view.zone().indexOf(SERVER);
        assertThat(view.states().distanceFromMs()[server][westusa()])
                .as("measured by a probe that had just started")
                .isEqualTo(12);
        assertThat(view.states().distanceFromMs()[server][view.zone().topology().indexOf("eastusa")])
                .isEqualTo(70);
        assertThat(view.states().responseMs()[server]).isZero();
    }

    @Test
    void unknownClientIsAsFarAsThisNameServerOnceAllPopsHaveMeasuredIt() {
        int europe = knowledge.view().zone().topology().indexOf("europe");
        float byMap = locate("192.0.2.77").latencyMs(europe);
        latency("probe.westusa", "10.0.1.1", 2);
        latency("probe.eastusa", "10.0.1.1", 64);
        assertThat(locate("192.0.2.77").latencyMs(europe))
                .as("not from everywhere")
                .isEqualTo(byMap);

        latency("probe.europe", "10.0.1.1", 171);
        ClientView client = locate("192.0.2.77");
        assertThat(client.source()).isEqualTo(ClientView.Source.TOPOLOGY);
        assertThat(client.settled()).as("its own distance is still to come").isFalse();
        assertThat(client.latencyMs(europe)).isEqualTo(171);
        assertThat(client.latencyMs(westusa())).isEqualTo(2);
        assertThat(client.latencyMs(knowledge.view().zone().topology().indexOf("hq")))
                .as("no probe there")
                .isEqualTo(171 * 1.5f + 20);

        latency("probe.westusa", "192.0.2.53", 33);
        assertThat(locate("192.0.2.77").latencyMs(westusa())).as("measured").isEqualTo(33);
    }

    @Test
    void moreProbesThanAreKeptDoNotKeepATargetUp() {
        knowledge = fresh(withProbes(30));
        for (int second = 0; second < 2; second++) {
            clock.addAndGet(1000);
            for (int i = 1; i <= 30; i++) {
                report("probe" + i + ".europe", SERVER, false, 1);
            }
        }
        assertThat(down(SERVER)).isTrue();
    }

    @Test
    void furtherProbesAreAskedToWatchWhatFailsAndStandInForThoseThatFallSilent() {
        knowledge = fresh(withProbes(7));
        VantagePoints points =
                new VantagePoints(TestTrees.active(1, withProbes(7)).tree());
        List<NodeName> nearest = points.nearest(SERVER.machine(), Optional.empty(), 9);
        List<NodeName> assigned = nearest.subList(0, 3);
        List<NodeName> standIns = nearest.subList(3, 6);
        assigned.forEach(probe -> report(probe.toString(), SERVER, true, 3));
        assertThat(knowledge.wantedWatches(10)).isEmpty();

        report(nearest.getLast().toString(), SERVER, false, 1);
        assertThat(knowledge.wantedWatches(10)).as("it is no vantage point").isEmpty();
        report(assigned.getFirst().toString(), SERVER, false, 1);
        Map<NodeName, List<TargetId>> wanted = knowledge.wantedWatches(10);
        assertThat(wanted.keySet()).containsExactlyInAnyOrderElementsOf(standIns);
        assertThat(wanted.values()).allMatch(List.of(SERVER)::equals);
        assertThat(knowledge.wantedWatches(10)).as("not at once again").isEmpty();

        standIns.forEach(probe -> report(probe.toString(), SERVER, false, 2));
        report(assigned.get(1).toString(), SERVER, true, 1);
        assertThat(down(SERVER))
                .as("vantage points go before those that stand in")
                .isFalse();

        clock.addAndGet(20_000);
        assigned.subList(0, 1).forEach(probe -> report(probe.toString(), SERVER, false, 1));
        standIns.forEach(probe -> report(probe.toString(), SERVER, false, 1));
        assertThat(down(SERVER)).as("two of three are silent").isTrue();
        assertThat(knowledge.wantedWatches(10).keySet()).as("renewed").hasSize(3);

        assigned.forEach(probe -> report(probe.toString(), SERVER, true, 3));
        assertThat(down(SERVER)).isFalse();
        clock.addAndGet(60_000);
        assertThat(knowledge.wantedWatches(10)).as("all is well").isEmpty();
    }

    @Test
    void watchRequestsAreBoundedAndFitDatagrams() {
        knowledge = fresh(withProbes(7));
        TargetId other = new TargetId("server:customer1/east/www.customer1.example");
        for (NodeName probe : TestTrees.active(1, withProbes(7))
                .tree()
                .nodes(Service.PROBE)
                .map(Node::name)
                .toList()) {
            report(probe.toString(), SERVER, false, 1);
            report(probe.toString(), other, false, 1);
        }
        List<TargetId> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            knowledge.wantedWatches(1).values().stream()
                    .flatMap(List::stream)
                    .distinct()
                    .forEach(asked::add);
        }
        assertThat(asked).containsExactlyInAnyOrder(SERVER, other);

        TargetId longest = new TargetId("server:" + "x".repeat(400));
        List<List<TargetId>> batches = WatchRequester.batches(List.of(longest, longest, longest, SERVER, other));
        assertThat(batches).extracting(List::size).containsExactly(2, 3);
        assertThat(WatchRequester.batches(List.of())).isEmpty();
    }

    /** So many probes in Europe instead of one in each POP; where customers' servers stand is not known. */
    private static String withProbes(int count) {
        StringBuilder probes = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            probes.append("      probe" + i + ".europe: {service: probe, address: 10.0.4." + i + "}\n");
            names.append(", probe" + i + ".europe");
        }
        return TestTrees.NETWORK
                .replace("      probe.europe: {service: probe, address: 10.0.3.4}\n", probes)
                .replace(", probe.europe]", names + "]");
    }

    @Test
    void latencyIsKnownForTheWholePrefixLosesWeightAndExpires() {
        latency("probe.westusa", "192.0.2.53", 10);
        ClientView client = locate("192.0.2.99");
        assertThat(client.source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(client.fresh()).isTrue();
        assertThat(client.latencyMs(westusa())).isEqualTo(10);
        clock.addAndGet(600_001);
        assertThat(locate("192.0.2.99").fresh()).isFalse();
        latency("probe.westusa", "192.0.2.53", 40);
        assertThat(locate("192.0.2.99").latencyMs(westusa()))
                .as("half the weight is left")
                .isCloseTo(30, within(0.1f));
        clock.addAndGet(3_600_001);
        assertThat(locate("192.0.2.99").source()).isEqualTo(ClientView.Source.TOPOLOGY);
        assertThat(knowledge.latencyPrefixes()).isEqualTo(1);
        knowledge.expire();
        assertThat(knowledge.latencyPrefixes()).isZero();
    }

    @Test
    void distancesToTheNetworksOwnServersSayNothingOfClients() {
        latency("probe.westusa", "10.0.2.2", 70);
        latency("probe.westusa", "10.1.1.1", 10);
        assertThat(knowledge.latencyPrefixes()).isZero();
    }

    @Test
    void unansweredMeasurementIsNoDistance() {
        latency("probe.westusa", "192.0.2.53", Double.NaN);
        assertThat(locate("192.0.2.99").source()).isEqualTo(ClientView.Source.TOPOLOGY);
        latency("probe.europe", "192.0.2.53", 30);
        ClientView client = locate("192.0.2.99");
        assertThat(client.source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(client.latencyMs(westusa())).isGreaterThan(30);
    }

    @Test
    void loadIsDampedAndForgotten() {
        load(1600);
        assertThat(utilisation()).isEqualTo(0.8f);
        for (int second = 0; second < 10; second++) {
            clock.addAndGet(1000);
            load(0);
        }
        assertThat(utilisation()).as("ten idle seconds").isBetween(0.7f, 0.79f);
        for (int second = 0; second < 600; second++) {
            clock.addAndGet(1000);
            load(0);
        }
        assertThat(utilisation()).as("ten idle minutes").isLessThan(0.04f);
        clock.addAndGet(10_001);
        assertThat(utilisation()).isZero();
    }

    @Test
    void serverThatIsFullTurnsAwayWhatIsTooMuchAndLaterEverybody() {
        load(2400);
        assertThat(shed()).isCloseTo(0.25f, within(0.01f));
        for (int second = 0; second < 29; second++) {
            clock.addAndGet(1000);
            load(1840);
        }
        assertThat(shed()).as("between calm and full nothing changes").isCloseTo(0.25f, within(0.01f));
        for (int second = 0; second < 330; second++) {
            clock.addAndGet(1000);
            load(2400);
        }
        assertThat(shed()).as("it did not help").isEqualTo(1f);
        for (int second = 0; second < 1800; second++) {
            clock.addAndGet(1000);
            load(200);
        }
        assertThat(shed()).as("calm for long").isZero();
    }

    @Test
    void loadIsTheWorstOfWhatCountsInThisTree() {
        LoadReport busy = new LoadReport(0.6, 0.5, 0, 200, 0, 0, Map.of(), Map.of(), 0.3, 0.7, 0, List.of());
        knowledge.take(NodeName.of("edge1.westusa"), 1, busy);
        assertThat(utilisation()).as("bandwidth").isEqualTo(0.7f);

        knowledge =
                fresh(TestTrees.NETWORK.replace("network:\n", "network:\n  load-measures: [requests, connections]\n"));
        knowledge.take(NodeName.of("edge1.westusa"), 1, busy);
        assertThat(utilisation()).as("connections").isEqualTo(0.3f);

        knowledge = fresh();
        LoadReport full = new LoadReport(0, 0.98, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
        knowledge.take(NodeName.of("edge1.westusa"), 1, full);
        assertThat(utilisation()).as("the last tenth of the memory").isCloseTo(0.8f, within(0.001f));
    }

    @Test
    void whatProbesHearFromANodeCountsOnlyWhileNothingComesFromItself() {
        heard("node:edge1.westusa", 0.4);
        assertThat(utilisation()).isEqualTo(0.4f);
        heard("node:edge9.westusa", 0.9);
        assertThat(knowledge.loads()).as("it is not in the tree").isEqualTo(1);

        for (int second = 0; second < 600; second++) {
            clock.addAndGet(1000);
            load(20);
            heard("node:edge1.westusa", 0.9);
        }
        assertThat(utilisation()).as("its own reports").isLessThan(0.12f);
        for (int second = 0; second < 600; second++) {
            clock.addAndGet(1000);
            heard("node:edge1.westusa", 0.9);
        }
        assertThat(utilisation()).as("which no longer arrive").isCloseTo(0.9f, within(0.04f));
    }

    private void heard(String machine, double share) {
        knowledge.take(
                NodeName.of("probe.westusa"),
                new ProbeReport(List.of(), List.of(), List.of(new ServerLoad(machine, 0, share, 0, false))));
        knowledge.refresh();
    }

    @Test
    void customersServerTellsItsLoadThroughAProbe() {
        knowledge.take(
                NodeName.of("probe.westusa"),
                new ProbeReport(List.of(), List.of(), List.of(new ServerLoad("customer1/west", 100, 0.4, 0, false))));
        knowledge.refresh();
        View view = knowledge.view();
        assertThat(view.states().utilisation()[view.zone().indexOf(SERVER)]).isEqualTo(0.4f);
    }

    @Test
    void knowledgeSurvivesARestart(@TempDir Path directory) {
        report("probe.westusa", EDGE, false, 2);
        report("probe.eastusa", EDGE, false, 2);
        latency("probe.westusa", "192.0.2.53", 10);
        latency("probe.europe", "2001:db8::53", 20);
        knowledge.persistence().record(5, 77, clock.get(), clock.get() + 100_000, true);
        Path file = directory.resolve("dns").resolve("knowledge");
        InstantSource then = InstantSource.fixed(Instant.ofEpochMilli(1_000_000_000_000L));
        new Checkpoint(file, then).save(knowledge);

        Knowledge restarted = fresh();
        new Checkpoint(file, InstantSource.fixed(then.instant().plusSeconds(60))).restore(restarted);
        restarted.refresh();
        knowledge = restarted;
        assertThat(down(EDGE)).isTrue();
        ClientView client = locate("192.0.2.99");
        assertThat(client.latencyMs(westusa())).isEqualTo(10);
        assertThat(client.ageMs()).isEqualTo(60_000);
        assertThat(locate("2001:db8::99").source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(restarted.persistence().find(5, clock.get(), false)).isEqualTo(77);
        assertThat(restarted.persistence().find(5, clock.get() + 40_000, false)).isZero();
    }

    @Test
    void brokenCheckpointIsLeftOut(@TempDir Path directory) throws Exception {
        latency("probe.westusa", "192.0.2.53", 10);
        Path file = directory.resolve("knowledge");
        Checkpoint checkpoint = new Checkpoint(file, InstantSource.system());
        checkpoint.save(knowledge);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            Knowledge restarted = fresh();
            checkpoint.restore(restarted);
            assertThat(restarted.latencyPrefixes()).isZero();
        }
        whole[20] ^= 1;
        Files.write(file, whole);
        Knowledge restarted = fresh();
        checkpoint.restore(restarted);
        assertThat(restarted.latencyPrefixes()).isZero();
    }

    @Test
    void persistenceIsBoundedAndTheSoonestToEndGivesWay() {
        PersistenceTable table = new PersistenceTable(1024, 1024);
        for (int i = 1; i <= 100_000; i++) {
            table.record(PersistenceTable.key(i, 1), i, 0, 1000 + i, false);
        }
        assertThat(table.size(0)).isBetween(900, 1024);
        assertThat(table.find(PersistenceTable.key(100_000, 1), 500, true)).isEqualTo(100_000);
        assertThat(table.find(PersistenceTable.key(100_000, 1), 200_000, true)).isZero();
    }

    @Test
    void choiceMadeWithoutKnowingTheClientIsVoidOnceItIsKnown() {
        PersistenceTable table = new PersistenceTable(1024, 1024);
        table.record(5, 77, 0, 1000, true);
        assertThat(table.find(5, 10, false)).isEqualTo(77);
        assertThat(table.find(5, 10, true)).isZero();
        table.record(5, 78, 0, 1000, false);
        assertThat(table.find(5, 10, true)).isEqualTo(78);
    }

    @Test
    void latencyRequestsAreAskedOnceBoundedAndBatched() {
        LatencyRequests requests = new LatencyRequests(10, 60_000);
        for (int i = 0; i < 30; i++) {
            requests.offer(0, 0xffff_0000_0000L + i % 15, 1000);
        }
        assertThat(requests.dropped()).isEqualTo(10);
        assertThat(requests.take(4)).hasSize(4);
        assertThat(requests.take(100)).hasSize(6);
        requests.offer(0, 0xffff_0000_0000L, 2000);
        assertThat(requests.take(100)).isEmpty();
        requests.offer(0, 0xffff_0000_0000L, 62_000);
        assertThat(requests.take(100)).hasSize(1);
    }

    @Test
    void targetsAreDescribedForOperators() {
        report("probe.westusa", EDGE, true, 1);
        knowledge.refresh();
        TargetReport edge = knowledge.targets().stream()
                .filter(t -> t.target().equals(EDGE.text()))
                .findFirst()
                .orElseThrow();
        assertThat(edge.state()).isEqualTo("UP");
        assertThat(edge.responseMs()).isEqualTo(12.0);
        assertThat(edge.vantagePoints()).singleElement().satisfies(point -> {
            assertThat(point.probe()).isEqualTo("probe.westusa");
            assertThat(point.up()).isTrue();
        });
    }

    private void report(String probe, TargetId target, boolean up, int times) {
        for (int i = 0; i < times; i++) {
            knowledge.take(NodeName.of(probe), services(result(target, up, 0)));
        }
    }

    private static ServiceResult result(TargetId target, boolean up, long ageMs) {
        return new ServiceResult(target, up, 12, ageMs, 0, up ? null : "connection refused", false);
    }

    private static ProbeReport services(ServiceResult... results) {
        return new ProbeReport(List.of(results), List.of(), List.of());
    }

    private void latency(String probe, String address, double ms) {
        LatencyResult result =
                new LatencyResult(InetAddress.ofLiteral(address), ms, Double.isNaN(ms) ? 100 : 0, 0, 0, false);
        knowledge.take(NodeName.of(probe), new ProbeReport(List.of(), List.of(result), List.of()));
        knowledge.refresh();
    }

    private void load(double rate) {
        LoadReport report = new LoadReport(0, 0, 0, rate, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
        knowledge.take(NodeName.of("edge1.westusa"), 1, report);
    }

    private float utilisation() {
        knowledge.refresh();
        View view = knowledge.view();
        return view.states().utilisation()[view.zone().indexOf(EDGE)];
    }

    private float shed() {
        knowledge.refresh();
        View view = knowledge.view();
        return view.states().shed()[view.zone().indexOf(EDGE)];
    }

    private ClientView locate(String address) {
        ClientView client = new ClientView();
        InetAddress source = InetAddress.ofLiteral(address);
        View view = knowledge.view();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(source),
                        Address.low(source),
                        view.zone().topology(),
                        view.latencies(),
                        clock.get(),
                        client);
        return client;
    }

    private int westusa() {
        return knowledge.view().zone().topology().indexOf("westusa");
    }

    private boolean down(TargetId target) {
        View view = knowledge.view();
        return view.states().down()[view.zone().indexOf(target)];
    }
}
