package org.popnet.dns.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import org.popnet.dns.steering.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket, one thread, one datagram at a time: for systems other than Linux. */
final class ChannelUdpListener implements UdpListener {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelUdpListener.class);

    private final DatagramChannel channel;
    private final QueryPipeline pipeline;
    private final Exchange exchange;
    private final DnsMetrics metrics;
    private final Thread thread;

    ChannelUdpListener(
            InetSocketAddress address,
            int receiveBufferBytes,
            QueryPipeline pipeline,
            Exchange exchange,
            DnsMetrics metrics,
            String name)
            throws IOException {
        this.pipeline = pipeline;
        this.exchange = exchange;
        this.metrics = metrics;
        channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
            channel.bind(address);
        } catch (IOException e) {
            channel.close();
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
        while (channel.isOpen()) {
            try {
                in.clear();
                SocketAddress client = channel.receive(in);
                if (client instanceof InetSocketAddress address) {
                    answer(address, in.position(), out);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                metrics.sendFailed();
            } catch (RuntimeException e) {
                LOG.error("cannot answer a query for {}", exchange.query.nameText(), e);
            }
        }
    }

    private void answer(InetSocketAddress client, int queryLength, ByteBuffer out) throws IOException {
        exchange.inLength = queryLength;
        exchange.sourceHigh = Address.high(client.getAddress());
        exchange.sourceLow = Address.low(client.getAddress());
        int length = pipeline.respond(exchange);
        if (length > 0) {
            out.clear().limit(length);
            channel.send(out, client);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            thread.join(1000);
        } catch (IOException e) {
            LOG.debug("closing the UDP socket", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
