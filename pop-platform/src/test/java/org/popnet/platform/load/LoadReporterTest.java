package org.popnet.platform.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.origin.OriginTree;
import org.popnet.platform.tree.NodeName;

class LoadReporterTest {
    private long nanos = 1;
    private final TrafficMeter meter = new TrafficMeter(() -> nanos);
    private final Map<NodeName, Message> sent = new HashMap<>();
    private final Map<String, Long> watermarks = new HashMap<>();
    private final List<ClientRoundTrip> roundTrips = new ArrayList<>();

    private final LoadReporter reporter = new LoadReporter(
            meter,
            () -> watermarks,
            max -> roundTrips.subList(0, Math.min(max, roundTrips.size())),
            new Port(),
            new OriginTree());

    @Test
    void whatWasServedInASecondBecomesRates() {
        meter.connectionOpened();
        TrafficMeter.Site site = meter.site("www.customer2.example");
        for (int i = 0; i < 10; i++) {
            site.began();
            site.sent(1_000);
            meter.firstByte(2_000_000);
        }
        site.ended();
        nanos += 2_000_000_000;
        reporter.report();

        LoadReport report = reporter.current();
        assertThat(report.openConnections()).isOne();
        assertThat(report.requestsPerSecond()).isEqualTo(5, within(1e-9));
        assertThat(report.bytesPerSecond()).isEqualTo(5_000, within(1e-9));
        assertThat(report.responseMs()).isEqualTo(2, within(1e-9));
        assertThat(report.sites()).containsExactly(Map.entry("www.customer2.example", new SiteLoad(9, 5, 5_000)));
        assertThat(report.cpu()).isBetween(0.0, 1.0);
        assertThat(report.memory()).isGreaterThan(0).isLessThanOrEqualTo(1);

        nanos += 1_000_000_000;
        reporter.report();
        assertThat(reporter.current().requestsPerSecond()).isZero();
    }

    @Test
    void connectionsAreToldAsAShareAndEventLoopsByTheirDelay() {
        meter.connectionsAtMost(4);
        meter.measureLoopDelayBy(() -> 12.5);
        meter.connectionOpened();
        reporter.report();

        LoadReport told = (LoadReport) sent.get(NodeName.of("log.hq"));
        assertThat(told.connectionShare()).isEqualTo(0.25);
        assertThat(told.loopDelayMs()).isEqualTo(12.5);
        assertThat(told.bandwidthShare()).as("loopback has no speed").isZero();
    }

    @Test
    void allNameServersAndLogServersAreTold() {
        reporter.report();
        assertThat(sent.keySet()).containsExactlyInAnyOrder(NodeName.of("dns.westusa"), NodeName.of("log.hq"));
        assertThat(sent.values()).allSatisfy(m -> assertThat(m).isInstanceOf(LoadReport.class));
    }

    @Test
    void moreSitesThanADatagramHoldsAreToldInTurn() {
        for (int i = 0; i < 20; i++) {
            meter.site("s" + i + ".example").began();
            watermarks.put("s" + i + ".example", (long) i);
        }
        Set<String> told = new HashSet<>();
        Set<String> marked = new HashSet<>();
        for (int second = 0; second < 3; second++) {
            nanos += 1_000_000_000;
            reporter.report();
            LoadReport report = (LoadReport) sent.get(NodeName.of("log.hq"));
            assertThat(report.sites()).hasSizeLessThanOrEqualTo(LoadReporter.ENTRIES_MAX);
            told.addAll(report.sites().keySet());
            marked.addAll(report.watermarks().keySet());
            assertThat(reporter.current().sites()).hasSize(20);
        }
        assertThat(told).hasSize(20);
        assertThat(marked).hasSize(20);
    }

    @Test
    void roundTripsOfClientsAreToldInARoomOfTheirOwn() {
        String name = "a-customer-with-a-rather-long-name.e";
        for (int i = 0; i < 20; i++) {
            meter.site(name + i).began();
            meter.site(name + i).sent(123_456_789);
            watermarks.put(name + i, Long.MAX_VALUE - i);
            roundTrips.add(
                    new ClientRoundTrip(InetAddress.ofLiteral("2001:db8:ffff:ff" + (10 + i) + "::"), 56, 123.456));
        }
        nanos += 1_000_000_000;
        reporter.report();

        LoadReport told = (LoadReport) sent.get(NodeName.of("dns.westusa"));
        assertThat(told.clients()).isEqualTo(roundTrips.subList(0, LoadReporter.CLIENTS_MAX));
        assertThat(told.sites()).hasSize(5);
        assertThat(MessageSize.of(told)).isLessThanOrEqualTo(MessageSize.BYTES_MAX);
    }

    private final class Port implements DatagramPort {
        @Override
        public boolean send(NodeName receiver, Message message) {
            sent.put(receiver, message);
            return true;
        }

        @Override
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {}

        @Override
        public void close() {}
    }
}
