package org.popnet.probe.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.ProbeSettings.Method;
import org.popnet.probe.TestTree;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.report.Measurement;
import org.popnet.probe.timer.TimerWheel;

/** Name servers ask for many resolvers: what is measured, and what is spared. */
class LatencyRequestListenerTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("127.250.8.4");
    private static final Duration PATIENT = Duration.ofSeconds(5);
    private static final int IN_ONE_REQUEST = 16;

    private final TimerWheel timers = new TimerWheel("test-timers", System::nanoTime);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Queue<Measurement.OfLatency> measured = new ConcurrentLinkedQueue<>();
    private final AtomicLong nowNanos = new AtomicLong();

    @AfterEach
    void tearDown() {
        timers.close();
    }

    /** Nobody answers there, and what is not begun is not waited for. */
    @Test
    void oneNetworkIsAskedAtABoundedRateAndTheNextOneBesideIt() throws IOException {
        TestTree tree = listen(new Bounds(5, 1000, PATIENT), freePort());
        tree.request(new LatencyRequest(network(1, 1, 12)));
        assertThat(count("begun")).isEqualTo(5);
        assertThat(count("rate-limited")).isEqualTo(7);

        tree.request(new LatencyRequest(network(2, 1, 3)));
        assertThat(count("begun")).as("another network").isEqualTo(8);

        nowNanos.addAndGet(Duration.ofMillis(600).toNanos());
        tree.request(new LatencyRequest(network(1, 20, 6)));
        assertThat(count("begun")).as("three more in 0.6 s").isEqualTo(11);
    }

    @Test
    void moreThanAreMeasuredAtATimeAreTurnedAwayAndCounted() throws IOException {
        try (Resolvers resolvers = new Resolvers(11, false)) {
            TestTree tree = listen(new Bounds(100, 4, Duration.ofMillis(500)), resolvers.port());
            tree.request(new LatencyRequest(resolvers.addresses().subList(0, 10)));
            assertThat(count("begun")).isEqualTo(4);
            assertThat(count("concurrency")).isEqualTo(6);

            await().untilAsserted(() -> assertThat(measured).hasSize(4));
            assertThat(measured).allMatch(result -> result.lossPercent() == 100 && Double.isNaN(result.minMs()));
            LatencyRequest next = new LatencyRequest(resolvers.addresses().subList(10, 11));
            await().untilAsserted(() -> {
                tree.request(next);
                assertThat(count("begun")).as("there is room again").isEqualTo(5);
            });
        }
    }

    /** Two and a half seconds' worth of 10,000 a minute, all at once: no attempt is lost, and each is reported once. */
    @Test
    void hundredsOfResolversAtOnceAreAllMeasured() throws IOException {
        int count = 400;
        try (Resolvers resolvers = new Resolvers(count, true)) {
            TestTree tree = listen(new Bounds(100, 1000, PATIENT), resolvers.port());
            List<InetAddress> all = resolvers.addresses();
            for (int i = 0; i < count; i += IN_ONE_REQUEST) {
                tree.request(new LatencyRequest(all.subList(i, i + IN_ONE_REQUEST)));
            }

            await().untilAsserted(() -> assertThat(measured).hasSize(count));
            assertThat(measured).extracting(Measurement.OfLatency::address).containsExactlyInAnyOrderElementsOf(all);
            assertThat(measured).allSatisfy(result -> {
                assertThat(result.lossPercent()).isZero();
                assertThat(result.minMs()).isPositive().isLessThanOrEqualTo(result.rttMs());
            });
            assertThat(resolvers.asked()).isEqualTo(3 * count);
            assertThat(registry.get("popnet.probe.latency.spread").timer().count())
                    .isEqualTo(count);
        }
    }

    /** How much at a time. */
    private record Bounds(int perNetwork, int concurrency, Duration timeout) {}

    private TestTree listen(Bounds bounds, int port) {
        TestTree tree = new TestTree("probe.a", """
                network: {zone: pop.example}
                latency-targets: {port: %d, private-resolvers: [127.250.0.0/16]}
                pops:
                  a:
                    nodes:
                      dns.a: {service: dns, address: 127.250.8.1}
                      probe.a: {service: probe, address: 127.250.8.4}
                      log.a: {service: log, address: 127.250.8.5}
                log-servers: {log.a: {manages: [_network]}}
                """.formatted(port));
        ProbeSettings.Latency settings = new ProbeSettings.Latency(
                3,
                bounds.timeout,
                Duration.ofSeconds(30),
                bounds.concurrency,
                bounds.perNetwork,
                1000,
                List.of(Method.DNS),
                Duration.ofMinutes(5),
                Duration.ofSeconds(2));
        LatencyProbe probe = new LatencyProbe(
                OWN,
                new CheckRunner(OWN, timers, System::nanoTime, new Logins(Path.of("no-secrets"))),
                System::nanoTime,
                InstantSource.system(),
                () -> ThreadLocalRandom.current().nextLong(),
                settings,
                measurement -> measured.add((Measurement.OfLatency) measurement),
                registry);
        var unused = new LatencyRequestListener(tree, tree, probe, nowNanos::get, settings, registry);
        return tree;
    }

    private double count(String result) {
        return registry.get("popnet.probe.latency.requests")
                .tag("result", result)
                .counter()
                .count();
    }

    private static List<InetAddress> network(int third, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(last -> InetAddress.ofLiteral("127.250." + third + "." + last))
                .toList();
    }

    private static int freePort() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(OWN, 0))) {
            return ((InetSocketAddress) channel.getLocalAddress()).getPort();
        }
    }

    /** Resolvers that answer everything at once, or nothing, each at an address of its own, ten networks of them. */
    private static final class Resolvers implements AutoCloseable {
        private static final int NETWORKS = 10;

        private final Selector selector = Selector.open();
        private final List<InetAddress> addresses = new ArrayList<>();
        private final AtomicInteger asked = new AtomicInteger();
        private final int port;

        Resolvers(int count, boolean answering) throws IOException {
            port = freePort();
            for (int i = 0; i < count; i++) {
                InetAddress address =
                        InetAddress.ofLiteral("127.250." + (60 + i % NETWORKS) + "." + (1 + i / NETWORKS));
                DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(address, port));
                channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
                addresses.add(address);
            }
            if (answering) {
                Thread.ofPlatform().daemon().name("resolvers").start(this::answer);
            }
        }

        int port() {
            return port;
        }

        List<InetAddress> addresses() {
            return addresses;
        }

        int asked() {
            return asked.get();
        }

        private void answer() {
            ByteBuffer packet = ByteBuffer.allocate(512);
            try {
                while (selector.isOpen()) {
                    selector.select(key -> answer((DatagramChannel) key.channel(), packet.clear()));
                }
            } catch (IOException | java.nio.channels.ClosedSelectorException e) {
                // the test is over
            }
        }

        private void answer(DatagramChannel channel, ByteBuffer packet) {
            try {
                SocketAddress asker = channel.receive(packet);
                if (asker != null) {
                    asked.incrementAndGet();
                    packet.put(2, (byte) (packet.get(2) | 0x80));
                    channel.send(packet.flip(), asker);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : List.copyOf(selector.keys())) {
                key.channel().close();
            }
            selector.close();
        }
    }
}
