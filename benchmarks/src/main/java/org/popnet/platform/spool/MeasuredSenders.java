package org.popnet.platform.spool;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.popnet.bench.logs.MeasuredNetwork;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.tree.NodeName;
import org.springframework.util.unit.DataSize;

/** The edges' spools and shippers, as a process, with records whose sums are known. */
public final class MeasuredSenders implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int FRESH_RECORDS = 300;
    private static final Duration BETWEEN_FRESH = Duration.ofMillis(50);

    private final List<SimpleMeterRegistry> meters = new ArrayList<>();
    private final Random random = new Random(1);
    private final List<UdpDatagramPort> ports = new ArrayList<>();
    private final List<LogSpool> spools = new ArrayList<>();
    private final List<LogShipper> shippers = new ArrayList<>();

    private MeasuredSenders(MeasuredNetwork network, List<NodeName> edges) throws IOException {
        SpoolSettings settings = new SpoolSettings(
                true,
                Duration.ofSeconds(1),
                DataSize.ofMegabytes(4),
                DataSize.ofGigabytes(1),
                DataSize.ofGigabytes(4),
                48,
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                Duration.ofSeconds(5));
        for (NodeName edge : edges) {
            SimpleMeterRegistry own = new SimpleMeterRegistry();
            meters.add(own);
            UdpDatagramPort port = network.port(edge, own);
            ports.add(port);
            LogSpool spool = new LogSpool(
                    network.directory().resolve(edge.toString()).resolve("spool"), settings, random::nextLong, own);
            spools.add(spool);
            shippers.add(new LogShipper(
                    spool, settings, new OneServer(), port, System::nanoTime, InstantSource.system(), random, own));
        }
    }

    /**
     * @param arguments the network's directory, and {@code load N}, which prints seconds, bytes and resends, or {@code
     *     fresh PORT}, which prints how many milliseconds each record took to stand in the database's figures
     */
    public static void main(String... arguments) throws Exception {
        MeasuredNetwork network = new MeasuredNetwork(Path.of(arguments[0]));
        boolean load = arguments[1].equals("load");
        List<NodeName> edges = MeasuredNetwork.edges();
        try (MeasuredSenders senders = new MeasuredSenders(network, load ? edges : edges.subList(0, 1))) {
            if (load) {
                senders.load(Integer.parseInt(arguments[2]));
            } else {
                senders.fresh("jdbc:postgresql://localhost:" + arguments[2] + "/popnet?user=postgres");
            }
        }
    }

    private void load(int records) {
        long bytes = 0;
        List<String> customers = MeasuredNetwork.customers();
        for (int i = 0; i < records; i++) {
            AccessRecord record = record(customers.get(random.nextInt(customers.size())));
            bytes += record.bytesOut();
            spools.get(i % spools.size())
                    .append(record.site().substring(4, record.site().indexOf('.', 4)), record);
        }
        long start = System.nanoTime();
        shippers.forEach(LogShipper::start);
        do {
            LockSupport.parkNanos(POLL.toNanos());
        } while (!isEmpty());
        System.out.printf("%d %d%n", System.nanoTime() - start, bytes);
    }

    /** Whether all that was appended before the shippers started is acknowledged. */
    private boolean isEmpty() {
        return meters.stream()
                .allMatch(m -> m.counter("popnet.spool.acknowledged").count() > 0
                        && m.get("popnet.spool.unacknowledged").gauge().value() == 0);
    }

    private void fresh(String url) throws Exception {
        shippers.forEach(LogShipper::start);
        long[] appended = new long[FRESH_RECORDS];
        List<Long> took = new ArrayList<>();
        int done = 0;
        long next = System.nanoTime();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement count = connection.prepareStatement(
                        "SELECT coalesce(sum(requests), 0) FROM log.traffic_minute WHERE customer = 'customer1'"
                                + " AND domain = 'fresh.example' AND time > now() - interval '5 minutes'")) {
            while (took.size() < FRESH_RECORDS) {
                long now = System.nanoTime();
                if (done < FRESH_RECORDS && now - next >= 0) {
                    spools.getFirst().append("customer1", record("fresh.example", "fresh.example"));
                    appended[done++] = System.nanoTime();
                    next += BETWEEN_FRESH.toNanos();
                }
                try (ResultSet row = count.executeQuery()) {
                    row.next();
                    long seen = row.getLong(1);
                    while (took.size() < seen) {
                        took.add((System.nanoTime() - appended[took.size()]) / 1_000_000);
                    }
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
        System.out.println(String.join(" ", took.stream().map(String::valueOf).toList()));
    }

    private AccessRecord record(String customer) {
        return record(
                "www." + customer + ".example", "/images/" + (int) Math.abs(random.nextGaussian() * 3000) + ".png");
    }

    private AccessRecord record(String site, String url) {
        return new AccessRecord(
                System.currentTimeMillis(),
                site,
                "198.51." + random.nextInt(100) + "." + random.nextInt(250),
                "GET",
                url,
                "HTTP/2",
                random.nextInt(20) == 0 ? 404 : 200,
                random.nextInt(10) == 0 ? AccessRecord.CacheResult.MISS : AccessRecord.CacheResult.HIT,
                1000 + random.nextInt(50_000),
                300,
                random.nextInt(20_000),
                random.nextInt(50_000),
                "https://" + site + "/page" + random.nextInt(50),
                "Mozilla/5.0 (X11; Linux x86_64; rv:" + (100 + random.nextInt(40)) + ".0) Gecko/20100101",
                "image/png");
    }

    @Override
    public void close() {
        shippers.forEach(LogShipper::stop);
        spools.forEach(LogSpool::close);
        ports.forEach(UdpDatagramPort::close);
    }

    private static final class OneServer implements ServiceDiscovery {
        @Override
        public List<ServiceAddress> find(String serviceName) {
            return List.of(new ServiceAddress("log.hq.pop.example", InetSocketAddress.createUnresolved("x", 1), 0, 0));
        }

        @Override
        public NodeName nodeOf(ServiceAddress address) {
            return MeasuredNetwork.SERVER;
        }
    }
}
