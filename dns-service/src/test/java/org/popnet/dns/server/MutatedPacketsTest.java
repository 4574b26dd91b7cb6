package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Mutated packets over the real wire: the server goes on answering, and neither its heap nor its threads grow. */
class MutatedPacketsTest {
    private static final int BATCH = 40;
    private static final long HEAP_GROWTH_MAX = 16 << 20;
    /** Of so many packets, one goes over TCP. */
    private static final int TCP_ONE_IN = 8;

    private final Random random = new Random(20261125);
    private long responses;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twentyThousandAreSurvived(boolean batched) throws Exception {
        survive(20_000, batched);
    }

    @Test
    @Tag("slow")
    void aMillionAreSurvivedWithHeapAndThreadsFlat() throws Exception {
        survive(1_000_000, true);
    }

    private void survive(int packets, boolean batched) throws Exception {
        List<byte[]> seeds = seeds();
        try (RunningServer dns = new RunningServer(
                        RunningServer.freeAddress(),
                        RunningServer.settings(batched, 0),
                        StaticZonesTest.withStaticRecords());
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.250.53.9", 0))) {
            socket.setSoTimeout(10_000);
            socket.setReceiveBufferSize(1 << 20);
            round(dns, socket, seeds, 5_000);
            long heap = heapAfterCollection();
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            round(dns, socket, seeds, packets);
            assertThat(dns.ask("www.customer1.example", Type.A).getRcode()).isEqualTo(Rcode.NOERROR);
            await().until(() -> dns.server.tcpConnections() == 0);
            assertThat(heapAfterCollection() - heap).isLessThan(HEAP_GROWTH_MAX);
            assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThanOrEqualTo(threads + 2);
            assertThat(dns.counter("popnet.dns.drops", "reason", "response"))
                    .as("responses, to which nobody got an answer")
                    .isEqualTo(responses);
        }
    }

    private void round(RunningServer dns, DatagramSocket socket, List<byte[]> seeds, int packets) throws IOException {
        byte[] buffer = new byte[65_535];
        for (int sent = 0; sent < packets; sent += BATCH) {
            List<byte[]> overTcp = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                byte[] packet = mutate(seeds.get(random.nextInt(seeds.size())));
                if (packet.length >= 12 && packet[0] == 0x7f && packet[1] == 0x7f) {
                    packet[0] = 0;
                }
                if (random.nextInt(TCP_ONE_IN) == 0) {
                    overTcp.add(packet);
                    continue;
                }
                if (packet.length >= 12 && (packet[2] & 0x80) != 0) {
                    responses++;
                }
                socket.send(new DatagramPacket(packet, packet.length, dns.address));
            }
            // All come through one socket of the server, in order: when this is answered, all were looked at.
            Message last = RunningServer.query("www.customer1.example", Type.A);
            last.getHeader().setID(0x7f7f);
            byte[] wire = last.toWire();
            socket.send(new DatagramPacket(wire, wire.length, dns.address));
            while (true) {
                DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                socket.receive(answer);
                Message parsed = new Message(Arrays.copyOf(buffer, answer.getLength()));
                assertThat(parsed.getHeader().getFlag(org.xbill.DNS.Flags.QR)).isTrue();
                if (parsed.getHeader().getID() == 0x7f7f) {
                    break;
                }
            }
            tcp(dns, overTcp);
        }
    }

    /**
     * A response or a length that is none ends the connection; the rest of it is not looked at. What comes before is
     * answered, whether it comes one by one or all together.
     */
    private void tcp(RunningServer dns, List<byte[]> packets) throws IOException {
        boolean together = random.nextBoolean();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int answers = 0;
        boolean ends = false;
        try (TcpClient tcp = new TcpClient(dns.address, "127.250.53.9")) {
            for (int i = 0; i < packets.size() && !ends; i++) {
                byte[] packet = packets.get(i);
                ends = packet.length < 12 || (packet[2] & 0x80) != 0;
                responses += ends && packet.length >= 12 ? 1 : 0;
                answers += ends ? 0 : 1;
                all.write(packet.length >>> 8);
                all.write(packet.length);
                all.write(packet);
                if (!together || ends || i == packets.size() - 1) {
                    tcp.out.write(all.toByteArray());
                    all.reset();
                    for (; answers > 0; answers--) {
                        assertThat(tcp.receive().getHeader().getFlag(org.xbill.DNS.Flags.QR))
                                .isTrue();
                    }
                }
            }
            if (ends) {
                assertThat(tcp.in.read()).isEqualTo(-1);
            }
        }
    }

    private byte[] mutate(byte[] seed) {
        byte[] packet =
                Arrays.copyOf(seed, Math.max(1, seed.length + (random.nextInt(4) == 0 ? random.nextInt(9) - 4 : 0)));
        for (int change = random.nextInt(6); change > 0; change--) {
            int at = random.nextInt(packet.length);
            switch (random.nextInt(3)) {
                case 0 -> packet[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> packet[at] = (byte) random.nextInt(256);
                default -> packet[at] = random.nextBoolean() ? (byte) 0xc0 : (byte) 0xff;
            }
        }
        return packet;
    }

    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : List.of(
                "www.customer1.example",
                "old.customer1.example",
                "x.dyn.customer1.example",
                "h.lab.customer1.example")) {
            seeds.add(RunningServer.query(name, Type.A).toWire());
            Message edns = RunningServer.query(name, Type.TXT);
            EDNSOption[] options = {
                new NSIDOption(new byte[0]),
                new CookieOption(new byte[8], new byte[16]),
                new ClientSubnetOption(24, InetAddress.ofLiteral("203.0.113.0"))
            };
            edns.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(options)), Section.ADDITIONAL);
            seeds.add(edns.toWire());
        }
        return seeds;
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
