package org.popnet.dns.server;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.popnet.dns.steering.Address;
import org.popnet.dns.wire.Dns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries that come over TCP (RFC 7766), a virtual thread for each connection. Clients may send many queries
 * without waiting; as no answer waits for anything, they come in order, which RFC 7766, 6.2.1.1, leaves to the server. A
 * connection that completes no query for the idle time, however slowly it sends or reads, is closed.
 */
final class TcpListener {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    private static final int BACKLOG = 256;
    /** Longer queries are nobody's: a name, an OPT record and padding fit many times. */
    private static final int QUERY_BYTES_MAX = 4096;

    private static final int STOP_WAIT_MS = 2000;
    private static final int STOP_LOOK_MS = 10;

    /** How long a thread that accepts waits at a time; then it looks whether it shall stop. */
    private static final int ACCEPT_WAIT_MS = 100;

    private final List<ServerSocket> servers = new ArrayList<>();
    private final QueryPipeline pipeline;
    private final Supplier<Exchange> newExchange;
    private final ConcurrentLinkedQueue<Exchange> exchanges = new ConcurrentLinkedQueue<>();
    private final DnsMetrics metrics;
    private final LongSupplier clockMs;
    private final long idleMs;
    private final int perClientMax;
    private final int placesMax;
    private final Semaphore places;
    private final Map<InetAddress, Integer> perClient = new ConcurrentHashMap<>();
    private final List<Thread> acceptors = new ArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    TcpListener(
            DnsSettings settings,
            QueryPipeline pipeline,
            Supplier<Exchange> newExchange,
            DnsMetrics metrics,
            LongSupplier clockMs) {
        this.pipeline = pipeline;
        this.newExchange = newExchange;
        this.metrics = metrics;
        this.clockMs = clockMs;
        idleMs = settings.tcpIdle().toMillis();
        perClientMax = settings.tcpConnectionsPerClientMax();
        placesMax = settings.tcpConnectionsMax();
        places = new Semaphore(placesMax);
    }

    /** Takes an address for this process alone; connections to all of them share the limits. */
    void bind(InetSocketAddress address) throws IOException {
        ServerSocket server = new ServerSocket();
        servers.add(server);
        server.bind(address, BACKLOG);
        server.setSoTimeout(ACCEPT_WAIT_MS);
    }

    void start() {
        for (ServerSocket server : servers) {
            acceptors.add(Thread.ofVirtual().name("dns-tcp-accept").start(() -> accept(server)));
        }
    }

    int connections() {
        return connections.size();
    }

    /** Until it shall stop and nobody waits any more: clients whose connections the system has made have sent queries. */
    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                admit(server.accept());
            } catch (SocketTimeoutException e) {
                if (stopping) {
                    return;
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("cannot accept a TCP connection: {}", e.getMessage());
                }
            }
        }
    }

    private void admit(Socket socket) throws IOException {
        if (!places.tryAcquire()) {
            metrics.tcpRefused(TcpEnd.TOO_MANY);
            socket.close();
            return;
        }
        InetAddress client = socket.getInetAddress();
        if (perClient.merge(client, 1, Integer::sum) > perClientMax) {
            leave(client);
            metrics.tcpRefused(TcpEnd.TOO_MANY_OF_CLIENT);
            socket.close();
            return;
        }
        Connection connection = new Connection(socket, clockMs.getAsLong());
        connections.add(connection);
        metrics.tcpOpened();
        Thread.ofVirtual().name("dns-tcp").start(() -> serve(connection, client));
    }

    private void leave(InetAddress client) {
        perClient.computeIfPresent(client, (address, count) -> count > 1 ? count - 1 : null);
        places.release();
    }

    private void serve(Connection connection, InetAddress client) {
        try (Socket socket = connection.socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1024));
            OutputStream out = socket.getOutputStream();
            while (true) {
                connection.waiting = in.available() == 0;
                int length = in.readUnsignedShort();
                connection.waiting = false;
                if (length < Dns.HEADER_BYTES || length > QUERY_BYTES_MAX) {
                    connection.end = TcpEnd.LENGTH;
                    return;
                }
                byte[] query = in.readNBytes(length);
                if (query.length < length) {
                    return;
                }
                byte[] answer = respond(query, client);
                if (answer.length == 0) {
                    connection.end = TcpEnd.NO_QUERY;
                    return;
                }
                out.write(answer);
                connection.lastQueryMs = clockMs.getAsLong();
            }
        } catch (IOException e) {
            LOG.trace("TCP connection of {} ends", client, e);
        } catch (RuntimeException e) {
            connection.end = TcpEnd.FAULT;
            LOG.error("cannot answer a query of {} over TCP", client, e);
        } finally {
            metrics.tcpClosed(connection.end);
            connections.remove(connection);
            leave(client);
        }
    }

    /** The answer with its length in front; empty for silence. */
    private byte[] respond(byte[] query, InetAddress client) {
        Exchange pooled = exchanges.poll();
        Exchange x = pooled == null ? newExchange.get() : pooled;
        try {
            System.arraycopy(query, 0, x.in, 0, query.length);
            x.inLength = query.length;
            x.sourceHigh = Address.high(client);
            x.sourceLow = Address.low(client);
            int length = pipeline.respond(x);
            if (length == QueryPipeline.SILENCE) {
                return new byte[0];
            }
            byte[] framed = new byte[length + 2];
            framed[0] = (byte) (length >>> 8);
            framed[1] = (byte) length;
            System.arraycopy(x.answer.bytes(), 0, framed, 2, length);
            return framed;
        } finally {
            exchanges.offer(x);
        }
    }

    /** Closes connections that complete no query; call it every second. */
    void closeIdle() {
        long now = clockMs.getAsLong();
        for (Connection connection : connections) {
            if (now - connection.lastQueryMs > idleMs) {
                connection.close(TcpEnd.IDLE);
            }
        }
    }

    static int queryBytesMax() {
        return QUERY_BYTES_MAX;
    }

    /** Answers the queries that came, then closes. */
    void close() {
        stopping = true;
        try {
            for (Thread acceptor : acceptors) {
                acceptor.join(STOP_WAIT_MS);
            }
            closeServers();
            for (Thread acceptor : acceptors) {
                // The port is free only when the thread that waits on it has left.
                acceptor.join(STOP_WAIT_MS);
            }
            // Whoever has sent queries gets the answers to all of them.
            boolean left = false;
            for (int waited = 0; waited < STOP_WAIT_MS && !left; waited += STOP_LOOK_MS) {
                connections.forEach(Connection::endIfWaiting);
                left = places.tryAcquire(placesMax, STOP_LOOK_MS, TimeUnit.MILLISECONDS);
            }
            if (left) {
                places.release(placesMax);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeServers();
        connections.forEach(connection -> connection.close(TcpEnd.STOP));
    }

    private void closeServers() {
        for (ServerSocket server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                LOG.debug("closing the TCP socket", e);
            }
        }
    }

    /** One client's connection, closed from outside when it idles. */
    private static final class Connection {
        private final Socket socket;
        private volatile long lastQueryMs;
        /** Whether the next query has not begun to come. */
        private volatile boolean waiting;

        private volatile TcpEnd end = TcpEnd.CLIENT;

        Connection(Socket socket, long nowMs) {
            this.socket = socket;
            lastQueryMs = nowMs;
        }

        /** Ends the stream of queries if all that came are answered. */
        void endIfWaiting() {
            try {
                if (waiting && socket.getInputStream().available() == 0) {
                    end = TcpEnd.STOP;
                    socket.shutdownInput();
                }
            } catch (IOException e) {
                LOG.trace("shutting down", e);
            }
        }

        void close(TcpEnd why) {
            end = why;
            try {
                socket.close();
            } catch (IOException e) {
                LOG.trace("closing", e);
            }
        }
    }
}
