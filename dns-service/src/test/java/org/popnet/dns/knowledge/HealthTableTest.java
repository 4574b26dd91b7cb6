package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.dns.knowledge.TestKnowledge.EDGE;
import static org.popnet.dns.knowledge.TestKnowledge.PROBES;
import static org.popnet.dns.knowledge.TestKnowledge.SERVER;
import static org.popnet.dns.knowledge.TestKnowledge.result;
import static org.popnet.dns.knowledge.TestKnowledge.services;
import static org.popnet.dns.knowledge.TestKnowledge.withProbes;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.NodeName;

class HealthTableTest {
    private TestKnowledge known = new TestKnowledge();

    @Test
    void targetIsDownWhenMostVantagePointsSawItFailTwice() {
        known.report("probe.westusa", EDGE, false, 2);
        assertThat(known.down(EDGE)).as("one of three").isFalse();
        known.report("probe.eastusa", EDGE, false, 1);
        assertThat(known.down(EDGE)).as("the second is not sure yet").isFalse();
        known.report("probe.eastusa", EDGE, false, 1);
        assertThat(known.down(EDGE)).isTrue();
        assertThat(known.knowledge.transitions()).isEqualTo(1);
    }

    @Test
    void oneProbeThatLiesOrIsCutOffChangesNothing() {
        for (String probe : PROBES) {
            known.report(probe, EDGE, true, 5);
        }
        for (int second = 0; second < 60; second++) {
            known.passes(1000);
            known.report("probe.westusa", EDGE, false, 1);
            known.report("probe.eastusa", EDGE, true, 1);
            known.report("probe.europe", EDGE, true, 1);
            assertThat(known.down(EDGE)).isFalse();
        }
        for (int second = 0; second < 60; second++) {
            known.passes(1000);
            known.report("probe.westusa", EDGE, false, 1);
            known.knowledge.refresh();
            assertThat(known.down(EDGE)).as("alone, it is no quorum").isFalse();
        }
    }

    @Test
    void targetComesBackOnlyAfterRiseGoodResultsOfEnoughPoints() {
        known.report("probe.westusa", EDGE, false, 2);
        known.report("probe.eastusa", EDGE, false, 2);
        known.report("probe.europe", EDGE, false, 2);
        known.report("probe.westusa", EDGE, true, 3);
        assertThat(known.down(EDGE)).isTrue();
        known.report("probe.eastusa", EDGE, true, 2);
        assertThat(known.down(EDGE)).isTrue();
        known.report("probe.eastusa", EDGE, true, 1);
        assertThat(known.down(EDGE)).isFalse();
    }

    @Test
    void whenAllProbesFallSilentTheLastVerdictStays() {
        known.report("probe.westusa", EDGE, false, 2);
        known.report("probe.eastusa", EDGE, false, 2);
        known.passes(3_600_000);
        known.knowledge.refresh();
        assertThat(known.down(EDGE)).isTrue();
        known.report("probe.europe", EDGE, true, 1);
        assertThat(known.down(EDGE)).as("the only one who knows says it is up").isFalse();
    }

    @Test
    void seldomCheckCountsForFiveOfItsIntervals() {
        known = new TestKnowledge(TestTrees.NETWORK.replace(
                "checks: [{http: /health, text: ok}]",
                "checks: [{http: /health, text: ok, interval: 30s}, {http: /b, interval: 1m}]"));
        known.report("probe.westusa", SERVER, false, 2);
        known.passes(149_000);
        known.report("probe.eastusa", SERVER, false, 2);
        assertThat(known.down(SERVER)).as("both are fresh").isTrue();

        known = new TestKnowledge(TestTrees.NETWORK.replace(
                "checks: [{http: /health, text: ok}]", "checks: [{http: /health, text: ok, interval: 30s}]"));
        known.report("probe.westusa", SERVER, false, 2);
        known.passes(151_000);
        known.report("probe.eastusa", SERVER, false, 2);
        assertThat(known.down(SERVER)).as("one has gone stale").isFalse();
    }

    @Test
    void staleAndOvertakenResultsAreNotBelieved() {
        known.knowledge.take(
                NodeName.of("probe.westusa"), services(result(EDGE, false, 6000), result(EDGE, false, 6000)));
        known.knowledge.take(
                NodeName.of("probe.eastusa"), services(result(EDGE, false, 6000), result(EDGE, false, 6000)));
        assertThat(known.down(EDGE)).isFalse();
        known.report("probe.westusa", EDGE, true, 1);
        known.report("probe.eastusa", EDGE, true, 1);
        known.knowledge.take(
                NodeName.of("probe.westusa"), services(result(EDGE, false, 2000), result(EDGE, false, 1000)));
        known.knowledge.take(
                NodeName.of("probe.eastusa"), services(result(EDGE, false, 2000), result(EDGE, false, 1000)));
        assertThat(known.down(EDGE)).isFalse();
    }

    /** A probe that was stopped for half a minute sees time-outs where there were none. */
    @Test
    void whatALaggingProbeMeasuredCountsAsStale() {
        ServiceResult lagged = new ServiceResult(EDGE, false, 600, 0, 0, "timeout", true);
        for (String probe : PROBES) {
            known.report(probe, EDGE, true, 3);
            known.knowledge.take(NodeName.of(probe), services(lagged, lagged, lagged));
        }
        assertThat(known.down(EDGE)).isFalse();
        LatencyResult distance = new LatencyResult(InetAddress.ofLiteral("192.0.2.53"), 900, 50, 0, 0, true);
        known.knowledge.take(NodeName.of(PROBES[0]), new ProbeReport(List.of(), List.of(distance), List.of()));
        assertThat(known.knowledge.latencyPrefixes()).isZero();
    }

    /** Ages are told by the sender; its wall known.clock is for people. */
    @Test
    void clockThatIsADayOffAndRepeatedReportsHaveNoEffect() {
        long dayMs = 86_400_000L;
        known.report("probe.europe", EDGE, true, 1);
        for (int second = 0; second < 30; second++) {
            known.passes(1000);
            for (long wallClock : new long[] {0, System.currentTimeMillis() + dayMs, Long.MAX_VALUE, Long.MIN_VALUE}) {
                ServiceResult good = new ServiceResult(EDGE, true, 12, 0, wallClock, null, false);
                for (String probe : PROBES) {
                    known.knowledge.take(NodeName.of(probe), services(good));
                }
            }
            assertThat(known.down(EDGE)).isFalse();
        }
        assertThat(known.knowledge.transitions()).isEqualTo(1);
    }

    @Test
    void flappingTargetChangesItsVerdictSeldom() {
        for (int second = 0; second < 300; second++) {
            known.passes(1000);
            for (String probe : PROBES) {
                known.report(probe, EDGE, second % 2 == 0, 1);
            }
        }
        assertThat(known.knowledge.transitions()).isLessThanOrEqualTo(2);
    }

    @Test
    void targetThatFailsAgainAndAgainComesBackLaterEachTime() {
        for (int second = 0; second < 300; second++) {
            known.passes(1000);
            for (String probe : PROBES) {
                known.report(probe, EDGE, second % 6 < 3, 1);
            }
        }
        assertThat(known.knowledge.transitions()).as("of 100").isBetween(8L, 20L);
        known.passes(60_000);
        for (String probe : PROBES) {
            known.report(probe, EDGE, true, 3);
        }
        assertThat(known.down(EDGE)).as("after the longest time").isFalse();
    }

    @Test
    void verdictsAreKeptWhenTheTreeChanges() {
        known.report("probe.westusa", EDGE, false, 2);
        known.report("probe.eastusa", EDGE, false, 2);
        known.knowledge.activate(ZoneCompiler.compile(
                TestTrees.active(2, TestTrees.NETWORK.replace("cost: 1.0", "cost: 2.0")), TestTrees.SELF));
        assertThat(known.down(EDGE)).isTrue();
    }

    @Test
    void moreProbesThanAreKeptDoNotKeepATargetUp() {
        known = new TestKnowledge(withProbes(30));
        for (int second = 0; second < 2; second++) {
            known.passes(1000);
            for (int i = 1; i <= 30; i++) {
                known.report("probe" + i + ".europe", SERVER, false, 1);
            }
        }
        assertThat(known.down(SERVER)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1})
    void responseTimeThatCannotBeSpoilsNoOther(double ms) {
        known.knowledge.take(
                NodeName.of("probe.westusa"),
                TestKnowledge.services(new ServiceResult(EDGE, true, ms, 0, 0, null, false)));
        assertThat(known.knowledge.target(EDGE).state()).isEqualTo("UP");
        assertThat(known.knowledge.target(EDGE).responseMs()).isNull();
        known.report("probe.westusa", EDGE, true, 1);
        assertThat(known.knowledge.target(EDGE).responseMs()).isEqualTo(12.0);
    }

    @Test
    void targetsAreDescribedForOperators() {
        known.report("probe.westusa", EDGE, true, 1);
        known.knowledge.refresh();
        TargetReport edge = known.knowledge.targets().stream()
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
}
