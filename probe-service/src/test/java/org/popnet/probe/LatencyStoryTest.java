package org.popnet.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.probe.check.RawServer;

/** What name servers hear of distances to resolvers and servers. */
class LatencyStoryTest {
    private final StoryProbe probe = new StoryProbe();

    @AfterEach
    void stop() {
        probe.close();
    }

    @Test
    void resolverIsMeasuredOnDemandAndLossIsSeen() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.53", 0))) {
            Thread.ofVirtual().start(() -> answerButTheSecond(resolver, asked));
            TestTree tree = new TestTree(
                    "probe.a", StoryProbe.tree(new InetSocketAddress(StoryProbe.OWN, 9), resolver.getLocalPort()));
            probe.listen(tree);

            tree.request(new LatencyRequest(List.of(
                    resolver.getLocalAddress(),
                    InetAddress.ofLiteral("127.0.0.1"),
                    InetAddress.ofLiteral("10.0.0.1"),
                    InetAddress.ofLiteral("169.254.169.254"),
                    InetAddress.ofLiteral("64:ff9b::7f00:1"))));

            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree)).isNotEmpty());
            LatencyResult result = StoryProbe.latencies(tree).findFirst().orElseThrow();
            assertThat(result.address()).isEqualTo(resolver.getLocalAddress());
            assertThat(result.lossPercent()).isBetween(33.0, 34.0);
            assertThat(result.rttMs()).isPositive();
            assertThat(asked).hasValue(3);
            assertThat(probe.requests("refused-address")).isEqualTo(4);
            assertThat(probe.requests("begun")).isEqualTo(1);
        }
    }

    @Test
    void resolverOfTheOtherFamilyIsMeasuredByDatagramAndByTcp() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        assumeTrue(NetworkInterface.getByInetAddress(loopback) != null, "this machine has no ::1");
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress(loopback, 0));
                ServerSocket other = new ServerSocket(0, 5, loopback)) {
            Thread.ofVirtual().start(() -> answerButTheSecond(resolver, new AtomicInteger(1_000)));
            for (int port : List.of(resolver.getLocalPort(), other.getLocalPort())) {
                TestTree tree = new TestTree(
                        "probe.a",
                        StoryProbe.tree(new InetSocketAddress(StoryProbe.OWN, 9), port)
                                .replace("127.250.8.0/24]", "\"::1/128\"]"));
                probe.listen(tree);

                tree.request(new LatencyRequest(List.of(loopback)));

                await().untilAsserted(
                                () -> assertThat(StoryProbe.latencies(tree)).isNotEmpty());
                LatencyResult result = StoryProbe.latencies(tree).findFirst().orElseThrow();
                assertThat(result.address()).isEqualTo(loopback);
                assertThat(result.rttMs()).isPositive();
                assertThat(result.lossPercent()).isZero();
            }
        }
    }

    @Test
    void silentResolverIsLostAndOneIsNotAskedTooOften() throws IOException {
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.54", 0))) {
            TestTree tree = new TestTree(
                    "probe.a", StoryProbe.tree(new InetSocketAddress(StoryProbe.OWN, 9), resolver.getLocalPort()));
            probe.listen(tree);
            LatencyRequest request = new LatencyRequest(List.of(resolver.getLocalAddress()));

            tree.request(request);
            tree.request(request);

            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree)).isNotEmpty());
            LatencyResult result = StoryProbe.latencies(tree).findFirst().orElseThrow();
            assertThat(result.lossPercent()).isEqualTo(100);
            assertThat(result.rttMs()).isNaN();
            assertThat(probe.requests("rate-limited")).isEqualTo(1);
        }
    }

    @Test
    void resolverThatAnsweredNothingIsLeftAloneForAWhile() throws IOException {
        try (DatagramSocket resolver = new DatagramSocket(new InetSocketAddress("127.250.8.55", 0))) {
            TestTree tree = new TestTree(
                    "probe.a", StoryProbe.tree(new InetSocketAddress(StoryProbe.OWN, 9), resolver.getLocalPort()));
            probe.listen(tree);
            LatencyRequest request = new LatencyRequest(List.of(resolver.getLocalAddress()));
            tree.request(request);
            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree)).isNotEmpty());

            await().untilAsserted(() -> {
                tree.request(request);
                assertThat(probe.requests("known-silent")).isPositive();
            });

            assertThat(probe.requests("begun")).isEqualTo(1);
        }
    }

    @Test
    void resolverThatAnswersOnlyByTcpIsMeasuredAllTheSame() throws IOException {
        try (ServerSocket resolver = new ServerSocket(0, 5, InetAddress.ofLiteral("127.250.8.56"))) {
            TestTree tree = new TestTree(
                    "probe.a", StoryProbe.tree(new InetSocketAddress(StoryProbe.OWN, 9), resolver.getLocalPort()));
            probe.listen(tree);

            tree.request(new LatencyRequest(List.of(resolver.getInetAddress())));

            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree)).isNotEmpty());
            LatencyResult result = StoryProbe.latencies(tree).findFirst().orElseThrow();
            assertThat(result.rttMs()).isPositive();
            assertThat(result.lossPercent()).isZero();
        }
    }

    @Test
    void customerServersAreMeasuredRegularly() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", StoryProbe.tree(server.address(), 9));
            probe.startRegularLatency(tree);

            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree))
                    .anyMatch(r -> r.address().equals(server.address().getAddress()) && r.rttMs() > 0));
            assertThat(server.heads().getFirst()).startsWith("HEAD /health HTTP/1.1\r\nHost: www.c.example\r\n");
        }
    }

    @Test
    void distanceToATargetOfOthersIsMeasuredWhileANameServerHasItWatched() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = StoryProbe.noVantagePoint(server.address());
            probe.startRegularLatency(tree);
            assertThat(probe.watched()).as("the name server only").isEqualTo(1);

            tree.request(new WatchRequest(List.of(new TargetId("server:c/west/www.c.example")), 1));

            await().untilAsserted(() -> assertThat(StoryProbe.latencies(tree))
                    .anyMatch(r -> r.address().equals(server.address().getAddress()) && r.rttMs() > 0));
            await().untilAsserted(() -> assertThat(probe.watched()).isEqualTo(1));
        }
    }

    private void answerButTheSecond(DatagramSocket resolver, AtomicInteger asked) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                resolver.receive(packet);
                if (asked.incrementAndGet() != 2) {
                    packet.getData()[2] |= (byte) 0x80;
                    resolver.send(packet);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }
}
