package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.popnet.dns.knowledge.TestKnowledge.EDGE;
import static org.popnet.dns.knowledge.TestKnowledge.SERVER;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.tree.NodeName;

class ReportedLoadsTest {
    private TestKnowledge known = new TestKnowledge();

    @Test
    void loadIsDampedAndForgotten() {
        known.load(1600);
        assertThat(known.utilisation(EDGE)).isEqualTo(0.8f);
        for (int second = 0; second < 10; second++) {
            known.passes(1000);
            known.load(0);
        }
        assertThat(known.utilisation(EDGE)).as("ten idle seconds").isBetween(0.7f, 0.79f);
        for (int second = 0; second < 600; second++) {
            known.passes(1000);
            known.load(0);
        }
        assertThat(known.utilisation(EDGE)).as("ten idle minutes").isLessThan(0.04f);
        known.passes(10_001);
        assertThat(known.utilisation(EDGE)).isZero();
    }

    @Test
    void serverThatIsFullTurnsAwayWhatIsTooMuchAndLaterEverybody() {
        known.load(2400);
        assertThat(known.shed(EDGE)).isCloseTo(0.25f, within(0.01f));
        for (int second = 0; second < 29; second++) {
            known.passes(1000);
            known.load(1840);
        }
        assertThat(known.shed(EDGE)).as("between calm and full nothing changes").isCloseTo(0.25f, within(0.01f));
        for (int second = 0; second < 330; second++) {
            known.passes(1000);
            known.load(2400);
        }
        assertThat(known.shed(EDGE)).as("it did not help").isEqualTo(1f);
        assertThat(known.knowledge.target(EDGE).turnsAway())
                .as("as operators see it")
                .isEqualTo(1);
        for (int second = 0; second < 1800; second++) {
            known.passes(1000);
            known.load(200);
        }
        assertThat(known.shed(EDGE)).as("calm for long").isZero();
    }

    @Test
    void loadIsTheWorstOfWhatCountsInThisTree() {
        LoadReport busy = new LoadReport(0.6, 0.5, 0, 200, 0, 0, Map.of(), Map.of(), 0.3, 0.7, 0, List.of());
        known.knowledge.take(NodeName.of("edge1.westusa"), 1, busy);
        assertThat(known.utilisation(EDGE)).as("bandwidth").isEqualTo(0.7f);

        known = new TestKnowledge(
                TestTrees.NETWORK.replace("network:\n", "network:\n  load-measures: [requests, connections]\n"));
        known.knowledge.take(NodeName.of("edge1.westusa"), 1, busy);
        assertThat(known.utilisation(EDGE)).as("connections").isEqualTo(0.3f);

        known = new TestKnowledge();
        LoadReport full = new LoadReport(0, 0.98, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
        known.knowledge.take(NodeName.of("edge1.westusa"), 1, full);
        assertThat(known.utilisation(EDGE)).as("the last tenth of the memory").isCloseTo(0.8f, within(0.001f));
    }

    @Test
    void whatProbesHearFromANodeCountsOnlyWhileNothingComesFromItself() {
        known.heard("node:edge1.westusa", 0, 0.4);
        assertThat(known.utilisation(EDGE)).isEqualTo(0.4f);
        known.heard("node:edge9.westusa", 0, 0.9);
        assertThat(known.knowledge.loads()).as("it is not in the tree").isEqualTo(1);

        for (int second = 0; second < 600; second++) {
            known.passes(1000);
            known.load(20);
            known.heard("node:edge1.westusa", 0, 0.9);
        }
        assertThat(known.utilisation(EDGE)).as("its own reports").isLessThan(0.12f);
        for (int second = 0; second < 600; second++) {
            known.passes(1000);
            known.heard("node:edge1.westusa", 0, 0.9);
        }
        assertThat(known.utilisation(EDGE)).as("which no longer arrive").isCloseTo(0.9f, within(0.04f));
    }

    @Test
    void customersServerTellsItsLoadThroughAProbe() {
        known.heard("customer1/west", 100, 0.4);
        assertThat(known.utilisation(SERVER)).isEqualTo(0.4f);
    }
}
