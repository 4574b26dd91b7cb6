package org.popnet.probe.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.popnet.probe.timer.Timers.Cancellable;

/**
 * A TCP or TLS connection from the node's own address that is cut at a deadline, whatever the other side does: a byte
 * now and then does not prolong it.
 */
final class Connection implements AutoCloseable {
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
        Connection connection = new Connection(address, attempt);
        try {
            connection.bind(attempt.localFor(address.getAddress()));
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
     * From the node's own address, and so that closing leaves nothing behind: a connection that is closed politely keeps
     * its port for a minute, at 500 checks a second all 28,000 that Linux gives, and then nothing on this machine gets one.
     * The reset that the other side is sent instead comes when it has said all that it had to.
     */
    private void bind(@Nullable InetAddress local) throws NoSocketException {
        try {
            plain.setTcpNoDelay(true);
            plain.setSoLinger(true, 0);
            if (local != null) {
                plain.bind(new InetSocketAddress(local, 0));
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
        if (trust.terms().verify()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
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
