package org.popnet.fetch.serve;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.popnet.fetch.RawClient;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.origin.OriginClient;
import org.popnet.fetch.origin.OriginErrors;
import org.popnet.fetch.origin.OriginSettings;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.StoreSettings;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;
import org.springframework.util.unit.DataSize;

/** A whole origin-fetch server on 127.0.0.1 and a free port, with the customer's servers it is given. */
final class FetchNode implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    static final String SITE = "www.customer1.example";

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final AtomicLong nowMs = new AtomicLong(1_800_000_000_000L);
    final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
    final List<String> outcomes = Collections.synchronizedList(new ArrayList<>());
    final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    /** Whether each request waits until no fetch runs any more. */
    volatile boolean inTurn;

    volatile boolean flushesLearnt = true;
    volatile long watermarkNow;
    volatile long reachable = Long.MAX_VALUE;
    final Tree tree;
    final DiskTier disk;
    final Fills fills;
    private final OriginClient client;
    final FetchPipeline pipeline;
    private final DataPort port;

    static OriginSettings quickOrigin() {
        return new OriginSettings(
                Duration.ofMillis(500),
                Duration.ofMillis(1500),
                Duration.ofMillis(1500),
                1024,
                256,
                200,
                Duration.ofSeconds(4),
                4096,
                64,
                3);
    }

    static OriginSettings patientOrigin() {
        return new OriginSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                0,
                256,
                200,
                Duration.ofSeconds(4),
                4096,
                64,
                3);
    }

    static StoreSettings store(String bytesMax) {
        return new StoreSettings(
                List.of(),
                DataSize.parse(bytesMax),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
    }

    FetchNode(Path directory, TestOrigin... origins) throws IOException {
        this(directory, store("256MB"), patientOrigin(), origins);
    }

    FetchNode(Path directory, StoreSettings store, OriginSettings origin, TestOrigin... origins) throws IOException {
        this(List.of(directory), store, origin, origins);
    }

    /** @param directories of the store, each for a disk; all else lies beside the first */
    FetchNode(List<Path> directories, StoreSettings store, OriginSettings origin, TestOrigin... origins)
            throws IOException {
        Path directory = directories.getFirst();
        tree = new Tree(origins);
        disk = DiskTier.open(directories, store, meters);
        fills = new Fills(disk, meters);
        client = new OriginClient(
                origin,
                LOOPBACK,
                new InTreeOrder(),
                new OriginErrors((customer, record) -> logged.add(customer + " " + record), clock),
                clock,
                System::nanoTime,
                meters);
        pipeline = new FetchPipeline(
                disk,
                fills,
                client,
                new OriginHeaders("fetch1.test", "fetch1.test.pop.example"),
                new PipelineSettings(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        100,
                        DataSize.ofMegabytes(8),
                        DataSize.ofMegabytes(3)),
                clock,
                "fetch1.test",
                new Flushes() {
                    @Override
                    public boolean learnt(String site) {
                        return flushesLearnt;
                    }

                    @Override
                    public boolean reached(String site, long watermark) {
                        return watermark <= reachable && (watermark <= watermarkNow || catchUp(watermark));
                    }
                },
                meters);
        TrafficMeter traffic = new TrafficMeter(System::nanoTime);
        FetchServlet servlet = new FetchServlet(
                new Admission(tree),
                pipeline,
                new ResponseWriter(clock, "fetch1.test"),
                traffic,
                meters,
                "fetch1.test");
        port = new DataPort(
                LOOPBACK,
                0,
                new DataPortSettings(
                        1000, DataSize.ofKilobytes(32), Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ZERO),
                directory.resolveSibling("tomcat"),
                servlet,
                traffic,
                meters);
        port.start();
    }

    int port() {
        return port.localPort();
    }

    RawClient connect() throws IOException {
        return new RawClient(LOOPBACK, LOOPBACK, port());
    }

    RawClient.Response get(String target, String... fields) throws IOException {
        return request("GET", target, fields);
    }

    /** A client has the last byte before the object is on disk: until then, whoever comes joins the fetch that runs. */
    void whenStored() {
        await().until(() -> meters.get("popnet.fetch.fills.running").gauge().value() == 0);
    }

    RawClient.Response request(String method, String target, String... fields) throws IOException {
        if (inTurn) {
            whenStored();
        }
        StringBuilder raw = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + SITE + "\r\n");
        for (String field : fields) {
            raw.append(field).append("\r\n");
        }
        try (RawClient edge = connect()) {
            edge.send(raw.append("Connection: close\r\n\r\n").toString());
            return edge.body(edge.head(), method.equals("HEAD"));
        }
    }

    /** What a node does that learns of a flush from an edge, and not what it was. */
    private boolean catchUp(long watermark) {
        flush(FlushOrder.Kind.ALL, "");
        watermarkNow = watermark;
        return true;
    }

    long flush(FlushOrder.Kind kind, String value) {
        return fills.apply(new FlushOrder(SITE, 1, kind, value));
    }

    double count(String meter, String... tags) {
        return meters.find(meter).tags(tags).counters().stream()
                .mapToDouble(c -> c.count())
                .sum();
    }

    @Override
    public void close() {
        port.stop();
        client.close();
        disk.close();
    }

    private final class InTreeOrder implements OriginChoice {
        @Override
        public List<CustomerServer> ranked(Domain domain) {
            return List.copyOf(tree.get()
                    .tree()
                    .customers()
                    .get(domain.customer())
                    .servers()
                    .values());
        }

        @Override
        public void succeeded(CustomerServer server, long firstByteNanos) {
            outcomes.add(server.name() + " ok");
        }

        @Override
        public void failed(CustomerServer server, Throwable cause) {
            outcomes.add(server.name() + " failed");
        }
    }

    static final class Tree implements CurrentTree {
        private final ActiveTree active;

        Tree(TestOrigin... origins) {
            StringBuilder servers = new StringBuilder();
            for (int i = 0; i < origins.length; i++) {
                servers.append("      s%d: {address: 127.0.0.1, port: %d}\n".formatted(i, origins[i].port()));
            }
            if (origins.length == 0) {
                servers.append("      none: {address: 127.250.7.7, port: 8080}\n");
            }
            String text = """
                    network: {zone: pop.example, administrators: [admin.hq]}
                    push: {masters: [log.hq]}
                    pops:
                      hq:
                        nodes:
                          admin.hq: {service: admin, address: 127.250.0.1}
                          log.hq: {service: log, address: 127.250.0.2}
                      test:
                        nodes:
                          fetch1.test: {service: origin-fetch, address: 127.250.0.4}
                          edge1.test: {service: edge-cache, address: 127.0.0.1}
                    log-servers:
                      log.hq: {manages: [customer1, _network], deputies: []}
                    customers:
                      customer1:
                        servers:
                    %s    domains:
                          www.customer1.example: {candidates: [pops], tags: true}
                          static.customer1.example: {candidates: [pops], origin: www.customer1.example}
                          dynamic.customer1.example: {candidates: [servers]}
                    """.formatted(servers);
            active = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        }

        @Override
        public ActiveTree get() {
            return active;
        }

        @Override
        public void subscribe(TreeSubscriber subscriber) {
            subscriber.prepare(active).run();
        }

        @Override
        public NodeName self() {
            return NodeName.of("fetch1.test");
        }
    }
}
