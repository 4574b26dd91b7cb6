package org.popnet.edge.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.ClientRoundTrip;

class ClientRoundTripsTest {
    private final ClientRoundTrips trips = new ClientRoundTrips();

    private void sample(String client, long... micros) {
        for (long sample : micros) {
            trips.sample(InetAddress.ofLiteral(client), sample);
        }
    }

    @Test
    void medianOfAPrefixIsToldOnceThreeConnectionsHaveSpoken() {
        sample("192.0.2.1", 10_000);
        sample("192.0.2.200", 30_000);
        assertThat(trips.next(6)).isEmpty();
        sample("192.0.2.77", 500_000);
        assertThat(trips.next(6)).containsExactly(new ClientRoundTrip(InetAddress.ofLiteral("192.0.2.0"), 24, 30));
        assertThat(trips.next(6)).as("nothing new").isEmpty();
        sample("192.0.2.1", 12_000);
        assertThat(trips.next(6)).containsExactly(new ClientRoundTrip(InetAddress.ofLiteral("192.0.2.0"), 24, 21));
    }

    @Test
    void prefixesOfIpv6Are56BitsLong() {
        sample("2001:db8:1:aabb::1", 1_000, 2_000);
        sample("2001:db8:1:aacc::9", 3_000);
        sample("2001:db8:1:bb00::1", 3_000);
        assertThat(trips.next(6))
                .containsExactly(new ClientRoundTrip(InetAddress.ofLiteral("2001:db8:1:aa00::"), 56, 2));
    }

    @Test
    void olderSamplesGiveWay() {
        for (int i = 0; i < 100; i++) {
            sample("192.0.2.1", 90_000);
        }
        for (int i = 0; i < ClientRoundTrips.SAMPLES_MAX; i++) {
            sample("192.0.2.1", 20_000);
        }
        assertThat(trips.next(1).getFirst().rttMs()).isEqualTo(20);
    }

    @Test
    void whatTheKernelHasNotMeasuredCountsForNothing() {
        sample("192.0.2.1", 0, 0, 0, 0);
        assertThat(trips.next(6)).isEmpty();
        assertThat(trips.size()).isZero();
    }

    @Test
    void thoseSeenLastAreKeptAndAllAreToldInTurn() {
        int many = ClientRoundTrips.PREFIXES_MAX + 500;
        for (int i = 0; i < many; i++) {
            sample("10." + (i >> 8) + "." + (i & 255) + ".1", 1_000, 1_000, 1_000);
        }
        assertThat(trips.size()).isEqualTo(ClientRoundTrips.PREFIXES_MAX);
        Set<InetAddress> told = new HashSet<>();
        for (List<ClientRoundTrip> part = trips.next(6); !part.isEmpty(); part = trips.next(6)) {
            assertThat(part).hasSizeLessThanOrEqualTo(6);
            part.forEach(trip -> assertThat(told.add(trip.prefix())).isTrue());
        }
        assertThat(told).hasSize(ClientRoundTrips.PREFIXES_MAX).doesNotContain(InetAddress.ofLiteral("10.0.0.0"));
    }
}
