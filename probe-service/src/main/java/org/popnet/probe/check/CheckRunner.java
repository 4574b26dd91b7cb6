package org.popnet.probe.check;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;

/** Does checks, one at a time on the calling thread. Redirects are answers like any other and are never followed. */
public final class CheckRunner {
    private static final int REASON_CHARS_MAX = 120;

    private final InetAddress local;
    private final ScheduledExecutorService clock;
    private final LongSupplier nanoTime;

    /**
     * @param local the node's own address, which all connections come from
     * @param clock cuts connections at their deadlines
     */
    public CheckRunner(InetAddress local, ScheduledExecutorService clock, LongSupplier nanoTime) {
        this.local = local;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** @param timeout for everything: connecting, TLS, and the whole answer */
    public Outcome run(Check check, Endpoint endpoint, Duration timeout) {
        long start = nanoTime.getAsLong();
        long deadline = start + timeout.toNanos();
        try {
            switch (check) {
                case Check.Http http -> http(http, endpoint, deadline);
                case Check.Tcp tcp -> tcp(tcp, endpoint, deadline);
            }
            return new Outcome(millisSince(start), null, null);
        } catch (CheckFailedException e) {
            return failed(start, e.failure(), e);
        } catch (SocketTimeoutException e) {
            return new Outcome(millisSince(start), Failure.TIMEOUT, "no answer within " + timeout.toMillis() + " ms");
        } catch (SSLException e) {
            return failed(start, Failure.TLS, e);
        } catch (IOException e) {
            return failed(start, Failure.UNREACHABLE, e);
        }
    }

    /**
     * How long a server takes to begin an answer to a small request on an open connection: the distance to it, and what
     * it thinks about the least.
     *
     * @param path absolute; any status counts as an answer
     * @return milliseconds
     * @throws IOException if nothing came within the timeout
     */
    public double firstByteMs(Endpoint endpoint, String path, Duration timeout) throws IOException {
        long deadline = nanoTime.getAsLong() + timeout.toNanos();
        try (Connection connection = Connection.open(endpoint, local, clock, nanoTime, deadline)) {
            try {
                long start = nanoTime.getAsLong();
                request(connection, "HEAD", endpoint, path);
                if (connection.in().read() < 0) {
                    throw new CheckFailedException(Failure.PROTOCOL, "the connection was closed without an answer");
                }
                return millisSince(start);
            } catch (IOException e) {
                throw connection.wasCut() ? connection.timedOut() : e;
            }
        }
    }

    private void http(Check.Http check, Endpoint endpoint, long deadline) throws IOException {
        try (Connection connection = Connection.open(endpoint, local, clock, nanoTime, deadline)) {
            HttpResponse response;
            try {
                request(connection, "GET", endpoint, check.path());
                response = HttpResponse.read(new BufferedInputStream(connection.in()));
            } catch (IOException e) {
                throw connection.wasCut() ? connection.timedOut() : e;
            }
            if (response.status() != check.status()) {
                throw new CheckFailedException(
                        Failure.STATUS, "status " + response.status() + " instead of " + check.status());
            }
            if (check.text().isPresent() && !response.contains(check.text().get())) {
                throw new CheckFailedException(
                        Failure.TEXT,
                        "the answer does not contain '" + check.text().get() + "'");
            }
        }
    }

    private void tcp(Check.Tcp check, Endpoint endpoint, long deadline) throws IOException {
        InetSocketAddress address = new InetSocketAddress(endpoint.address().getAddress(), check.port());
        Connection.open(new Endpoint(address, endpoint.host(), false), local, clock, nanoTime, deadline)
                .close();
    }

    private static void request(Connection connection, String method, Endpoint endpoint, String path)
            throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nHost: " + endpoint.host()
                + "\r\nUser-Agent: Popnet-Probe\r\nAccept: */*\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n";
        connection.out().write(request.getBytes(StandardCharsets.US_ASCII));
        connection.out().flush();
    }

    private Outcome failed(long start, Failure failure, IOException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String reason = message.length() > REASON_CHARS_MAX ? message.substring(0, REASON_CHARS_MAX) : message;
        return new Outcome(millisSince(start), failure, reason);
    }

    private double millisSince(long start) {
        return (nanoTime.getAsLong() - start) / 1e6;
    }
}
