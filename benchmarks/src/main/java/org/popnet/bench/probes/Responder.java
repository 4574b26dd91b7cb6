package org.popnet.bench.probes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Thousands of web servers and resolvers on one thread: healthy, and quick. */
final class Responder {
    private static final byte[] RESPONSE = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
            .getBytes(StandardCharsets.US_ASCII);
    private static final int REQUEST_BYTES_MAX = 4096;
    private static final int DNS_FLAGS = 2;
    private static final byte IS_RESPONSE = (byte) 0x80;
    private static final int END_OF_HEAD = 0x0d0a0d0a;
    private static final int BACKLOG = 128;

    private final Selector selector = Selector.open();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(REQUEST_BYTES_MAX);

    Responder(List<InetSocketAddress> webServers, List<InetSocketAddress> resolvers) throws IOException {
        for (InetSocketAddress address : webServers) {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG).configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT);
        }
        for (InetSocketAddress address : resolvers) {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(address).configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }
        Thread.ofPlatform().name("responder").daemon().start(this::run);
    }

    private void run() {
        while (true) {
            try {
                selector.select(this::serve);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private void serve(SelectionKey key) {
        try {
            switch (key.channel()) {
                case ServerSocketChannel server -> accept(server);
                case DatagramChannel resolver -> answer(resolver);
                case SocketChannel connection -> read(key, connection);
                default -> throw new IllegalStateException("not registered here: " + key.channel());
            }
        } catch (IOException e) {
            close(key); // the probe cut it
        }
    }

    private void accept(ServerSocketChannel server) throws IOException {
        SocketChannel connection = server.accept();
        if (connection != null) {
            connection.configureBlocking(false);
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connection.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(REQUEST_BYTES_MAX));
        }
    }

    private static void read(SelectionKey key, SocketChannel connection) throws IOException {
        ByteBuffer request = (ByteBuffer) key.attachment();
        if (connection.read(request) < 0 || !request.hasRemaining()) {
            close(key);
        } else if (request.position() >= Integer.BYTES
                && request.getInt(request.position() - Integer.BYTES) == END_OF_HEAD) {
            request.clear();
            connection.write(ByteBuffer.wrap(RESPONSE)); // far smaller than a socket's buffer
        }
    }

    /** Says nothing about what was asked; that it answers is what a probe measures. */
    private void answer(DatagramChannel resolver) throws IOException {
        datagram.clear();
        SocketAddress asker = resolver.receive(datagram);
        if (asker != null && datagram.position() > DNS_FLAGS) {
            datagram.put(DNS_FLAGS, (byte) (datagram.get(DNS_FLAGS) | IS_RESPONSE));
            resolver.send(datagram.flip(), asker);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // gone either way
        }
    }
}
