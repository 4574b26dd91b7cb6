package org.popnet.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.popnet.edge.account.AccessLog;
import org.popnet.edge.account.EdgeMetrics;
import org.popnet.edge.clients.ClientRoundTrips;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.SiteRouter;
import org.popnet.edge.upstream.Fetchers;
import org.popnet.edge.upstream.Origins;
import org.popnet.edge.upstream.UpstreamClient;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Generation;
import org.springframework.util.unit.DataSize;

/** An edge with one origin-fetch server and one customer's server, both given; a clock that tests move. */
final class TestEdge implements AutoCloseable {
    static final String SITE = "static.customer1.example";
    static final String OTHER = "www.customer2.example";

    record Logged(String customer, AccessRecord record) {}

    final List<Logged> log = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final AtomicLong skewMs = new AtomicLong();
    final TrafficMeter meter = new TrafficMeter(System::nanoTime);
    final MemoryTier memory;
    final Fetchers fetchers;
    volatile long watermark;
    /** Hears of every record instead of {@link #log}. */
    volatile Consumer<AccessRecord> records;

    final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    final Edge edge;
    final EdgeServer server;

    TestEdge(List<TestOrigin> fetchServers, TestOrigin customerServer) {
        this(fetchServers, customerServer, settings(DataSize.ofMegabytes(64)));
    }

    TestEdge(List<TestOrigin> fetchServers, TestOrigin customerServer, EdgeSettings settings) {
        ActiveTree tree = tree(customerServer.address().getPort());
        SiteRouter router = new SiteRouter(meter);
        router.prepare(tree).run();
        EdgeMetrics metrics = new EdgeMetrics(registry);
        memory = new MemoryTier(settings.memorySettings(), allocator, this::now);
        List<ServiceAddress> addresses = fetchServers.stream()
                .map(f -> new ServiceAddress("fetch.westusa.pop.example", f.address(), 0, 1))
                .toList();
        fetchers = new Fetchers(() -> addresses, site -> watermark, System::nanoTime);
        fetchers.refresh();
        OriginChoice choice = new OriginChoice() {
            @Override
            public List<CustomerServer> ranked(Domain domain) {
                return List.copyOf(tree.tree().customerOf(domain).servers().values());
            }

            @Override
            public void succeeded(CustomerServer origin, long firstByteNanos) {}

            @Override
            public void failed(CustomerServer origin, Throwable cause) {}
        };
        InetAddress local = customerServer.address().getAddress();
        edge = new Edge(
                "edge1.westusa",
                settings,
                router,
                memory,
                new UpstreamClient(
                        EdgeServer.clientChannelType(),
                        allocator,
                        local,
                        settings.upstreamSettings(),
                        new UpstreamOutcomes(fetchers, choice, metrics),
                        System::nanoTime),
                fetchers,
                new Origins(choice),
                new AccessLog((customer, record) -> {
                    Consumer<AccessRecord> hears = records;
                    if (hears == null) {
                        log.add(new Logged(customer, (AccessRecord) record));
                    } else {
                        hears.accept((AccessRecord) record);
                    }
                }),
                metrics,
                meter,
                new ClientRoundTrips(),
                this::now,
                System::nanoTime,
                new Random(1));
        server = new EdgeServer(edge, allocator, () -> List.of(new InetSocketAddress(local, 0)));
        server.start();
    }

    static EdgeSettings settings(DataSize memory) {
        return settings(
                memory, Duration.ofMillis(700), Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    /** For tests of what clients get however slow they, the servers behind or the machine are. */
    static EdgeSettings patient(DataSize memory) {
        Duration longer = Duration.ofMinutes(2);
        return settings(memory, longer, longer, longer, longer);
    }

    private static EdgeSettings settings(
            DataSize memory, Duration head, Duration stall, Duration connect, Duration firstByte) {
        return new EdgeSettings(
                memory,
                16,
                DataSize.ofKilobytes(48),
                DataSize.ofMegabytes(16),
                4,
                Duration.ofSeconds(120),
                DataSize.ofKilobytes(8),
                DataSize.ofKilobytes(32),
                100,
                DataSize.ofMegabytes(100),
                head,
                Duration.ofSeconds(60),
                stall,
                Duration.ofMinutes(2),
                10_000,
                128,
                1_024,
                connect,
                firstByte,
                2);
    }

    private Instant now() {
        return Instant.now().plusMillis(skewMs.get());
    }

    private static ActiveTree tree(int port) {
        String text = """
                network: {zone: pop.example}
                pops:
                  hq: {nodes: {admin.hq: {service: admin, address: 127.250.0.1}, log.hq: {service: log, address: 127.250.0.2}}}
                  westusa:
                    nodes:
                      dns.westusa: {service: dns, address: 127.250.0.3}
                      edge1.westusa: {service: edge-cache, address: 127.250.0.4}
                log-servers: {log.hq: {manages: [customer1, customer2], deputies: []}}
                customers:
                  customer1:
                    servers: {west: {address: 127.0.0.1, port: PORT}}
                    domains:
                      www.customer1.example: {candidates: [servers]}
                      static.customer1.example: {candidates: [pops], origin: www.customer1.example, tags: true}
                  customer2:
                    servers: {west: {address: 127.0.0.1, port: PORT}}
                    domains:
                      www.customer2.example: {candidates: [pops]}
                """.replace("PORT", Integer.toString(port));
        return ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
    }

    int port() {
        return server.port();
    }

    TestClient client() throws java.io.IOException {
        return new TestClient(port());
    }

    /** Buffers that were taken and not given back; exact once the edge has been closed. */
    long buffersInUse() {
        return allocator.metric().directArenas().stream()
                        .mapToLong(PoolArenaMetric::numActiveAllocations)
                        .sum()
                + allocator.metric().heapArenas().stream()
                        .mapToLong(PoolArenaMetric::numActiveAllocations)
                        .sum();
    }

    @Override
    public void close() {
        server.stop();
    }
}
