package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.NodeName;

class PassiveRoundTripsTest {
    private static final long MINUTE_MS = 60_000;

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), clock::get);

    PassiveRoundTripsTest() {
        activate(TestTrees.NETWORK);
    }

    @Test
    void lastMileIsNotCountedAndWhatIsBeyondFadesWithItsAge() {
        measured(20, 30);
        users("edge1.westusa", "192.0.2.0", 24, 60);
        users("edge1.eastusa", "192.0.2.0", 24, 50);
        later(5000);
        assertThat(distance("westusa"))
                .as("40 beyond the probe's, of which 20 are the last mile")
                .isEqualTo(40);
        assertThat(distance("eastusa")).as("20 beyond it: the last mile alone").isEqualTo(30);
        later(10 * MINUTE_MS);
        assertThat(distance("westusa")).as("after a half-life").isEqualTo(30);
        later(51 * MINUTE_MS);
        measured(20, 30);
        assertThat(distance("westusa")).as("after all of it has expired").isEqualTo(20);
    }

    @Test
    void whatOnePopAloneSeesCorrectsNothing() {
        measured(20, 30);
        users("edge1.westusa", "192.0.2.0", 24, 900);
        later(5000);
        assertThat(distance("westusa")).isEqualTo(20);
        users("edge1.europe", "192.0.2.0", 24, 10);
        later(5000);
        assertThat(distance("westusa"))
                .as("europe's probes have not measured this client: its users say nothing of another POP")
                .isEqualTo(20);
    }

    @Test
    void correctionIsBoundedAndNonsenseIsLeftOut() {
        measured(20, 30);
        users("edge1.westusa", "192.0.2.0", 24, 5000);
        users("edge1.eastusa", "192.0.2.0", 24, 30);
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1, 0, 1e9}) {
            users("edge1.eastusa", "192.0.2.0", 24, wrong);
        }
        later(5000);
        assertThat(distance("westusa")).isEqualTo(20 + PassiveRoundTrips.CORRECTION_MAX_MS);
        assertThat(distance("eastusa")).isEqualTo(30);
    }

    @Test
    void longerPrefixesCountForTheirPlaceAndShorterOnesForNobody() {
        measured(20, 30);
        users("edge1.westusa", "192.0.2.128", 25, 60);
        users("edge1.eastusa", "192.0.0.0", 16, 30);
        later(5000);
        assertThat(knowledge.passivePrefixes()).isEqualTo(1);
        users("edge1.eastusa", "192.0.2.7", 32, 30);
        later(5000);
        assertThat(distance("westusa")).isEqualTo(60);
    }

    @Test
    void onlyEdgesTellAndOnlyWhereTheTreeWantsIt() {
        measured(20, 30);
        users("fetch1.westusa", "192.0.2.0", 24, 60);
        assertThat(knowledge.passivePrefixes()).isZero();
        users("edge1.westusa", "192.0.2.0", 24, 60);
        users("edge1.eastusa", "192.0.2.0", 24, 30);
        later(5000);
        assertThat(distance("westusa")).isEqualTo(60);
        activate(TestTrees.NETWORK.replace("  zone: pop.example", "  zone: pop.example\n  passive-round-trips: false"));
        users("edge1.westusa", "192.0.2.0", 24, 60);
        later(5000);
        assertThat(distance("westusa"))
                .as("what was heard before is forgotten, too")
                .isEqualTo(20);
        assertThat(knowledge.passivePrefixes()).isZero();
    }

    private void activate(String tree) {
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(1, tree), TestTrees.SELF));
    }

    private void later(long ms) {
        clock.addAndGet(ms);
        knowledge.refresh();
    }

    private void measured(double westMs, double eastMs) {
        InetAddress client = InetAddress.ofLiteral("192.0.2.53");
        for (Map.Entry<String, Double> probe :
                Map.of("probe.westusa", westMs, "probe.eastusa", eastMs).entrySet()) {
            LatencyResult result = new LatencyResult(client, probe.getValue(), 0, 0, 0, false);
            knowledge.take(NodeName.of(probe.getKey()), new ProbeReport(List.of(), List.of(result), List.of()));
        }
        knowledge.refresh();
    }

    private void users(String node, String prefix, int bits, double ms) {
        ClientRoundTrip told = new ClientRoundTrip(InetAddress.ofLiteral(prefix), bits, ms);
        knowledge.take(
                NodeName.of(node), 1, new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of(told)));
    }

    private float distance(String pop) {
        View view = knowledge.view();
        InetAddress source = InetAddress.ofLiteral("192.0.2.9");
        ClientView client = new ClientView();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(source),
                        Address.low(source),
                        view.zone().topology(),
                        view.latencies(),
                        clock.get(),
                        client);
        return client.latencyMs(view.zone().topology().indexOf(pop));
    }
}
