package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;

class PassiveRoundTripsTest {
    private static final long MINUTE_MS = 60_000;

    private final TestKnowledge known = new TestKnowledge();

    @Test
    void lastMileIsNotCountedAndWhatIsBeyondFadesWithItsAge() {
        measured(20, 30);
        known.users("edge1.westusa", "192.0.2.0", 24, 60);
        known.users("edge1.eastusa", "192.0.2.0", 24, 50);
        known.later(5000);
        assertThat(distance("westusa"))
                .as("40 beyond the probe's, of which 20 are the last mile")
                .isEqualTo(40);
        assertThat(distance("eastusa")).as("20 beyond it: the last mile alone").isEqualTo(30);
        known.later(10 * MINUTE_MS);
        assertThat(distance("westusa")).as("after a half-life").isEqualTo(30);
        known.later(51 * MINUTE_MS);
        measured(20, 30);
        assertThat(distance("westusa")).as("after all of it has expired").isEqualTo(20);
    }

    @Test
    void whatOnePopAloneSeesCorrectsNothing() {
        measured(20, 30);
        known.users("edge1.westusa", "192.0.2.0", 24, 900);
        known.later(5000);
        assertThat(distance("westusa")).isEqualTo(20);
        known.users("edge1.europe", "192.0.2.0", 24, 10);
        known.later(5000);
        assertThat(distance("westusa"))
                .as("europe's probes have not measured this client: its users say nothing of another POP")
                .isEqualTo(20);
    }

    @Test
    void correctionIsBoundedAndNonsenseIsLeftOut() {
        measured(20, 30);
        known.users("edge1.westusa", "192.0.2.0", 24, 5000);
        known.users("edge1.eastusa", "192.0.2.0", 24, 30);
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1, 0, 1e9}) {
            known.users("edge1.eastusa", "192.0.2.0", 24, wrong);
        }
        known.later(5000);
        assertThat(distance("westusa")).isEqualTo(20 + PassiveRoundTrips.CORRECTION_MAX_MS);
        assertThat(distance("eastusa")).isEqualTo(30);
    }

    @Test
    void longerPrefixesCountForTheirPlaceAndShorterOnesForNobody() {
        measured(20, 30);
        known.users("edge1.westusa", "192.0.2.128", 25, 60);
        known.users("edge1.eastusa", "192.0.0.0", 16, 30);
        known.later(5000);
        assertThat(known.knowledge.passivePrefixes()).isEqualTo(1);
        known.users("edge1.eastusa", "192.0.2.7", 32, 30);
        known.later(5000);
        assertThat(distance("westusa")).isEqualTo(60);
    }

    @Test
    void onlyEdgesTellAndOnlyWhereTheTreeWantsIt() {
        measured(20, 30);
        known.users("fetch1.westusa", "192.0.2.0", 24, 60);
        assertThat(known.knowledge.passivePrefixes()).isZero();
        known.users("edge1.westusa", "192.0.2.0", 24, 60);
        known.users("edge1.eastusa", "192.0.2.0", 24, 30);
        known.later(5000);
        assertThat(distance("westusa")).isEqualTo(60);
        known.activate(
                TestTrees.NETWORK.replace("  zone: pop.example", "  zone: pop.example\n  passive-round-trips: false"));
        known.users("edge1.westusa", "192.0.2.0", 24, 60);
        known.later(5000);
        assertThat(distance("westusa"))
                .as("what was heard before is forgotten, too")
                .isEqualTo(20);
        assertThat(known.knowledge.passivePrefixes()).isZero();
    }

    /** What thousands of prefixes' users say is looked at in pieces, before it is due. */
    @Test
    void correctionsMadeInPiecesAreTheSameAsThoseMadeAtOnce() {
        int prefixes = 5000;
        TestKnowledge atOnce = new TestKnowledge();
        for (TestKnowledge each : List.of(known, atOnce)) {
            each.measured("probe.westusa", prefixes, 20);
            each.measured("probe.eastusa", prefixes, 30);
            for (int i = 0; i < prefixes; i++) {
                each.users("edge1.westusa", TestKnowledge.prefix(i), 32, 40 + i % 50);
                each.users("edge1.eastusa", TestKnowledge.prefix(i), 32, 45);
            }
        }
        for (int tenth = 0; tenth < 40; tenth++) {
            known.passes(100);
            known.knowledge.prepare();
        }
        assertThat(known.locate(TestKnowledge.prefix(49)).latencyMs(known.pop("westusa")))
                .as("made ready in less than the five seconds that it may take")
                .isGreaterThan(60);
        atOnce.later(5000);
        int corrected = 0;
        for (int i = 0; i < prefixes; i++) {
            for (String pop : List.of("westusa", "eastusa")) {
                float ms = known.locate(TestKnowledge.prefix(i)).latencyMs(known.pop(pop));
                assertThat(ms).isEqualTo(atOnce.locate(TestKnowledge.prefix(i)).latencyMs(atOnce.pop(pop)));
                corrected += ms > 30 ? 1 : 0;
            }
        }
        assertThat(corrected).isPositive();
    }

    private void measured(double westMs, double eastMs) {
        known.latency("probe.westusa", "192.0.2.53", westMs);
        known.latency("probe.eastusa", "192.0.2.53", eastMs);
    }

    private float distance(String pop) {
        return known.locate("192.0.2.9").latencyMs(known.pop(pop));
    }
}
