package org.popnet.dns.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Cookies;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.ActiveTree;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** A name server on a loopback address of its own, and the simplest of clients. */
final class RunningServer implements AutoCloseable {
    static final Cookies COOKIES = new Cookies("0123456789abcdef".getBytes(StandardCharsets.US_ASCII), null);
    private static final int TIMEOUT_MS = 5000;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final AtomicLong clockMs = new AtomicLong(10_000_000_000L);
    final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), clockMs::get);
    final Queue<QueryRecord> logged = new ConcurrentLinkedQueue<>();
    final QueryLog log = new QueryLog((customer, record) -> logged.add((QueryRecord) record), InstantSource.system());
    final InetSocketAddress address;
    final QueryPipeline pipeline;
    final NameServer server;

    RunningServer(InetSocketAddress address, DnsSettings settings, ActiveTree tree) {
        this(address, settings, ResponseLimitSettings.off(), tree);
    }

    RunningServer(InetSocketAddress address, DnsSettings settings, ResponseLimitSettings limits, ActiveTree tree) {
        this(List.of(address), settings, limits, tree);
    }

    /** @param addresses all that it listens on; the first is the one that {@link #ask} asks */
    RunningServer(
            List<InetSocketAddress> addresses, DnsSettings settings, ResponseLimitSettings limits, ActiveTree tree) {
        address = addresses.getFirst();
        DnsMetrics metrics = new DnsMetrics(registry);
        DnsMetrics.register(registry, knowledge);
        ResponseLimiter limiter = new ResponseLimiter(limits, 1);
        pipeline = new QueryPipeline(
                knowledge, COOKIES, InstantSource.system(), metrics, limiter, log, settings.tcpInviteOneIn());
        Random seeds = new Random(1);
        server = new NameServer(
                settings,
                knowledge,
                pipeline,
                metrics,
                COOKIES,
                "dns.westusa".getBytes(StandardCharsets.US_ASCII),
                seeds::nextLong);
        activate(tree);
        server.start(addresses);
    }

    static RunningServer start() throws IOException {
        return start(TestTrees.active());
    }

    static RunningServer start(ActiveTree tree) throws IOException {
        return new RunningServer(freeAddress(), settings(true, 0), tree);
    }

    /** The path of a query alone, without sockets: nothing is limited, logged or counted for anybody. */
    static QueryPipeline pipeline(Knowledge knowledge) {
        return new QueryPipeline(
                knowledge,
                COOKIES,
                InstantSource.system(),
                new DnsMetrics(new SimpleMeterRegistry()),
                new ResponseLimiter(ResponseLimitSettings.off(), 1),
                new QueryLog((customer, record) -> {}, InstantSource.system()),
                0);
    }

    static DnsSettings settings(boolean nativeUdp, int tcpInviteOneIn) {
        return settings(nativeUdp, tcpInviteOneIn, 1 << 20);
    }

    static DnsSettings settings(boolean nativeUdp, int tcpInviteOneIn, int udpReceiveBuffer) {
        return settings(nativeUdp, tcpInviteOneIn, udpReceiveBuffer, Duration.ofNanos(10_000));
    }

    static DnsSettings settings(boolean nativeUdp, int tcpInviteOneIn, int udpReceiveBuffer, Duration udpGather) {
        return new DnsSettings(
                2,
                nativeUdp,
                udpReceiveBuffer,
                udpGather,
                300,
                250,
                32,
                Duration.ofSeconds(2),
                tcpInviteOneIn,
                Optional.empty());
    }

    /** What a listener works with. */
    static Exchange exchange(Exchange.Transport transport, int bytesIn, int bytesOut, long seed) {
        return new Exchange(transport, bytesIn, new Answer(COOKIES, new byte[0], bytesOut, 0), seed);
    }

    static InetSocketAddress freeAddress() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("127.250.53.1");
        try (ServerSocket probe = new ServerSocket(0, 1, loopback)) {
            return new InetSocketAddress(loopback, probe.getLocalPort());
        }
    }

    void activate(ActiveTree tree) {
        knowledge.activate(ZoneCompiler.compile(tree, TestTrees.SELF));
    }

    /** Asks over UDP, from a loopback address; null if there is no answer in time. */
    byte[] udp(byte[] query, String from, int timeoutMs) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
            socket.setSoTimeout(timeoutMs);
            socket.send(new DatagramPacket(query, query.length, address));
            byte[] buffer = new byte[65535];
            DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(answer);
            } catch (SocketTimeoutException e) {
                return null;
            }
            if (!answer.getSocketAddress().equals(address)) {
                throw new AssertionError("the answer came from " + answer.getSocketAddress());
            }
            return Arrays.copyOf(buffer, answer.getLength());
        }
    }

    Message ask(String name, int type) throws IOException {
        return ask(query(name, type), "127.250.53.9");
    }

    Message ask(Message query, String from) throws IOException {
        byte[] answer = udp(query.toWire(), from, TIMEOUT_MS);
        if (answer == null) {
            throw new AssertionError("no answer to " + query.getQuestion());
        }
        return new Message(answer);
    }

    static Message query(String name, int type) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name + "."), type, DClass.IN));
    }

    double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    /** TCP connections that ended for a reason. */
    double tcpEnded(String reason) {
        return registry.get("popnet.dns.tcp.closed")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    @Override
    public void close() {
        server.stop();
    }
}
