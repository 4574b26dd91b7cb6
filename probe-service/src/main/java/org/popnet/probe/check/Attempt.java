package org.popnet.probe.check;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.probe.check.Outcome.Phases;
import org.popnet.probe.timer.Timers;

/** One check in progress: what all its connections share, and where its time went so far. */
final class Attempt {
    private final InetAddress local;
    private final Optional<InetAddress> local6;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final long deadlineNanos;
    private double connectMs = Double.NaN;
    private double tlsMs = Double.NaN;
    private double firstByteMs = Double.NaN;
    private double mbit = Double.NaN;

    Attempt(InetAddress local, Optional<InetAddress> local6, Timers timers, LongSupplier nanoTime, long timeoutNanos) {
        this.local = local;
        this.local6 = local6;
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.deadlineNanos = startNanos + timeoutNanos;
    }

    /** A connection that ends with this attempt's deadline. */
    Connection open(InetSocketAddress address) throws IOException {
        long began = nanoTime.getAsLong();
        Connection connection = Connection.open(address, this);
        connectMs = millisSince(began);
        return connection;
    }

    /** @param trust whom to believe and for what name */
    Connection open(InetSocketAddress address, Trust trust) throws IOException {
        Connection connection = open(address);
        try {
            long began = nanoTime.getAsLong();
            connection.startTls(trust);
            tlsMs = millisSince(began);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw connection.wasCut() ? connection.timedOut() : e;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    void firstByteAfter(long sentNanos) {
        firstByteMs = millisSince(sentNanos);
    }

    /** @return Mbit/s */
    double transferred(long bytes, long sinceNanos) {
        double seconds = Math.max(1e-6, (nanoTime.getAsLong() - sinceNanos) / 1e9);
        mbit = bytes * 8 / 1e6 / seconds;
        return mbit;
    }

    /** The node's own address for connections to this one; null if it has none of its family, then the system chooses. */
    @Nullable InetAddress localFor(InetAddress remote) {
        boolean ipv4 = remote instanceof Inet4Address;
        if (local instanceof Inet4Address == ipv4) {
            return local;
        }
        return ipv4 ? null : local6.orElse(null);
    }

    Timers timers() {
        return timers;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    long remainingNanos() {
        return Math.max(0, deadlineNanos - nanoTime.getAsLong());
    }

    int remainingMillis() {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNanos()));
    }

    double elapsedMs() {
        return millisSince(startNanos);
    }

    Phases phases() {
        return new Phases(connectMs, tlsMs, firstByteMs, mbit);
    }

    private double millisSince(long nanos) {
        return (nanoTime.getAsLong() - nanos) / 1e6;
    }
}
