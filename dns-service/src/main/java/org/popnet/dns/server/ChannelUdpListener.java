package org.popnet.dns.server;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.ToIntFunction;
import org.popnet.dns.steering.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket, one thread, one datagram at a time: for systems other than Linux. */
final class ChannelUdpListener implements UdpListener {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelUdpListener.class);

    private static final int WAKE_UP_MS = 100;
    /** What a query takes of a receive buffer at the least; Linux counts ten times as much. */
    private static final int KEPT_BYTES_MIN = 64;

    private static final int STOP_WAIT_MS = 2000;

    private final DatagramChannel channel;
    private final Selector selector;
    private final ToIntFunction<Exchange> pipeline;
    private final Exchange exchange;
    private final DnsMetrics metrics;
    private final Thread thread;
    private volatile boolean running = true;

    /** @param pipeline answers a query, like {@link QueryPipeline#respond} */
    ChannelUdpListener(
            InetSocketAddress address,
            int receiveBufferBytes,
            ToIntFunction<Exchange> pipeline,
            Exchange exchange,
            DnsMetrics metrics,
            String name)
            throws IOException {
        this.pipeline = pipeline;
        this.exchange = exchange;
        this.metrics = metrics;
        channel = DatagramChannel.open(
                address.getAddress() instanceof Inet6Address
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET);
        selector = Selector.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
            channel.bind(address);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            channel.close();
            selector.close();
            throw e;
        }
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public int receiveBufferBytes() {
        try {
            return channel.getOption(StandardSocketOptions.SO_RCVBUF);
        } catch (IOException e) {
            return 0;
        }
    }

    private void run() {
        ByteBuffer in = ByteBuffer.wrap(exchange.in);
        ByteBuffer out = ByteBuffer.wrap(exchange.answer.bytes());
        try {
            while (running) {
                selector.select(key -> {}, WAKE_UP_MS);
                while (running && answerNext(in, out)) {
                    // there may be more
                }
            }
            // Queries that were accepted before the end are answered before the end, however many come meanwhile: there
            // are no more of them than the receive buffer holds.
            int left = receiveBufferBytes() / KEPT_BYTES_MIN;
            while (left > 0 && answerNext(in, out)) {
                left--;
            }
        } catch (IOException e) {
            LOG.error("UDP thread {} ends: {}", thread.getName(), e.getMessage());
        }
    }

    /** @return false if nothing has come */
    private boolean answerNext(ByteBuffer in, ByteBuffer out) throws IOException {
        in.clear();
        SocketAddress client = channel.receive(in);
        if (client instanceof InetSocketAddress address) {
            try {
                answer(address, in.position(), out);
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                metrics.sendFailed();
            } catch (RuntimeException e) {
                LOG.error("cannot answer a query for {}", exchange.query.nameText(), e);
            }
        }
        return client != null;
    }

    private void answer(InetSocketAddress client, int queryLength, ByteBuffer out) throws IOException {
        exchange.inLength = queryLength;
        exchange.sourceHigh = Address.high(client.getAddress());
        exchange.sourceLow = Address.low(client.getAddress());
        int length = pipeline.applyAsInt(exchange);
        if (length > 0) {
            out.clear().limit(length);
            if (channel.send(out, client) == 0) {
                metrics.sendFailed();
            }
        }
    }

    @Override
    public void end() {
        running = false;
        selector.wakeup();
    }

    @Override
    public void close() {
        end();
        try {
            if (thread.isAlive()) {
                thread.join(STOP_WAIT_MS);
            }
            selector.close();
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing the UDP socket", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
