package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.datagram.TestNetwork.TestNode;
import org.popnet.platform.datagram.TestNetwork.Wire;
import org.popnet.platform.message.Message.LatencyRequest;

/** Bytes that no node sealed: dropped and counted, each for one reason, and never answered. */
class OpenerFuzzTest {
    @TempDir
    Path directory;

    @Test
    void forgedDatagramsAreDroppedAndCountedOnce() {
        try (TestNetwork network = new TestNetwork(directory)) {
            TestNode sender = network.node("dns.a");
            TestNode receiver = network.node("probe.a");
            sender.port();
            Wire wire = network.wire(sender, receiver);
            sender.port().send(receiver.name, new LatencyRequest(List.of()));
            byte[] sealed = wire.take();
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            Contacts contacts = Contacts.of(receiver.view.tree(1), receiver.name, receiver.held, Peer::new);
            Opener opener = new Opener(
                    receiver.name,
                    1,
                    () -> contacts,
                    new DatagramMetrics(registry),
                    System::nanoTime,
                    1,
                    (to, notice) -> {
                        throw new AssertionError("answered " + to);
                    });
            Random random = new Random(42);
            int count = 0;
            for (int i = 0; i < 50_000; i++) {
                byte[] forged = Arrays.copyOf(sealed, random.nextInt(3) == 0 ? random.nextInt(1300) : sealed.length);
                for (int flips = 1 + random.nextInt(8); flips > 0 && forged.length > 0; flips--) {
                    forged[random.nextInt(forged.length)] ^= (byte) (1 + random.nextInt(255));
                }
                if (!Arrays.equals(forged, sealed)) {
                    assertThat(opener.open(forged, forged.length)).isNull();
                    count++;
                }
            }
            double dropped = registry.find("popnet.datagrams.dropped").counters().stream()
                    .mapToDouble(Counter::count)
                    .sum();
            assertThat(dropped).isEqualTo(count);
        }
    }
}
