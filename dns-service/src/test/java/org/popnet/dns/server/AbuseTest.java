package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class AbuseTest extends NameServerStory {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mutatedPacketsOverUdpAreSurvivedAndEveryAnswerIsWellFormed(boolean batched) throws Exception {
        listenWith(batched);
        Random random = new Random(7);
        byte[] seed = RunningServer.query("www.customer1.example", Type.A).toWire();
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CLIENT, 0))) {
            socket.setSoTimeout(1);
            byte[] buffer = new byte[4096];
            int answers = 0;
            for (int i = 0; i < 5000; i++) {
                byte[] packet = mutate(seed, random);
                socket.send(new DatagramPacket(packet, packet.length, dns.address));
                DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                try {
                    socket.receive(answer);
                    new Message(Arrays.copyOf(buffer, answer.getLength()));
                    assertThat(buffer[2] & 0x80).isNotZero();
                    answers++;
                } catch (SocketTimeoutException e) {
                    continue;
                }
            }
            assertThat(answers).isGreaterThan(500);
        }
        assertThat(dns.ask("www.customer1.example", Type.A).getRcode()).isEqualTo(Rcode.NOERROR);
    }

    @Test
    void mutatedPacketsOverTcpAreSurvived() throws Exception {
        Random random = new Random(8);
        byte[] seed = RunningServer.query("www.customer1.example", Type.A).toWire();
        for (int i = 0; i < 1000; i++) {
            try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
                byte[] packet = mutate(seed, random);
                tcp.out.writeShort(random.nextInt(10) == 0 ? random.nextInt(65536) : packet.length);
                tcp.out.write(packet);
                tcp.socket.shutdownOutput();
                tcp.in.readAllBytes();
            } catch (IOException e) {
                // A connection that was reset is an answer to garbage, too.
                continue;
            }
        }
        assertThat(dns.ask("www.customer1.example", Type.A).getRcode()).isEqualTo(Rcode.NOERROR);
        await().until(() -> dns.server.tcpConnections() == 0);
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] packet = Arrays.copyOf(seed, Math.max(1, seed.length + random.nextInt(7) - 3));
        for (int change = random.nextInt(5); change > 0; change--) {
            packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return packet;
    }

    @Test
    void fiftyPipelinedQueriesAreAllAnswered() throws Exception {
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            Set<Integer> ids = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                Message query = RunningServer.query("www.customer1.example", Type.A);
                query.getHeader().setID(1000 + i);
                ids.add(1000 + i);
                tcp.send(query);
            }
            for (int i = 0; i < 50; i++) {
                assertThat(ids.remove(tcp.receive().getHeader().getID())).isTrue();
            }
        }
    }

    @Test
    void impossibleLengthsEndTheConnection() throws Exception {
        for (int length : new int[] {0, 11, 65535}) {
            try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
                tcp.out.writeShort(length);
                assertThat(tcp.in.readAllBytes()).isEmpty();
            }
        }
    }

    @Test
    void idleAndTricklingConnectionsAreClosedAndBusyOnesAreNot() throws Exception {
        List<TcpClient> idle = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            idle.add(new TcpClient(dns.address, "127.250.53." + (10 + i)));
        }
        TcpClient trickling = new TcpClient(dns.address, CLIENT);
        trickling.out.write(0);
        TcpClient busy = new TcpClient(dns.address, CLIENT);
        await().until(() -> dns.server.tcpConnections() == 202);
        dns.clockMs.addAndGet(1500);
        trickling.out.write(40);
        busy.ask(RunningServer.query("www.customer1.example", Type.A));
        await().until(() -> {
            dns.server.closeIdle();
            return dns.server.tcpConnections() == 202;
        });
        assertThat(dns.ask("www.customer1.example", Type.A).getRcode()).isEqualTo(Rcode.NOERROR);
        dns.clockMs.addAndGet(1000);
        dns.server.closeIdle();
        await().until(() -> dns.server.tcpConnections() == 1);
        assertThat(busy.ask(RunningServer.query("www.customer1.example", Type.A))
                        .getRcode())
                .isEqualTo(Rcode.NOERROR);
        assertThat(dns.tcpEnded("idle")).isEqualTo(201);
        busy.close();
        trickling.close();
        for (TcpClient client : idle) {
            client.close();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreRefused() throws Exception {
        List<TcpClient> clients = new ArrayList<>();
        for (int i = 0; i < 251; i++) {
            clients.add(new TcpClient(dns.address, CLIENT));
        }
        assertThat(clients.getLast().in.read()).isEqualTo(-1);
        assertThat(dns.tcpEnded("too-many-of-client")).isEqualTo(1);
        try (TcpClient other = new TcpClient(dns.address, "127.250.53.10")) {
            assertThat(other.ask(RunningServer.query("www.customer1.example", Type.A))
                            .getRcode())
                    .isEqualTo(Rcode.NOERROR);
        }
        for (TcpClient client : clients) {
            client.close();
        }
    }

    /** Otherwise it would take all connections that there are, a few from each of its addresses. */
    @Test
    void hostWithAnIpv6NetworkOfItsOwnCountsAsOneClient() {
        InetAddress host = TcpListener.counted(InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6"));
        assertThat(TcpListener.counted(InetAddress.ofLiteral("2001:db8:1:2::9")))
                .isEqualTo(host);
        assertThat(TcpListener.counted(InetAddress.ofLiteral("2001:db8:1:3::9")))
                .isNotEqualTo(host);
        InetAddress v4 = InetAddress.ofLiteral("192.0.2.9");
        assertThat(TcpListener.counted(v4)).isEqualTo(v4);
    }

    @Test
    void receiveBufferThatTheSystemRefusesIsAMetric() throws Exception {
        assertThat(dns.registry
                        .get("popnet.dns.udp.receive.buffer.missing")
                        .gauge()
                        .value())
                .isEqualTo(Math.max(0, (1 << 20) - granted(1 << 20)));
        int most = 64 << 20;
        try (RunningServer other = new RunningServer(
                RunningServer.freeAddress(), RunningServer.settings(false, 0, most), TestTrees.active())) {
            assertThat(other.registry
                            .get("popnet.dns.udp.receive.buffer.missing")
                            .gauge()
                            .value())
                    .isEqualTo(Math.max(0, most - granted(most)));
        }
    }

    /** What the system gives who asks for so many bytes. */
    private static int granted(int asked) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CLIENT, 0))) {
            socket.setReceiveBufferSize(asked);
            return socket.getReceiveBufferSize();
        }
    }

    private void listenWith(boolean batched) throws IOException {
        dns.close();
        dns = new RunningServer(RunningServer.freeAddress(), RunningServer.settings(batched, 0), TestTrees.active());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void treeIsReplacedUnderLoadWithoutLosingAQueryOrMixingTwoTrees(boolean batched) throws Exception {
        // Limits high enough to be looked at for each answer and never reached; static records beside steered ones.
        dns.close();
        ResponseLimitSettings limits = new ResponseLimitSettings(500_000, 500_000, 900_000, 2, 24, 56, 1024);
        String network = StaticZonesTest.network();
        dns = new RunningServer(
                RunningServer.freeAddress(), RunningServer.settings(batched, 0), limits, TestTrees.active(1, network));
        String other = network.replace("10.0.", "10.4.")
                .replace("192.0.2.25", "192.0.4.25")
                .replace("lost     CNAME nothing", "lost     CNAME nowhere")
                .replace("10 mail", "20 mail");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            String from = "127.250.53." + (20 + c);
            clients.add(Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    try {
                        Message soa = dns.ask(RunningServer.query("pop.example", Type.SOA), from);
                        Message a = dns.ask(RunningServer.query("static.customer1.example", Type.A), from);
                        Message ns = dns.ask(RunningServer.query("static.customer1.example", Type.NS), from);
                        Message mx = dns.ask(RunningServer.query("customer1.example", Type.MX), from);
                        Message mail = dns.ask(RunningServer.query("mail.customer1.example", Type.A), from);
                        // What an alias leads to, and the generation of the zone where that is missing: one answer.
                        Message lost = dns.ask(RunningServer.query("lost.customer1.example", Type.A), from);
                        String missing = ((CNAMERecord)
                                        lost.getSection(Section.ANSWER).getFirst())
                                .getTarget()
                                .getLabelString(0);
                        SOARecord denying =
                                (SOARecord) lost.getSection(Section.AUTHORITY).getFirst();
                        boolean ofOneTree = missing.equals(denying.getSerial() % 2 == 0 ? "nowhere" : "nothing");
                        long serial =
                                ((SOARecord) soa.getSection(Section.ANSWER).getFirst()).getSerial();
                        // One socket is asked: what it has told once is not taken back.
                        boolean forward = denying.getSerial() >= serial;
                        String exchange =
                                mx.getSection(Section.ANSWER).getFirst().rdataToString();
                        String host = mail.getSection(Section.ANSWER).getFirst().rdataToString();
                        boolean known = List.of("10 mail.customer1.example.", "20 mail.customer1.example.")
                                        .contains(exchange)
                                && List.of("192.0.2.25", "192.0.4.25").contains(host);
                        long old = ns.getSection(Section.ADDITIONAL).stream()
                                .filter(r -> r.rdataToString().startsWith("10.0."))
                                .count();
                        boolean whole = old == 0
                                || old == ns.getSection(Section.ADDITIONAL).size();
                        if (!ofOneTree
                                || !forward
                                || !whole
                                || !known
                                || a.getSection(Section.ANSWER).size() != 1) {
                            wrong.incrementAndGet();
                        }
                        asked.addAndGet(6);
                    } catch (IOException | AssertionError e) {
                        wrong.incrementAndGet();
                    }
                }
            }));
        }
        for (int generation = 2; generation < 200; generation++) {
            dns.activate(TestTrees.active(generation, generation % 2 == 0 ? other : network));
        }
        await().until(() -> asked.get() > 300);
        done.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(wrong).hasValue(0);
        assertThat(dns.counter("popnet.dns.limited")).isZero();
    }
}
