package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.ClientRoundTrip;

class PassiveRoundTripTest {
    @Test
    void connectionsOfClientsTellHowFarTheirPrefixIs() throws Exception {
        assumeThat(Epoll.isAvailable())
                .as("the kernel tells only by epoll's channels")
                .isTrue();
        List<ClientRoundTrip> told = new ArrayList<>();
        try (TestOrigin fetch = new TestOrigin((request, out) -> respond(out, 200, new byte[10]));
                TestOrigin origin = new TestOrigin((request, out) -> respond(out, 200, new byte[10]));
                TestEdge edge = new TestEdge(List.of(fetch), origin);
                TestClient one = edge.client();
                TestClient two = edge.client();
                TestClient three = edge.client()) {
            for (TestClient client : List.of(one, two, three)) {
                assertThat(client.get(SITE, "/x").status()).isEqualTo(200);
            }
            await().atMost(1, TimeUnit.MINUTES).until(() -> {
                told.addAll(edge.edge.roundTrips().next(6));
                return !told.isEmpty();
            });
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().prefix()).isEqualTo(InetAddress.ofLiteral("127.0.0.0"));
        assertThat(told.getFirst().bits()).isEqualTo(24);
        assertThat(told.getFirst().rttMs()).isBetween(0.001, 10_000.0);
    }
}
