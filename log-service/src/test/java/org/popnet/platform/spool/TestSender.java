package org.popnet.platform.spool;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.tree.NodeName;
import org.springframework.util.unit.DataSize;

/** A sender's real spool and shipper, for tests of what receives. */
public final class TestSender implements AutoCloseable {
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final LogSpool spool;
    private final LogShipper shipper;

    public TestSender(Path directory, DatagramPort port, NodeName server, long seed) throws IOException {
        this(directory, port, server, DataSize.ofMegabytes(64), seed);
    }

    /** @param customerMax most bytes that are kept for a customer */
    public TestSender(Path directory, DatagramPort port, NodeName server, DataSize customerMax, long seed)
            throws IOException {
        this(directory, port, List.of(server), Duration.ofSeconds(30), customerMax, seed);
    }

    /**
     * @param servers the customers' log server and its deputies
     * @param failoverAfter silence of one after which the next is asked
     */
    public TestSender(Path directory, DatagramPort port, List<NodeName> servers, Duration failoverAfter, long seed)
            throws IOException {
        this(directory, port, servers, failoverAfter, DataSize.ofMegabytes(64), seed);
    }

    private TestSender(
            Path directory,
            DatagramPort port,
            List<NodeName> servers,
            Duration failoverAfter,
            DataSize customerMax,
            long seed)
            throws IOException {
        SpoolSettings settings = new SpoolSettings(
                true,
                Duration.ofMillis(50),
                DataSize.ofKilobytes(Math.min(1024, customerMax.toKilobytes() / 2)),
                customerMax,
                DataSize.ofMegabytes(256),
                48,
                Duration.ofMillis(50),
                Duration.ofMillis(400),
                failoverAfter);
        Random random = new Random(seed);
        spool = new LogSpool(directory, settings, random::nextLong, meters);
        ServiceDiscovery discovery = new ServiceDiscovery() {
            @Override
            public List<ServiceAddress> find(String serviceName) {
                return servers.stream()
                        .map(server -> new ServiceAddress(
                                server + ".pop.example", InetSocketAddress.createUnresolved("log", 5140), 0, 0))
                        .toList();
            }

            @Override
            public NodeName nodeOf(ServiceAddress address) {
                return NodeName.of(address.target().replace(".pop.example", ""));
            }
        };
        shipper = new LogShipper(
                spool, settings, discovery, port, System::nanoTime, InstantSource.system(), random, meters);
        shipper.start();
    }

    public LogSink sink() {
        return spool;
    }

    /** Whether everything that was appended is acknowledged; true only some time after the last append. */
    public boolean isEmpty() {
        return meters.get("popnet.spool.unacknowledged").gauge().value() == 0
                && meters.counter("popnet.spool.sent").count() > 0;
    }

    /** Records that the spool had no room for. */
    public double dropped() {
        return meters.find("popnet.spool.dropped").counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    /** The used share of the bound that is nearest. */
    public double fill() {
        return meters.get("popnet.spool.fill").gauge().value();
    }

    /** A batch with these records. */
    public static org.popnet.platform.message.Message.LogBatch batch(
            String customer, long spool, long number, long newest, List<? extends LogRecord> records) {
        ByteSink sink = new ByteSink();
        java.io.ByteArrayOutputStream raw = new java.io.ByteArrayOutputStream();
        for (LogRecord record : records) {
            LogRecordCodec.encode(record, sink);
            raw.write(sink.array(), 0, sink.length());
        }
        try (BatchFormat.Packer packer = new BatchFormat.Packer()) {
            return new org.popnet.platform.message.Message.LogBatch(
                    customer,
                    spool,
                    number,
                    records.size(),
                    packer.pack(LogRecordCodec.WITH_KIND, raw.toByteArray(), raw.size(), newest));
        }
    }

    @Override
    public void close() {
        shipper.stop();
        spool.close();
    }
}
