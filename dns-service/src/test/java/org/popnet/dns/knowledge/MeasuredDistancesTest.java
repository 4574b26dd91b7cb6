package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.popnet.dns.knowledge.TestKnowledge.SERVER;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.popnet.dns.steering.ClientView;
import org.popnet.platform.message.Message.LatencyResult;

class MeasuredDistancesTest {
    private final TestKnowledge known = new TestKnowledge();

    @Test
    void latencyIsKnownForTheWholePrefixLosesWeightAndExpires() {
        known.latency("probe.westusa", "192.0.2.53", 10);
        ClientView client = known.locate("192.0.2.99");
        assertThat(client.source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(client.fresh()).isTrue();
        assertThat(client.latencyMs(known.pop("westusa"))).isEqualTo(10);
        known.passes(600_001);
        assertThat(known.locate("192.0.2.99").fresh()).isFalse();
        known.latency("probe.westusa", "192.0.2.53", 40);
        assertThat(known.locate("192.0.2.99").latencyMs(known.pop("westusa")))
                .as("half the weight is left")
                .isCloseTo(30, within(0.1f));
        known.passes(3_600_001);
        assertThat(known.locate("192.0.2.99").source()).isEqualTo(ClientView.Source.TOPOLOGY);
        assertThat(known.knowledge.latencyPrefixes()).isEqualTo(1);
        known.knowledge.expire();
        assertThat(known.knowledge.latencyPrefixes()).isZero();
    }

    @Test
    void distancesToTheNetworksOwnServersSayNothingOfClients() {
        known.latency("probe.westusa", "10.0.2.2", 70);
        known.latency("probe.westusa", "10.1.1.1", 10);
        assertThat(known.knowledge.latencyPrefixes()).isZero();
    }

    @Test
    void unansweredMeasurementIsNoDistance() {
        known.latency("probe.westusa", "192.0.2.53", Double.NaN);
        assertThat(known.locate("192.0.2.99").source()).isEqualTo(ClientView.Source.TOPOLOGY);
        known.latency("probe.europe", "192.0.2.53", 30);
        ClientView client = known.locate("192.0.2.99");
        assertThat(client.source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(client.latencyMs(known.pop("westusa"))).isGreaterThan(30);
    }

    @Test
    void unknownClientIsAsFarAsThisNameServerOnceAllPopsHaveMeasuredIt() {
        int europe = known.pop("europe");
        float byMap = known.locate("192.0.2.77").latencyMs(europe);
        known.latency("probe.westusa", "10.0.1.1", 2);
        known.latency("probe.eastusa", "10.0.1.1", 64);
        assertThat(known.locate("192.0.2.77").latencyMs(europe))
                .as("not from everywhere")
                .isEqualTo(byMap);

        known.latency("probe.europe", "10.0.1.1", 171);
        ClientView client = known.locate("192.0.2.77");
        assertThat(client.source()).isEqualTo(ClientView.Source.TOPOLOGY);
        assertThat(client.settled()).as("its own distance is still to come").isFalse();
        assertThat(client.latencyMs(europe)).isEqualTo(171);
        assertThat(client.latencyMs(known.pop("westusa"))).isEqualTo(2);
        assertThat(client.latencyMs(known.pop("hq"))).as("no probe there").isEqualTo(171 * 1.5f + 20);

        known.latency("probe.westusa", "192.0.2.53", 33);
        assertThat(known.locate("192.0.2.77").latencyMs(known.pop("westusa")))
                .as("measured")
                .isEqualTo(33);
    }

    @Test
    void responseTimesAreKnownByPop() {
        known.report("probe.westusa", SERVER, true, 1);
        known.knowledge.refresh();
        View view = known.knowledge.view();
        float[] from = view.states().distanceFromMs()[view.zone().indexOf(SERVER)];
        assertThat(from[known.pop("westusa")]).isEqualTo(12);
        assertThat(from[known.pop("europe")]).isNaN();
    }

    @Test
    void measuredDistanceOfACustomersServerGoesBeforeItsResponseTime() {
        known.report("probe.westusa", SERVER, true, 1);
        known.report("probe.europe", SERVER, true, 1);
        known.measured("probe.westusa", new LatencyResult(InetAddress.ofLiteral("10.1.1.1"), 11, 4, 0, 0, false, 8));
        View view = known.knowledge.view();
        int server = view.zone().indexOf(SERVER);
        int europe = known.pop("europe");
        assertThat(view.states().distanceFromMs()[server][known.pop("westusa")]).isEqualTo(8);
        assertThat(view.states().lossFromPercent()[server][known.pop("westusa")])
                .isEqualTo(4);
        assertThat(view.states().responseMs()[server]).as("12 ms less the way").isEqualTo(4);
        assertThat(view.states().distanceFromMs()[server][europe])
                .as("what the server takes of its own is taken off where the way was not measured")
                .isEqualTo(8);

        known.passes(3_600_001);
        known.report("probe.westusa", SERVER, true, 1);
        known.knowledge.refresh();
        view = known.knowledge.view();
        assertThat(view.states().distanceFromMs()[server][known.pop("westusa")])
                .as("the measurement has expired")
                .isEqualTo(12);
    }

    @Test
    void noWayToAServerIsLongerThanItsResponseTimeAndADistanceCountsWhereNobodyChecks() {
        known.report("probe.westusa", SERVER, true, 1);
        InetAddress address = InetAddress.ofLiteral("10.1.1.1");
        known.measured("probe.westusa", new LatencyResult(address, 500, 0, 0, 0, false));
        known.measured("probe.eastusa", new LatencyResult(address, 70, 0, 0, 0, false));
        View view = known.knowledge.view();
        int server = view.zone().indexOf(SERVER);
        assertThat(view.states().distanceFromMs()[server][known.pop("westusa")])
                .as("measured by a probe that had just started")
                .isEqualTo(12);
        assertThat(view.states().distanceFromMs()[server][known.pop("eastusa")]).isEqualTo(70);
        assertThat(view.states().responseMs()[server]).isZero();
    }
}
