package org.popnet.edge;

import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client connections of one event loop, looked at once a second; touched by no other thread. */
final class ClientConnections {
    private static final Logger log = LoggerFactory.getLogger(ClientConnections.class);
    private static final long CHECK_MS = 500;
    /** Connections that are asked for their round-trip time in one look: a system call each. */
    private static final int ROUND_TRIPS_MAX = 200;

    private final Set<ClientConnection> open = new LinkedHashSet<>();
    private boolean draining;

    ClientConnections(EventLoop loop, LongSupplier nanoTime) {
        var unused =
                loop.scheduleAtFixedRate(() -> check(nanoTime.getAsLong()), CHECK_MS, CHECK_MS, TimeUnit.MILLISECONDS);
    }

    void add(ClientConnection connection) {
        open.add(connection);
        if (draining) {
            connection.channel().close();
        }
    }

    boolean remove(ClientConnection connection) {
        return open.remove(connection);
    }

    private void check(long nowNanos) {
        int roundTrips = 0;
        for (ClientConnection connection : List.copyOf(open)) {
            if (roundTrips < ROUND_TRIPS_MAX && connection.sampleRoundTrip(nowNanos)) {
                roundTrips++;
            }
            if (draining && connection.idle()) {
                connection.channel().close();
            } else {
                connection.check(nowNanos);
            }
        }
    }

    /** Closes what is idle, now and as it becomes so. */
    void drain() {
        draining = true;
        check(0);
    }

    void failed(Throwable cause) {
        log.warn("A connection failed", cause);
    }
}
