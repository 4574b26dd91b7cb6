package org.popnet.probe.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A TCP or TLS connection from the node's own address that is cut at a deadline, whatever the other side does: a byte
 * now and then does not prolong it.
 */
final class Connection implements AutoCloseable {
    private final Socket plain = new Socket();
    private final long deadlineNanos;
    private final LongSupplier nanoTime;
    private final Future<?> watchdog;
    private volatile boolean cut;
    private Socket socket = plain;

    private Connection(ScheduledExecutorService clock, LongSupplier nanoTime, long deadlineNanos) {
        this.nanoTime = nanoTime;
        this.deadlineNanos = deadlineNanos;
        this.watchdog = clock.schedule(this::cut, remainingNanos(), TimeUnit.NANOSECONDS);
    }

    /** @throws SocketTimeoutException if there is no connection at the deadline */
    static Connection open(
            Endpoint endpoint,
            InetAddress local,
            ScheduledExecutorService clock,
            LongSupplier nanoTime,
            long deadlineNanos)
            throws IOException {
        Connection connection = new Connection(clock, nanoTime, deadlineNanos);
        try {
            connection.plain.setTcpNoDelay(true);
            connection.plain.bind(new InetSocketAddress(local, 0));
            connection.plain.connect(endpoint.address(), connection.remainingMillis());
            if (endpoint.tls()) {
                connection.startTls(endpoint);
            }
            return connection;
        } catch (IOException e) {
            connection.close();
            throw connection.cut ? connection.timedOut() : e;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void startTls(Endpoint endpoint) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket tls = (SSLSocket)
                factory.createSocket(plain, endpoint.host(), endpoint.address().getPort(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        socket = tls;
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Whether the deadline ended this connection; what was thrown then is its consequence. */
    boolean wasCut() {
        return cut;
    }

    SocketTimeoutException timedOut() {
        return new SocketTimeoutException("no answer in time");
    }

    private void cut() {
        cut = true;
        closeSocket();
    }

    private long remainingNanos() {
        return Math.max(0, deadlineNanos - nanoTime.getAsLong());
    }

    private int remainingMillis() {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNanos()));
    }

    @Override
    public void close() {
        watchdog.cancel(false);
        closeSocket();
    }

    private void closeSocket() {
        try {
            // The plain one: closing TLS politely could wait for the other side.
            plain.close();
        } catch (IOException e) {
            // nothing to do about it: the descriptor is gone either way
        }
    }
}
