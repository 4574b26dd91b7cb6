package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TcpKeepaliveOption;
import org.xbill.DNS.Type;

/** What many and long-lived TCP connections may ask for, and what they may not take from others. */
class TcpConnectionsTest extends NameServerStory {
    private static final int UDP_QUERIES = 500;

    @Test
    void clientThatAsksIsToldHowLongItsIdleConnectionIsKept() throws Exception {
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            Message answer = tcp.ask(asking(new TcpKeepaliveOption()));
            TcpKeepaliveOption told = (TcpKeepaliveOption)
                    answer.getOPT().getOptions(EDNSOption.Code.TCP_KEEPALIVE).getFirst();
            assertThat(told.getTimeout()).hasValue(20); // of 100 ms: the two seconds of this server's setting
            assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
            assertThat(tcp.ask(asking()).getOPT().getOptions()).isEmpty();
            assertThat(tcp.ask(asking(new TcpKeepaliveOption(100))).getOPT().getOptions())
                    .as("to a client that tells the server")
                    .isEmpty();
            assertThat(tcp.ask(asking(new GenericEDNSOption(EDNSOption.Code.TCP_KEEPALIVE, new byte[3])))
                            .getRcode())
                    .isEqualTo(Rcode.NOERROR);
        }
        assertThat(dns.ask(asking(new TcpKeepaliveOption()), CLIENT).getOPT().getOptions())
                .as("over UDP")
                .isEmpty();
    }

    /** One write with questions of every sort: each is answered by its own id, whatever the others are. */
    @Test
    void pipelinedQueriesOfEverySortAreAnsweredEachWithItsOwnId() throws Exception {
        List<Integer> types = List.of(Type.A, Type.AAAA, Type.TXT, Type.ANY, Type.AXFR, Type.SOA);
        List<String> names =
                List.of("www.customer1.example", "nothing.customer1.example", "pop.example", "elsewhere.example");
        ByteBuffer all = ByteBuffer.allocate(64 << 10);
        Map<Integer, Message> asked = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            Message query = RunningServer.query(names.get(i % names.size()), types.get(i % types.size()));
            // ids fall, so that nobody who counts can be right by chance
            query.getHeader().setID(60_000 - 7 * i);
            asked.put(60_000 - 7 * i, query);
            byte[] wire = query.toWire();
            all.putShort((short) wire.length).put(wire);
        }
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            tcp.out.write(all.array(), 0, all.position());
            while (!asked.isEmpty()) {
                Message answer = tcp.receive();
                Message query = asked.remove(answer.getHeader().getID());
                assertThat(query).as("question of %s", answer.getHeader()).isNotNull();
                assertThat(answer.getQuestion()).isEqualTo(query.getQuestion());
            }
        }
    }

    /** It closes its own direction first, as `nc -N` and some resolvers do, and still reads (RFC 7766, 6.2.4). */
    @Test
    void clientThatHasSaidAllIsStillAnswered() throws Exception {
        try (TcpClient client = new TcpClient(dns.address, CLIENT)) {
            for (int id = 0; id < 50; id++) {
                Message query = RunningServer.query("www.customer1.example", Type.A);
                query.getHeader().setID(id);
                client.send(query);
            }
            client.out.write(new byte[] {0, 40, 1, 2, 3}); // the beginning of one more
            client.socket.shutdownOutput();
            Set<Integer> answered = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                answered.add(client.receive().getHeader().getID());
            }
            assertThat(answered).hasSize(50);
            assertThat(client.in.read()).as("then the connection ends").isEqualTo(-1);
        }
    }

    /** An answer that its client does not fetch delays nobody else's, on the same name server. */
    @Test
    void clientThatReadsNothingDelaysNobodyElse() throws Exception {
        byte[] wire = RunningServer.query("www.customer1.example", Type.A).toWire();
        byte[] framed = ByteBuffer.allocate(wire.length + 2)
                .putShort((short) wire.length)
                .put(wire)
                .array();
        try (TcpClient deaf = new TcpClient(dns.address, CLIENT);
                TcpClient other = new TcpClient(dns.address, CLIENT)) {
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        deaf.out.write(framed);
                    }
                } catch (IOException e) {
                    assertThat(e).isNotNull(); // cut off in the end
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(other.ask(RunningServer.query("www.customer1.example", Type.A))
                                .getRcode())
                        .isEqualTo(Rcode.NOERROR);
            }
            // Once its answers fill the way to it, it completes no query, and is idle like any other.
            await().until(() -> {
                dns.clockMs.addAndGet(2500);
                // The second answer shows that the first counts as complete.
                other.ask(RunningServer.query("www.customer1.example", Type.A));
                other.ask(RunningServer.query("www.customer1.example", Type.A));
                dns.server.closeIdle();
                return dns.server.tcpConnections() == 1;
            });
            assertThat(dns.tcpEnded("idle")).isEqualTo(1);
            sender.join();
        }
    }

    @Test
    void connectionsAreCountedAndSoIsWhyTheyEnd() throws Exception {
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            tcp.ask(asking());
            assertThat(dns.registry.get("popnet.dns.tcp.connections").gauge().value())
                    .isEqualTo(1);
        }
        await().until(() -> dns.tcpEnded("client") == 1);
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            tcp.out.writeShort(11);
            assertThat(tcp.in.read()).isEqualTo(-1);
        }
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            byte[] response = asking().toWire();
            response[2] |= (byte) 0x80;
            tcp.out.writeShort(response.length);
            tcp.out.write(response);
            assertThat(tcp.in.read()).isEqualTo(-1);
        }
        await().until(() -> dns.tcpEnded("length") == 1 && dns.tcpEnded("no-query") == 1);
        try (TcpClient tcp = new TcpClient(dns.address, CLIENT)) {
            tcp.ask(asking());
            dns.server.stop();
            assertThat(tcp.in.read()).isEqualTo(-1);
        }
        await().until(() -> dns.tcpEnded("stop") == 1);
        assertThat(dns.registry.get("popnet.dns.tcp.connections").gauge().value())
                .isZero();
    }

    /** As long as the process has no file descriptor left, say: it is tried again, and neither a core nor the log filled. */
    @Test
    void acceptingGoesOnWhenItFailsForAWhile() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        ServerSocket accepting = new ServerSocket() {
            @Override
            public Socket accept() throws IOException {
                if (failed.incrementAndGet() <= 5) {
                    throw new SocketException("Too many open files");
                }
                return super.accept();
            }
        };
        long start = System.nanoTime();
        try (HeldServer server = new HeldServer(1, dns.pipeline::respond, accepting);
                TcpClient client = new TcpClient(server.address, CLIENT)) {
            assertThat(client.ask(asking()).getRcode()).isEqualTo(Rcode.NOERROR);
        }
        assertThat(System.nanoTime() - start)
                .as("ns, of which it waited 100 ms after each failure")
                .isGreaterThan(400_000_000L);
    }

    /**
     * A server with 250 connections that idle and 20 that trickle, and one without, are asked in turn, so that what else
     * the machine does delays both: a listener that had to look at each connection would be far slower.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void udpIsAsQuickBesideIdleAndTricklingConnections(boolean batched) throws Exception {
        DnsSettings settings = RunningServer.settings(batched, 0);
        try (RunningServer busy = new RunningServer(RunningServer.freeAddress(), settings, TestTrees.active());
                RunningServer alone = new RunningServer(RunningServer.freeAddress(), settings, TestTrees.active());
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CLIENT, 0))) {
            socket.setSoTimeout(20_000);
            List<TcpClient> clients = new ArrayList<>();
            for (int i = 0; i < 270; i++) {
                clients.add(new TcpClient(busy.address, "127.250.53." + (10 + i % 200)));
            }
            await().until(() -> busy.server.tcpConnections() == 270);
            for (TcpClient trickling : clients.subList(0, 20)) {
                trickling.out.write(0);
            }
            long[] micros = new long[UDP_QUERIES];
            long[] microsAlone = new long[UDP_QUERIES];
            for (int i = 0; i < UDP_QUERIES; i++) {
                micros[i] = udpMicros(socket, busy);
                microsAlone[i] = udpMicros(socket, alone);
            }
            assertThat(busy.server.tcpConnections()).isEqualTo(270);
            Arrays.sort(micros);
            Arrays.sort(microsAlone);
            long median = microsAlone[UDP_QUERIES / 2];
            assertThat(micros[UDP_QUERIES / 2])
                    .as("median in µs, %d without connections", median)
                    .isLessThan(Math.max(10 * median, 20_000));
            for (TcpClient client : clients) {
                client.close();
            }
        }
    }

    private static long udpMicros(DatagramSocket socket, RunningServer server) throws IOException {
        byte[] query = RunningServer.query("www.customer1.example", Type.A).toWire();
        byte[] buffer = new byte[1500];
        long start = System.nanoTime();
        socket.send(new DatagramPacket(query, query.length, server.address));
        socket.receive(new DatagramPacket(buffer, buffer.length));
        return (System.nanoTime() - start) / 1000;
    }

    private static Message asking(EDNSOption... options) throws IOException {
        Message query = RunningServer.query("www.customer1.example", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(options)), Section.ADDITIONAL);
        return query;
    }
}
