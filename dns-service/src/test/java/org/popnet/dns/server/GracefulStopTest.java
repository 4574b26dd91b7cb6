package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What was accepted is answered, also when the server is told to stop; and IPv6 is served like IPv4. */
class GracefulStopTest {
    private static final int QUERIES = 400;
    /** The kernel sends so many errors at once without limiting them. */
    private static final int CLIENTS = 32;

    private static final int ASKED_BEFORE = 100;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void queriesThatCameOverUdpBeforeTheEndAreAnswered(boolean batched) throws Exception {
        InetSocketAddress address = RunningServer.freeAddress();
        RunningServer dns = new RunningServer(address, RunningServer.settings(batched, 0), TestTrees.active());
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.250.53.9", 0))) {
            socket.setReceiveBufferSize(1 << 20);
            socket.setSoTimeout(5000);
            Message query = RunningServer.query("www.customer1.example", Type.A);
            for (int id = 0; id < QUERIES; id++) {
                query.getHeader().setID(id);
                byte[] wire = query.toWire();
                socket.send(new DatagramPacket(wire, wire.length, address));
            }
            dns.close();
            Set<Integer> answered = new HashSet<>();
            byte[] buffer = new byte[1500];
            while (answered.size() < QUERIES) {
                DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                socket.receive(answer);
                answered.add((buffer[0] & 0xff) << 8 | buffer[1] & 0xff);
            }
        }
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }

    /**
     * Whoever asks while the server stops is answered, or told at once that nobody listens; nobody waits in vain. So is
     * whoever goes on to ask, which is what a name server under load sees.
     */
    @Test
    void underLoadEveryQueryIsAnsweredOrRefusedAtOnceWhenTheServerStops() throws Exception {
        assumeTrue(LinuxSockets.supported(), "only Linux can refuse new queries and keep those that came");
        InetSocketAddress address = RunningServer.freeAddress();
        RunningServer dns = new RunningServer(address, RunningServer.settings(true, 0), TestTrees.active());
        CountDownLatch loaded = new CountDownLatch(CLIENTS);
        List<Future<Integer>> clients = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> askUntilRefused(address, loaded)));
            }
            assertThat(loaded.await(60, TimeUnit.SECONDS)).isTrue();
            dns.close();
            for (Future<Integer> client : clients) {
                assertThat(client.get(60, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(ASKED_BEFORE);
            }
        }
    }

    /** Whoever asks on and on cannot keep a listener that shall end: it answers what it may have been sent before. */
    @Test
    void plainUdpListenerEndsThoughQueriesGoOnComing() throws Exception {
        String name = "dns-udp-that-shall-end";
        AtomicInteger asked = new AtomicInteger();
        try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.250.53.9", 0))) {
            byte[] query = RunningServer.query("www.customer1.example", Type.A).toWire();
            DatagramPacket next = new DatagramPacket(query, query.length, RunningServer.freeAddress());
            ChannelUdpListener listener = new ChannelUdpListener(
                    (InetSocketAddress) next.getSocketAddress(),
                    1 << 16,
                    x -> {
                        asked.incrementAndGet();
                        send(client, next);
                        return QueryPipeline.SILENCE;
                    },
                    RunningServer.exchange(Exchange.Transport.UDP, 512, 512, 1),
                    new DnsMetrics(new SimpleMeterRegistry()),
                    name);
            listener.start();
            send(client, next);
            await().atMost(60, TimeUnit.SECONDS).until(() -> asked.get() > ASKED_BEFORE);
            listener.end();
            await().atMost(60, TimeUnit.SECONDS).until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals(name)));
            listener.close();
        }
    }

    private static void send(DatagramSocket client, DatagramPacket query) {
        try {
            client.send(query);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @return how many queries were answered
     * @throws SocketTimeoutException if one is neither answered nor refused
     */
    private static int askUntilRefused(InetSocketAddress server, CountDownLatch loaded) throws IOException {
        byte[] query = RunningServer.query("www.customer1.example", Type.A).toWire();
        byte[] buffer = new byte[1500];
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.250.53.9", 0))) {
            socket.connect(server);
            socket.setSoTimeout(20_000);
            for (int answered = 0; ; answered++) {
                try {
                    socket.send(new DatagramPacket(query, query.length));
                    socket.receive(new DatagramPacket(buffer, buffer.length));
                } catch (PortUnreachableException e) {
                    return answered;
                }
                if (answered == ASKED_BEFORE) {
                    loaded.countDown();
                }
            }
        }
    }

    @Test
    void clientsThatWaitToBeAcceptedAreAnsweredToo() throws Exception {
        RunningServer dns = RunningServer.start();
        List<TcpClient> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                TcpClient client = new TcpClient(dns.address, "127.250.53.9");
                waiting.add(client);
                client.send(RunningServer.query("www.customer1.example", Type.A));
            }
            dns.close();
            for (TcpClient client : waiting) {
                assertThat(client.receive().getRcode()).isEqualTo(Rcode.NOERROR);
            }
        } finally {
            for (TcpClient client : waiting) {
                client.close();
            }
        }
    }

    @Test
    void queriesThatCameOverTcpBeforeTheEndAreAnsweredAndThenTheConnectionEnds() throws Exception {
        RunningServer dns = RunningServer.start();
        try (TcpClient busy = new TcpClient(dns.address, "127.250.53.9");
                TcpClient idle = new TcpClient(dns.address, "127.250.53.10")) {
            busy.ask(RunningServer.query("www.customer1.example", Type.A));
            idle.ask(RunningServer.query("www.customer1.example", Type.A));
            for (int id = 0; id < QUERIES; id++) {
                Message query = RunningServer.query("www.customer1.example", Type.A);
                query.getHeader().setID(id);
                busy.send(query);
            }
            dns.close();
            Set<Integer> answered = new HashSet<>();
            for (int i = 0; i < QUERIES; i++) {
                answered.add(busy.receive().getHeader().getID());
            }
            assertThat(answered).hasSize(QUERIES);
            assertThat(ended(busy)).isTrue();
            assertThat(ended(idle)).isTrue();
        }
    }

    private static boolean ended(TcpClient client) throws IOException {
        try {
            client.in.readUnsignedShort();
            return false;
        } catch (EOFException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ipv6IsServedLikeIpv4(boolean batched) throws Exception {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, loopback)) {
            port = probe.getLocalPort();
        } catch (IOException e) {
            assumeTrue(false, "this machine has no IPv6");
            return;
        }
        InetSocketAddress address = new InetSocketAddress(loopback, port);
        try (RunningServer dns = new RunningServer(address, RunningServer.settings(batched, 0), TestTrees.active())) {
            Message query = RunningServer.query("static.customer1.example", Type.A);
            for (int i = 0; i < 20; i++) {
                Message answer = dns.ask(query, "::1");
                assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
                assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
            }
            try (TcpClient tcp = new TcpClient(address, "::1")) {
                assertThat(tcp.ask(query).getSection(Section.ANSWER)).hasSize(1);
            }
        }
    }
}
