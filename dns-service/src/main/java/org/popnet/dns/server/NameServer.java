package org.popnet.dns.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.wire.Answer;
import org.popnet.dns.wire.Cookies;
import org.popnet.dns.wire.Dns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets of the name server: TCP and UDP on each of its addresses, opened together and closed together. */
final class NameServer {
    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);

    private final DnsSettings settings;
    private final Knowledge knowledge;
    private final QueryPipeline pipeline;
    private final DnsMetrics metrics;
    private final Cookies cookies;
    private final byte[] nsid;
    private final Supplier<Long> seeds;
    private final List<UdpListener> udp = new ArrayList<>();
    private volatile @Nullable TcpListener tcp;

    /** @param nsid what the server calls itself to those who ask (RFC 5001) */
    NameServer(
            DnsSettings settings,
            Knowledge knowledge,
            QueryPipeline pipeline,
            DnsMetrics metrics,
            Cookies cookies,
            byte[] nsid,
            Supplier<Long> seeds) {
        this.settings = settings;
        this.knowledge = knowledge;
        this.pipeline = pipeline;
        this.metrics = metrics;
        this.cookies = cookies;
        this.nsid = nsid.clone();
        this.seeds = seeds;
    }

    /** @throws PortBusyException if an address cannot be had; nothing stays open then */
    void start(List<InetSocketAddress> addresses) {
        try {
            // TCP first: it takes the port for itself, where UDP sockets would quietly share it with another process.
            TcpListener listener = new TcpListener(
                    settings,
                    pipeline::respond,
                    this::tcpExchange,
                    metrics,
                    knowledge::nowMs,
                    TcpListener.STOP_WAIT_MS);
            tcp = listener;
            for (InetSocketAddress address : addresses) {
                bind(() -> listener.bind(address), address, "TCP");
                openUdp(address);
            }
            checkReceiveBuffer();
            udp.forEach(UdpListener::start);
            listener.start();
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    private void openUdp(InetSocketAddress address) {
        boolean batches = settings.nativeUdp() && LinuxSockets.supported();
        int sockets = batches ? settings.threads() : 1;
        for (int i = 0; i < sockets; i++) {
            String name = "dns-udp-" + udp.size();
            bind(() -> udp.add(batches ? batch(address, name) : channel(address, name)), address, "UDP");
        }
        LOG.info("answering DNS on {} with {} UDP socket(s), {}", address, sockets, batches ? "batched" : "plain");
    }

    private void checkReceiveBuffer() {
        int got = udp.getFirst().receiveBufferBytes();
        metrics.receiveBuffer(got, settings.udpReceiveBuffer());
        if (got < settings.udpReceiveBuffer()) {
            LOG.warn(
                    "the system gives UDP sockets {} bytes of receive buffer instead of {}: bursts may be lost;"
                            + " raise net.core.rmem_max",
                    got,
                    settings.udpReceiveBuffer());
        }
    }

    private BatchUdpListener batch(InetSocketAddress address, String name) throws IOException {
        Gathering gathering = Gathering.ofThisMachine(settings.udpGather(), BatchUdpListener.BATCH);
        return new BatchUdpListener(
                address, settings.udpReceiveBuffer(), gathering, pipeline, udpExchange(), metrics, name);
    }

    private ChannelUdpListener channel(InetSocketAddress address, String name) throws IOException {
        return new ChannelUdpListener(
                address, settings.udpReceiveBuffer(), pipeline::respond, udpExchange(), metrics, name);
    }

    private Exchange tcpExchange() {
        int idleTenths = Math.toIntExact(settings.tcpIdle().toMillis() / 100);
        Answer answer = new Answer(cookies, nsid, Dns.MESSAGE_BYTES_MAX, idleTenths);
        return new Exchange(Exchange.Transport.TCP, TcpListener.queryBytesMax(), answer, seeds.get());
    }

    private Exchange udpExchange() {
        Answer answer = new Answer(cookies, nsid, Dns.UDP_BYTES_MAX, 0);
        return new Exchange(Exchange.Transport.UDP, BatchUdpListener.queryBytesMax(), answer, seeds.get());
    }

    private interface Binding {
        void run() throws IOException;
    }

    private static void bind(Binding binding, InetSocketAddress address, String transport) {
        try {
            binding.run();
        } catch (IOException e) {
            throw new PortBusyException(address, transport, e);
        }
    }

    /** Has idle connections closed; call it every second. */
    void closeIdle() {
        TcpListener listener = tcp;
        if (listener != null) {
            listener.closeIdle();
        }
    }

    int tcpConnections() {
        TcpListener listener = tcp;
        return listener == null ? 0 : listener.connections();
    }

    /** Answers what has come, then closes everything. */
    void stop() {
        TcpListener listener = tcp;
        if (listener != null) {
            listener.close();
        }
        udp.forEach(UdpListener::end);
        udp.forEach(UdpListener::close);
        udp.clear();
        tcp = null;
    }
}
