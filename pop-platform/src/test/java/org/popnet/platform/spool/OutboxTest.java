package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.tree.NodeName;
import org.springframework.util.unit.DataSize;

class OutboxTest {
    private static final NodeName SERVER = NodeName.of("log.hq");

    @TempDir
    Path directory;

    @Test
    void theWindowGrowsWhileAllIsAcknowledgedInTimeAndShrinksToItsLeastWhenNothingIs() throws Exception {
        SpoolSettings settings = new SpoolSettings(
                true,
                Duration.ofMillis(10),
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(32),
                DataSize.ofMegabytes(32),
                48,
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofHours(1));
        List<Long> sent = new ArrayList<>();
        try (CustomerSpool spool = CustomerSpool.open("customer1", directory, settings, () -> 7, new Unbounded());
                BatchFormat.Packer packer = new BatchFormat.Packer()) {
            Random random = new Random(2);
            for (int i = 0; i < 40_000; i++) {
                spool.append(Records.random(random));
            }
            spool.cut(packer);
            Outbox outbox =
                    new Outbox(spool, settings, new Directory(), new Port(sent), InstantSource.system(), new Random(1));
            List<Integer> windows = new ArrayList<>();
            for (int pass = 0; pass < 7; pass++) {
                sent.clear();
                outbox.send(pass, packer);
                windows.add(sent.size());
                outbox.acknowledge(SERVER, new LogAck("customer1", 7, List.copyOf(sent), false), pass);
            }
            assertThat(windows).containsExactly(48, 96, 192, 384, 768, 1024, 1024);

            long second = Duration.ofSeconds(1).toNanos();
            outbox.send(second, packer);
            for (int silent = 2; silent < 10; silent++) {
                sent.clear();
                outbox.send(silent * second, packer);
            }
            assertThat(sent).as("resent after silence").hasSize(48);
        }
    }

    @Test
    void whatARestartedServerRefusedIsSentAgainAtOnce() throws Exception {
        SpoolSettings settings = new SpoolSettings(
                true,
                Duration.ofMillis(10),
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(32),
                DataSize.ofMegabytes(32),
                48,
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                Duration.ofHours(1));
        List<Long> sent = new ArrayList<>();
        try (CustomerSpool spool = CustomerSpool.open("customer1", directory, settings, () -> 7, new Unbounded());
                BatchFormat.Packer packer = new BatchFormat.Packer()) {
            spool.append(Records.random(new Random(2)));
            spool.cut(packer);
            Outbox outbox =
                    new Outbox(spool, settings, new Directory(), new Port(sent), InstantSource.system(), new Random(1));
            outbox.send(0, packer);
            outbox.send(1000, packer);
            assertThat(sent).as("not due").containsExactly(1L);
            outbox.restarted(NodeName.of("log2.hq"), 2000);
            outbox.send(2000, packer);
            assertThat(sent).as("another server").containsExactly(1L);
            outbox.restarted(SERVER, 3000);
            outbox.send(3000, packer);
            assertThat(sent).containsExactly(1L, 1L);
        }
    }

    private static final class Directory implements ServiceDiscovery {
        @Override
        public List<ServiceAddress> find(String serviceName) {
            return List.of(new ServiceAddress("log.hq.pop.example", InetSocketAddress.createUnresolved("x", 1), 0, 0));
        }

        @Override
        public NodeName nodeOf(ServiceAddress address) {
            return SERVER;
        }
    }

    private record Port(List<Long> sent) implements DatagramPort {
        @Override
        public boolean send(NodeName receiver, Message message) {
            sent.add(((LogBatch) message).batch());
            return true;
        }

        @Override
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {}

        @Override
        public void close() {}
    }

    private static final class Unbounded implements CustomerSpool.Budget {
        @Override
        public boolean reserve(long bytes) {
            return true;
        }

        @Override
        public void take(long bytes) {}

        @Override
        public void release(long bytes) {}
    }
}
