package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/** However long a busy thread lets queries gather, each is answered, and one that comes alone is. */
class GatheringTest {
    /** More than a thread takes at once; as many answers fit into the buffer of any client. */
    private static final int BURST = 150;

    private static final int BURSTS = 20;
    private static final int PATIENCE_MS = 20_000;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 400_000, 1_000_000})
    void eachQueryOfEachBurstIsAnswered(long nanos) throws Exception {
        DnsSettings settings = RunningServer.settings(true, 0, 1 << 20, Duration.ofNanos(nanos));
        try (RunningServer dns = new RunningServer(RunningServer.freeAddress(), settings, TestTrees.active());
                DatagramSocket client = new DatagramSocket(0, InetAddress.ofLiteral("127.250.53.9"))) {
            client.setSoTimeout(PATIENCE_MS);
            Message query = RunningServer.query("static.customer1.example", Type.A);
            for (int burst = 0; burst < BURSTS; burst++) {
                Set<Integer> outstanding = new TreeSet<>();
                for (int i = 0; i < BURST; i++) {
                    query.getHeader().setID(burst * BURST + i);
                    byte[] wire = query.toWire();
                    client.send(new DatagramPacket(wire, wire.length, dns.address));
                    outstanding.add(query.getHeader().getID());
                }
                while (!outstanding.isEmpty()) {
                    DatagramPacket answer = new DatagramPacket(new byte[512], 512);
                    client.receive(answer);
                    assertThat(outstanding.remove(
                                    new Message(answer.getData()).getHeader().getID()))
                            .isTrue();
                }
            }
            assertThat(dns.ask("static.customer1.example", Type.A).getRcode()).isZero();
        }
    }

    @Test
    void onlyAThreadThatUsesItsProcessorMostOfTheTimeWaits() {
        AtomicLong now = new AtomicLong(-5_000_000_000L); // System.nanoTime may start anywhere
        AtomicLong used = new AtomicLong();
        Gathering gathering = new Gathering(Duration.ofNanos(400_000), 128, now::get, used::get);
        window(now, used, 0.89);
        assertThat(gathering.pauseNanos(127))
                .as("a full batch, but time to spare")
                .isZero();
        window(now, used, 0.91);
        assertThat(gathering.pauseNanos(64)).isEqualTo(200_000);
        assertThat(gathering.pauseNanos(1)).isEqualTo(3125);
        assertThat(gathering.pauseNanos(128)).as("more are there already").isZero();
        assertThat(gathering.pauseNanos(0)).isZero();
        window(now, used, 0.71);
        assertThat(gathering.pauseNanos(64)).as("what it saves by waiting").isEqualTo(200_000);
        now.addAndGet(Gathering.WINDOW_NANOS - 1);
        assertThat(gathering.pauseNanos(64)).as("as in the window before").isEqualTo(200_000);
        now.addAndGet(1);
        assertThat(gathering.pauseNanos(64)).as("idle since").isZero();
        window(now, used, 0.71);
        assertThat(gathering.pauseNanos(64)).isZero();
    }

    private static void window(AtomicLong now, AtomicLong used, double share) {
        now.addAndGet(Gathering.WINDOW_NANOS);
        used.addAndGet((long) (Gathering.WINDOW_NANOS * share));
    }

    @Test
    void neverIsNever() {
        Gathering gathering = new Gathering(Duration.ZERO, 128, () -> 0, () -> 0);
        assertThat(gathering.pauseNanos(100)).isZero();
    }

    @Test
    void longerThanAMillisecondIsRefused() {
        for (int wrong : new int[] {-1, 1_000_001}) {
            Duration gather = Duration.ofNanos(wrong);
            assertThatThrownBy(() -> new DnsSettings(
                            0, true, 1 << 20, gather, 10, 10, 1, Duration.ofSeconds(1), 0, Optional.empty()))
                    .hasMessage("popnet.dns.server.udp-gather is " + wrong + "ns: must be 0s to 1ms");
        }
    }
}
