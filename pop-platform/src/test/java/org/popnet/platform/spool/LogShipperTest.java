package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class LogShipperTest {
    private static final NodeName PRIMARY = NodeName.of("log.hq");
    private static final NodeName DEPUTY = NodeName.of("log2.hq");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Network network = new Network();
    private final List<NodeName> servers = new CopyOnWriteArrayList<>(List.of(PRIMARY));

    @TempDir
    Path directory;

    private LogSpool spool;
    private LogShipper shipper;

    @BeforeEach
    void start() throws Exception {
        SpoolSettings settings = new SpoolSettings(
                true,
                Duration.ofMillis(20),
                CustomerSpoolTest.SMALL.segmentSize(),
                org.springframework.util.unit.DataSize.ofMegabytes(16),
                org.springframework.util.unit.DataSize.ofMegabytes(16),
                48,
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                Duration.ofMillis(300));
        spool = new LogSpool(directory, settings, new Random(1)::nextLong, meters);
        shipper = new LogShipper(
                spool,
                settings,
                new Directory(),
                network,
                System::nanoTime,
                InstantSource.system(),
                new Random(2),
                meters);
    }

    @AfterEach
    void stop() {
        shipper.stop();
        spool.close();
    }

    @Test
    void lossDuplicationAndReorderingLeaveTheSumsExact() {
        network.faults = new Random(42);
        shipper.start();
        long bytes = 0;
        for (int i = 0; i < 20_000; i++) {
            AccessRecord record = Records.numbered(i);
            spool.append(i % 3 == 0 ? "customer2" : "customer1", record);
            bytes += record.bytesOut();
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> network.counted() == 20_000 && unacknowledged() == 0);
        assertThat(network.bytes()).isEqualTo(bytes);
        assertThat(meters.counter("popnet.spool.resends").count()).isPositive();
        await().until(() -> meters.get("popnet.spool.bytes").gauge().value() <= 4 * 64 * 1024);
    }

    @Test
    void whileNobodyAcknowledgesEverythingIsKeptAndGoesOutAfterwards() {
        network.down.add(PRIMARY);
        shipper.start();
        for (int i = 0; i < 500; i++) {
            spool.append("customer1", Records.numbered(i));
        }
        await().until(() -> meters.counter("popnet.spool.resends").count() > 50);
        assertThat(network.counted()).isZero();
        assertThat(unacknowledged()).isPositive();
        network.down.clear();
        await().until(() -> network.counted() == 500 && unacknowledged() == 0);
    }

    @Test
    void theDeputyIsAskedWhenThePrimaryIsSilent() {
        servers.add(DEPUTY);
        network.down.add(PRIMARY);
        shipper.start();
        spool.append("customer1", Records.numbered(1));
        await().until(() -> network.counted() == 1 && unacknowledged() == 0);
        assertThat(network.acknowledgedBy).containsExactly(DEPUTY);
    }

    @Test
    void notMineMakesItAskAgain() {
        network.refusing.add(PRIMARY);
        shipper.start();
        spool.append("customer1", Records.numbered(1));
        await().until(() -> network.refused > 0);
        servers.add(DEPUTY);
        await().until(() -> network.counted() == 1 && unacknowledged() == 0);
        assertThat(network.acknowledgedBy).containsExactly(DEPUTY);
    }

    @Test
    void anAcknowledgementOfSomeoneWhoWasNeverAskedFreesNothing() {
        network.down.add(PRIMARY);
        shipper.start();
        spool.append("customer1", Records.numbered(1));
        await().until(() -> meters.counter("popnet.spool.sent").count() > 0);
        CustomerSpool customer = spool.spool("customer1");
        network.deliver(new Received<>(DEPUTY, 1, new LogAck("customer1", customer.id(), List.of(1L), false)));
        await().until(() -> meters.counter("popnet.spool.acks.ignored").count() == 1);
        assertThat(unacknowledged()).isEqualTo(1);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aSpoolThatFillsUpRaisesTheAlarmBeforeAndWhenRecordsAreLost(CapturedOutput output) {
        network.down.add(PRIMARY);
        for (int i = 0; fill() < SpoolAlarm.FULL_SOON; i++) {
            spool.append("customer1", Records.numbered(i));
        }
        spool.watch(0);
        spool.watch(1);
        assertThat(output.getOut().split("% full, most of it for customer1", -1))
                .hasSize(2);
        while (dropped("full") == 0) {
            spool.append("customer1", Records.numbered(1));
        }
        spool.watch(2);
        assertThat(output.getOut()).contains("1 records were not logged and are lost for accounting");
        assertThat(fill()).isGreaterThan(0.99);
        network.down.clear();
        shipper.start();
        await().atMost(Duration.ofMinutes(1)).until(() -> output.getOut().contains("has room again"));
    }

    private double fill() {
        return meters.get("popnet.spool.fill").gauge().value();
    }

    @Test
    void recordsForWhichThereIsNoRoomAreCounted() {
        for (int i = 0; i < 200_000 && dropped("full") == 0; i++) {
            spool.append("customer1", Records.numbered(i));
        }
        assertThat(dropped("full")).isEqualTo(1);
        spool.append("../customer", Records.numbered(1));
        assertThat(dropped("customer")).isEqualTo(1);
    }

    private double dropped(String reason) {
        return meters.get("popnet.spool.dropped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private double unacknowledged() {
        return meters.get("popnet.spool.unacknowledged").gauge().value();
    }

    private final class Directory implements ServiceDiscovery {
        @Override
        public List<ServiceAddress> find(String serviceName) {
            return servers.stream()
                    .map(s -> new ServiceAddress(s + ".pop.example", InetSocketAddress.createUnresolved("x", 1), 0, 0))
                    .toList();
        }

        @Override
        public NodeName nodeOf(ServiceAddress address) {
            return NodeName.of(address.target().replace(".pop.example", ""));
        }
    }

    /** A network that loses, doubles and reorders, and log servers behind it that count each batch once. */
    private static final class Network implements DatagramPort {
        private final List<LogBatch> delayed = new ArrayList<>();
        private final Set<List<Object>> ledger = new HashSet<>();
        private final Set<NodeName> down = new HashSet<>();
        private final Set<NodeName> refusing = new HashSet<>();
        private final Set<NodeName> acknowledgedBy = new HashSet<>();
        private @Nullable Random faults;
        private @Nullable Consumer<Received<LogAck>> acks;
        private long records;
        private long bytes;
        private volatile int refused;

        @Override
        public synchronized boolean send(NodeName receiver, Message message) {
            LogBatch batch = (LogBatch) message;
            Random chance = faults;
            if (down.contains(receiver) || chance != null && chance.nextInt(100) < 20) {
                return true;
            }
            if (chance != null && chance.nextInt(100) < 20) {
                delayed.add(batch);
                return true;
            }
            arrive(receiver, batch);
            if (chance != null && chance.nextInt(100) < 20) {
                arrive(receiver, batch);
            }
            if (chance != null && !delayed.isEmpty() && chance.nextInt(100) < 30) {
                arrive(receiver, delayed.remove(chance.nextInt(delayed.size())));
            }
            return true;
        }

        private void arrive(NodeName receiver, LogBatch batch) {
            if (refusing.contains(receiver)) {
                refused++;
                deliver(new Received<>(receiver, 1, new LogAck(batch.customer(), batch.spool(), List.of(), true)));
                return;
            }
            if (ledger.add(List.of(batch.customer(), batch.spool(), batch.batch()))) {
                try {
                    for (LogRecord record : BatchFormat.unpack(batch).records()) {
                        records++;
                        bytes += ((AccessRecord) record).bytesOut();
                    }
                } catch (MalformedBatchException | UnknownFormatException e) {
                    throw new AssertionError(e);
                }
            }
            acknowledgedBy.add(receiver);
            if (faults == null || faults.nextInt(100) >= 20) {
                deliver(new Received<>(
                        receiver, 1, new LogAck(batch.customer(), batch.spool(), List.of(batch.batch()), false)));
            }
        }

        void deliver(Received<LogAck> ack) {
            if (acks != null) {
                acks.accept(ack);
            }
        }

        synchronized long counted() {
            return records;
        }

        synchronized long bytes() {
            return bytes;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
            acks = (Consumer<Received<LogAck>>) (Consumer<?>) reader;
        }

        @Override
        public void close() {}
    }
}
