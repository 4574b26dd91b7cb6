package org.popnet.probe.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.Timers;

/** Does checks, one at a time on the calling thread. */
public final class CheckRunner {
    private static final int REASON_CHARS_MAX = 120;

    private final InetAddress local;
    private final Supplier<Optional<InetAddress>> local6;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Logins logins;

    /**
     * @param local the node's own address, which all connections of its family come from
     * @param local6 the IPv6 address that the node has beside it, which connections to IPv6 addresses come from
     * @param timers cut connections at their deadlines
     * @param logins for checks by FTP that name one
     */
    public CheckRunner(
            InetAddress local,
            Supplier<Optional<InetAddress>> local6,
            Timers timers,
            LongSupplier nanoTime,
            Logins logins) {
        this.local = local;
        this.local6 = local6;
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.logins = logins;
    }

    /** Of a node with one address. */
    public CheckRunner(InetAddress local, Timers timers, LongSupplier nanoTime, Logins logins) {
        this(local, Optional::empty, timers, nanoTime, logins);
    }

    /** @param timeout for everything: connecting, TLS, and the whole answer */
    public Outcome run(Check check, Endpoint endpoint, Duration timeout) {
        Attempt attempt = attempt(timeout);
        try {
            switch (check) {
                case Check.Http http -> WebChecks.http(http, endpoint, attempt);
                case Check.Ftp ftp ->
                    new FtpCheck(ftp, attempt, logins).run(endpoint.address().getAddress());
                case Check.Hls hls -> WebChecks.hls(hls, endpoint, attempt);
                case Check.Media media -> WebChecks.media(media, endpoint, attempt);
                case Check.Tcp tcp ->
                    attempt.open(new InetSocketAddress(endpoint.address().getAddress(), tcp.port()))
                            .close();
            }
            return new Outcome(attempt.elapsedMs(), null, null, attempt.phases());
        } catch (CheckFailedException e) {
            return failed(attempt, e.failure(), e);
        } catch (SocketTimeoutException e) {
            return new Outcome(
                    attempt.elapsedMs(),
                    Failure.TIMEOUT,
                    "no answer within " + timeout.toMillis() + " ms",
                    attempt.phases());
        } catch (NoSocketException e) {
            return failed(attempt, Failure.PROBE, e);
        } catch (SSLException e) {
            return failed(attempt, Failure.TLS, found(e));
        } catch (IOException e) {
            return failed(attempt, Failure.UNREACHABLE, e);
        }
    }

    /**
     * A small document of a server.
     *
     * @param path absolute
     * @param bytesMax the longest that is taken
     * @throws IOException if there is no answer with status 200 in time
     */
    public String document(Endpoint endpoint, String path, int bytesMax, Duration timeout) throws IOException {
        WebClient client = new WebClient(attempt(timeout), endpoint, Check.Request.get(path));
        HttpResponse response = client.get(client.start(), null, BodyRule.whole(bytesMax, false))
                .response();
        if (response.status() != 200) {
            throw new CheckFailedException(Failure.STATUS, "status " + response.status() + " instead of 200");
        }
        return response.text();
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
        Attempt attempt = attempt(timeout);
        WebClient.Place place = new WebClient(attempt, endpoint, Check.Request.get(path)).start();
        try (Connection connection = place.tls()
                ? attempt.open(
                        place.address(),
                        Trust.of(
                                place.host(),
                                List.of(),
                                endpoint.owner(),
                                place.address().getAddress()))
                : attempt.open(place.address())) {
            try {
                long start = nanoTime.getAsLong();
                WebClient.send(connection, "HEAD", place, null);
                if (connection.in().read() < 0) {
                    throw new CheckFailedException(Failure.PROTOCOL, "the connection was closed without an answer");
                }
                return (nanoTime.getAsLong() - start) / 1e6;
            } catch (IOException e) {
                throw connection.wasCut() ? connection.timedOut() : e;
            }
        }
    }

    /**
     * How long a TCP handshake takes: the distance to whoever accepts it. A refusal is none, it may come from a firewall
     * on the way.
     *
     * @return milliseconds
     * @throws IOException if nobody accepted within the timeout
     */
    public double handshakeMs(InetSocketAddress address, Duration timeout) throws IOException {
        Attempt attempt = attempt(timeout);
        attempt.open(address).close();
        return attempt.phases().connectMs();
    }

    private Attempt attempt(Duration timeout) {
        return new Attempt(local, local6.get(), timers, nanoTime, timeout.toNanos());
    }

    /** What is wrong with a certificate lies below what the handshake says, which is too long for a reason. */
    private static Throwable found(SSLException e) {
        Throwable found = e;
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof GeneralSecurityException) {
                found = cause;
            }
        }
        return found;
    }

    private static Outcome failed(Attempt attempt, Failure failure, Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String reason = message.length() > REASON_CHARS_MAX ? message.substring(0, REASON_CHARS_MAX) : message;
        return new Outcome(attempt.elapsedMs(), failure, reason, attempt.phases());
    }
}
