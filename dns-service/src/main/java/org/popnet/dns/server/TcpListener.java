package org.popnet.dns.server;

import java.io.IOException;
import java.net.Inet6Address;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.popnet.platform.tree.Cidr;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries that come over TCP (RFC 7766): accepts connections within the limits, closes those that complete no
 * query for the idle time, however slowly they send or read, and has all that came answered when it stops. What goes on
 * within a connection is {@link TcpConnection}'s.
 */
final class TcpListener {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    private static final int BACKLOG = 256;
    /** How long those who have sent queries are waited for at the end. */
    static final int STOP_WAIT_MS = 2000;

    private static final int STOP_LOOK_MS = 10;

    /** Far longer than any answer takes: whoever waits behind one is no longer made to. */
    private static final int LONG_MS = 1000;

    /** How long a thread that accepts waits at a time; then it looks whether it shall stop. */
    private static final int ACCEPT_WAIT_MS = 100;

    private static final int V6_NETWORK_BITS = 64;

    private final List<ServerSocket> servers = new ArrayList<>();
    private final TcpShared shared;
    private final DnsMetrics metrics;
    private final LongSupplier clockMs;
    private final int stopWaitMs;
    private final long idleMs;
    private final int pipelinedMax;
    private final int perClientMax;
    private final int placesMax;
    private final Semaphore places;
    private final Map<InetAddress, Integer> perClient = new ConcurrentHashMap<>();
    private final List<Thread> acceptors = new ArrayList<>();
    private final Set<TcpConnection> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopping = new CountDownLatch(1);

    /**
     * @param pipeline answers a query, like {@link QueryPipeline#respond}
     * @param newExchange makes one for an answer over TCP
     * @param stopWaitMs how long {@link #close} waits for what is in progress
     */
    TcpListener(
            DnsSettings settings,
            ToIntFunction<Exchange> pipeline,
            Supplier<Exchange> newExchange,
            DnsMetrics metrics,
            LongSupplier clockMs,
            int stopWaitMs) {
        this.stopWaitMs = stopWaitMs;
        shared = new TcpShared(pipeline, newExchange, metrics, clockMs);
        this.metrics = metrics;
        this.clockMs = clockMs;
        idleMs = settings.tcpIdle().toMillis();
        pipelinedMax = settings.tcpPipelinedMax();
        perClientMax = settings.tcpConnectionsPerClientMax();
        placesMax = settings.tcpConnectionsMax();
        places = new Semaphore(placesMax);
    }

    /** Takes an address for this process alone; connections to all of them share the limits. */
    void bind(InetSocketAddress address) throws IOException {
        bind(new ServerSocket(), address);
    }

    /** The same with a socket that is not bound yet. */
    void bind(ServerSocket server, InetSocketAddress address) throws IOException {
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
        boolean failing = false;
        while (!server.isClosed()) {
            try {
                admit(server.accept());
                failing = false;
            } catch (SocketTimeoutException e) {
                failing = false;
                if (stopping.getCount() == 0) {
                    return;
                }
            } catch (IOException e) {
                if (!failing && !server.isClosed()) {
                    LOG.warn("cannot accept TCP connections, and try again: {}", e.getMessage());
                }
                failing = true;
                // As long as the process has no file descriptor left, say, accepting fails at once, again and again.
                if (stopsWithin(ACCEPT_WAIT_MS)) {
                    return;
                }
            }
        }
    }

    private boolean stopsWithin(int ms) {
        try {
            return stopping.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void admit(Socket socket) throws IOException {
        if (!places.tryAcquire()) {
            metrics.tcpRefused(TcpEnd.TOO_MANY);
            socket.close();
            return;
        }
        InetAddress client = counted(socket.getInetAddress());
        if (perClient.merge(client, 1, Integer::sum) > perClientMax) {
            leave(client);
            metrics.tcpRefused(TcpEnd.TOO_MANY_OF_CLIENT);
            socket.close();
            return;
        }
        try {
            TcpConnection connection = new TcpConnection(socket, shared, pipelinedMax, this::ended);
            connections.add(connection);
            metrics.tcpOpened();
            connection.start();
        } catch (IOException e) {
            metrics.tcpRefused(TcpEnd.CLIENT);
            leave(client);
            socket.close();
            LOG.trace("TCP connection of {} ended before it began", client, e);
        }
    }

    private void ended(TcpConnection connection) {
        metrics.tcpClosed(connection.end());
        connections.remove(connection);
        leave(counted(connection.client()));
    }

    /** Who counts as one client: a host with IPv6 has as many addresses as it likes, in a network of 64 bits. */
    static InetAddress counted(InetAddress client) {
        return client instanceof Inet6Address
                ? Cidr.containing(client, V6_NETWORK_BITS).address()
                : client;
    }

    /** @param client as {@link #counted} */
    private void leave(InetAddress client) {
        perClient.computeIfPresent(client, (address, count) -> count > 1 ? count - 1 : null);
        places.release();
    }

    /** Closes connections that complete no query, and helps out where one takes long; call it every second. */
    void closeIdle() {
        long now = clockMs.getAsLong();
        for (TcpConnection connection : connections) {
            if (now - connection.lastQueryMs() > idleMs) {
                connection.close(TcpEnd.IDLE);
            } else if (now - connection.lastQueryMs() > LONG_MS) {
                connection.relieve();
            }
        }
    }

    static int queryBytesMax() {
        return TcpQueries.QUERY_BYTES_MAX;
    }

    /** Answers the queries that came, then closes. */
    void close() {
        stopping.countDown();
        try {
            for (Thread acceptor : acceptors) {
                acceptor.join(stopWaitMs);
            }
            closeServers();
            for (Thread acceptor : acceptors) {
                // The port is free only when the thread that waits on it has left.
                acceptor.join(stopWaitMs);
            }
            // Whoever has sent queries gets the answers to all of them.
            boolean left = false;
            for (int waited = 0; waited < stopWaitMs && !left; waited += STOP_LOOK_MS) {
                connections.forEach(TcpConnection::endIfWaiting);
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
}
