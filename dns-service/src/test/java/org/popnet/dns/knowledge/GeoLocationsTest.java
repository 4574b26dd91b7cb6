package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.geo.GeoDatabase;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.NodeName;

/** The file says that 192.0.2.0/24 is in Paris and 198.18.0.0/16 in New York. */
class GeoLocationsTest {
    private GeoLocations places;
    private Knowledge knowledge;

    @BeforeEach
    void open() throws Exception {
        Path file = Path.of(GeoLocationsTest.class.getResource("places.mmdb").toURI());
        places = new GeoLocations(new GeoDatabase("popnet.dns.knowledge.location-database", file, () -> 0), 64);
        knowledge = new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L, places);
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF));
    }

    @Test
    void clientNobodyHasMeasuredIsAsFarAsTheDatabaseSays() {
        ClientView client = locate("192.0.2.77");
        assertThat(client.source()).isEqualTo(ClientView.Source.GEOIP);
        assertThat(client.latencyMs(pop("europe"))).isLessThan(1);
        assertThat(client.latencyMs(pop("eastusa"))).isCloseTo(88, within(2f));
        assertThat(client.settled()).as("measuring would tell more").isFalse();
        assertThat(locate("198.18.200.1").latencyMs(pop("eastusa"))).isLessThan(1);
    }

    @Test
    void measurementAndCoverageGoBeforeAndTheTopologyBehind() {
        assertThat(locate("203.0.113.9").source()).isEqualTo(ClientView.Source.COVERAGE);
        assertThat(locate("192.0.3.9").source()).isEqualTo(ClientView.Source.TOPOLOGY);
        measured("192.0.2.53");
        assertThat(locate("192.0.2.77").source()).isEqualTo(ClientView.Source.MEASURED);
    }

    @Test
    void placeOfASubnetGoesBeforeTheDistanceOfItsResolver() {
        measured("192.0.3.53");
        assertThat(subnet("192.0.2.0", "192.0.3.53").source()).isEqualTo(ClientView.Source.GEOIP);
        assertThat(subnet("192.0.4.0", "192.0.3.53").source()).isEqualTo(ClientView.Source.MEASURED_RESOLVER);
    }

    @Test
    void moreClientsThanAreRememberedAreStillToldApart() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1000; i++) {
                assertThat(locate("198.18." + i % 256 + ".1").source()).isEqualTo(ClientView.Source.GEOIP);
                assertThat(locate("198.19." + i % 256 + ".1").source()).isEqualTo(ClientView.Source.TOPOLOGY);
            }
        }
        assertThat(places.located()).isGreaterThan(256);
    }

    @Test
    void anotherTreeHasOtherDistances() {
        locate("192.0.2.77");
        String moved = TestTrees.NETWORK.replace("location: [48.9, 2.4]", "location: [-33.9, 151.2]");
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(2, moved), TestTrees.SELF));
        assertThat(locate("192.0.2.77").latencyMs(pop("europe"))).isGreaterThan(200);
        String nowhere = TestTrees.NETWORK.replaceAll("location: .*", "");
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(3, nowhere), TestTrees.SELF));
        assertThat(locate("192.0.2.77").source()).isEqualTo(ClientView.Source.TOPOLOGY);
    }

    /** It may take as long as the disk does; making room where latencies have expired is not to wait for that. */
    @Test
    void newerDatabaseIsLookedForOnItsOwn() {
        AtomicInteger looked = new AtomicInteger();
        Knowledge looking = new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L, new Geography() {
            @Override
            public float[] estimatesFrom(long high, long low, Topology topology) {
                return Topology.NOWHERE;
            }

            @Override
            public void refresh() {
                looked.incrementAndGet();
            }
        });
        looking.expire();
        assertThat(looked).hasValue(0);
        looking.refreshPlaces();
        assertThat(looked).hasValue(1);
    }

    private void measured(String client) {
        LatencyResult measured = new LatencyResult(InetAddress.ofLiteral(client), 10, 0, 0, 0, false);
        knowledge.take(NodeName.of("probe.westusa"), new ProbeReport(List.of(), List.of(measured), List.of()));
        knowledge.refresh();
    }

    private int pop(String name) {
        return topology().indexOf(name);
    }

    private Topology topology() {
        return knowledge.view().zone().topology();
    }

    private ClientView locate(String address) {
        InetAddress client = InetAddress.ofLiteral(address);
        ClientView out = new ClientView();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(client),
                        Address.low(client),
                        topology(),
                        knowledge.view().latencies(),
                        knowledge.nowMs(),
                        out);
        return out;
    }

    private ClientView subnet(String subnet, String resolver) {
        InetAddress client = InetAddress.ofLiteral(subnet);
        InetAddress asks = InetAddress.ofLiteral(resolver);
        ClientView out = new ClientView();
        knowledge
                .clientLocation()
                .locateSubnet(
                        Address.high(client),
                        Address.low(client),
                        120,
                        Address.high(asks),
                        Address.low(asks),
                        topology(),
                        knowledge.view().latencies(),
                        knowledge.nowMs(),
                        out);
        return out;
    }
}
