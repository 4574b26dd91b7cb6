package org.popnet.probe.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.popnet.probe.timer.Timers.Cancellable;

/**
 * A TCP or TLS connection from the node's own address that is cut at a deadline, whatever the other side does: a byte
 * now and then does not prolong it.
 */
final class Connection implements AutoCloseable {
    /** A port that is free as such may be taken towards this server, by a connection of a minute ago. */
    private static final int PORTS_TRIED = 8;

    private static final SourcePorts PORTS = SourcePorts.ofThisMachine();

    private final Socket plain = new Socket();
    private final InetSocketAddress address;
    private final Cancellable watchdog;
    private volatile boolean cut;
    private Socket socket = plain;

    private Connection(InetSocketAddress address, Attempt attempt) {
        this.address = address;
        this.watchdog = attempt.timers().after(attempt.remainingNanos(), this::cut);
    }

    /**
     * @throws SocketTimeoutException if there is no connection at the deadline
     * @throws NoSocketException if this machine gives none
     */
    static Connection open(InetSocketAddress address, Attempt attempt) throws IOException {
        for (int i = 1; i < PORTS_TRIED; i++) {
            try {
                return openOnce(address, attempt);
            } catch (NoSocketException e) {
                // another port may do
            }
        }
        return openOnce(address, attempt);
    }

    private static Connection openOnce(InetSocketAddress address, Attempt attempt) throws IOException {
        Connection connection = new Connection(address, attempt);
        try {
            connection.bind(attempt.local());
            connection.plain.connect(address, attempt.remainingMillis());
            return connection;
        } catch (BindException e) {
            connection.close();
            throw new NoSocketException(e);
        } catch (IOException e) {
            connection.close();
            throw connection.cut ? connection.timedOut() : e;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Ports of connections that ended less than a minute ago may be used again towards other servers: or else there are
     * no more than 470 checks a second in the 28,000 ports that Linux gives.
     */
    private void bind(InetAddress local) throws NoSocketException {
        try {
            plain.setTcpNoDelay(true);
            plain.setReuseAddress(true);
            if (local instanceof Inet4Address == address.getAddress() instanceof Inet4Address) {
                plain.bind(new InetSocketAddress(local, PORTS.next())); // or else as the system chooses
            }
        } catch (IOException e) {
            if (cut) {
                return; // connecting says so
            }
            throw new NoSocketException(e);
        }
    }

    void startTls(Trust trust) throws IOException {
        SSLSocket tls = (SSLSocket) trust.factory().createSocket(plain, trust.name(), address.getPort(), true);
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

    @Override
    public void close() {
        watchdog.cancel();
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
