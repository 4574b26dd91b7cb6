package org.popnet.fetch.origin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.platform.origin.AddressGuard;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.origin.TlsContexts;
import org.popnet.platform.tree.CustomerServer;

/**
 * Asks a customer's servers, the best one first, and the next when one fails before its response head is there. It
 * connects to the addresses of the tree, never to what DNS says of a name, from the node's own address, and follows no
 * redirects. Bodies come as they are: still compressed, and with an error where one ends early.
 */
public final class OriginClient implements AutoCloseable {
    /** Connections that a server has closed while they were unused, tried in one go. */
    private static final int REUSED_ATTEMPTS_MAX = 3;

    private final OriginSettings settings;
    private final OriginChoice choice;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final OriginErrors errors;
    private final MeterRegistry meters;
    private final Counter bytes;
    private final Timer firstByte;
    private final CloseableHttpClient http;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("origin-deadlines").factory());

    /** @param local the node's own address, which all connections are made from */
    public OriginClient(
            OriginSettings settings,
            InetAddress local,
            OriginChoice choice,
            OriginErrors errors,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.errors = errors;
        this.settings = settings;
        this.choice = choice;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.meters = meters;
        this.bytes = meters.counter("popnet.fetch.origin.bytes");
        this.firstByte = meters.timer("popnet.fetch.origin.first.byte");
        Http1Config limits = Http1Config.custom()
                .setMaxLineLength(settings.lineBytesMax())
                .setMaxHeaderCount(settings.linesMax())
                .build();
        this.http = HttpClients.custom()
                .setRequestExecutor(new InterimResponses())
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setConnectionFactory(OriginConnection.factory(limits, nanoTime))
                        .setTlsSocketStrategy(new OriginTls(new TlsContexts(clock)))
                        .setMaxConnTotal(settings.connectionsMax())
                        .setMaxConnPerRoute(settings.connectionsPerServerMax())
                        .setConnPoolPolicy(PoolReusePolicy.LIFO)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(timeout(settings.connectTimeout()))
                                .setSocketTimeout(timeout(settings.idleTimeout()))
                                .setIdleTimeout(timeout(settings.connectionIdle()))
                                .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(timeout(settings.connectTimeout()))
                        .setResponseTimeout(timeout(settings.idleTimeout()))
                        .setRedirectsEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .setExpectContinueEnabled(false)
                        .build())
                .setRoutePlanner(
                        (host, context) -> new HttpRoute(host, local, "https".equalsIgnoreCase(host.getSchemeName())))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableConnectionState()
                .disableDefaultUserAgent()
                .build();
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.ofMilliseconds(duration.toMillis());
    }

    /**
     * Sends the request to the best server, and to the next best while they fail or answer 502, 503 or 504.
     *
     * @return the first usable answer; if all were 502, 503 or 504, the last of them
     * @throws OriginUnavailableException if no server answered
     */
    public OriginResponse ask(OriginRequest request) throws OriginUnavailableException {
        List<CustomerServer> servers = choice.ranked(request.domain());
        int attempts = Math.min(servers.size(), settings.attemptsMax());
        OriginUnavailableException failure = null;
        for (int i = 0; i < attempts; i++) {
            CustomerServer server = servers.get(i);
            boolean last = i == attempts - 1;
            long start = nanoTime.getAsLong();
            try {
                OriginResponse response = ask(server, request);
                if (isFailure(response.status())) {
                    errors.failed(
                            server,
                            "status-" + response.status(),
                            "the server says that it cannot answer",
                            url(request),
                            nanoTime.getAsLong() - start);
                }
                if (!isFailure(response.status()) || last) {
                    return response;
                }
                response.close();
            } catch (OriginUnavailableException e) {
                failure = e;
                errors.failed(
                        server,
                        e.reason().token(),
                        String.valueOf(e.getMessage()),
                        url(request),
                        nanoTime.getAsLong() - start);
                meters.counter(
                                "popnet.fetch.origin.failures",
                                "reason",
                                e.reason().token())
                        .increment();
            }
            if (!last) {
                meters.counter("popnet.fetch.origin.retries").increment();
            }
        }
        throw failure != null
                ? failure
                : new OriginUnavailableException(
                        Reason.NO_SERVER,
                        "customer " + request.customer().name()
                                + " has no servers in the tree: add one under `servers`",
                        null);
    }

    private static String url(OriginRequest request) {
        return request.domain().name() + request.target();
    }

    private OriginResponse ask(CustomerServer server, OriginRequest request) throws OriginUnavailableException {
        if (!AddressGuard.admits(request.customer(), server.address(), server.port())) {
            throw new OriginUnavailableException(
                    Reason.REFUSED_ADDRESS,
                    server.socketAddress() + " is not a server of "
                            + request.customer().name() + " in the tree",
                    null);
        }
        String host = request.domain().originHost();
        HttpHost target = new HttpHost(server.tls() ? "https" : "http", server.address(), host, server.port());
        HttpClientContext context = HttpClientContext.create();
        InterimResponses.tell(context, request.hints());
        if (server.tls()) {
            OriginTls.demand(context, server.certificate());
        }
        AtomicBoolean late = new AtomicBoolean();
        for (int attempt = 0; ; attempt++) {
            HttpUriRequestBase message = message(request, target, host);
            ScheduledFuture<?> deadline = deadlines.schedule(
                    () -> {
                        late.set(true);
                        message.cancel();
                    },
                    settings.firstByteTimeout().toMillis(),
                    TimeUnit.MILLISECONDS);
            long requestTimeMs = clock.millis();
            long start = nanoTime.getAsLong();
            try {
                ClassicHttpResponse response = http.executeOpen(target, message, context);
                long nanos = nanoTime.getAsLong() - start;
                if (!deadline.cancel(false) || late.get()) {
                    response.close();
                    throw new SocketTimeoutException("first byte");
                }
                firstByte.record(nanos, TimeUnit.NANOSECONDS);
                if (isFailure(response.getCode())) {
                    choice.failed(server, new IOException("status " + response.getCode()));
                } else {
                    choice.succeeded(server, nanos);
                }
                return opened(server, response, message, url(request), requestTimeMs);
            } catch (IOException | RuntimeException e) {
                deadline.cancel(false);
                Reason reason = late.get() ? Reason.TIMEOUT : reason(e);
                if (reason == Reason.BROKEN && attempt < REUSED_ATTEMPTS_MAX && reused(context)) {
                    continue; // the server had closed it meanwhile: nothing is known against the server
                }
                if (reason != Reason.BUSY) {
                    choice.failed(server, e);
                }
                throw new OriginUnavailableException(
                        reason, server.customer() + "/" + server.name() + " " + server.socketAddress() + ": " + e, e);
            }
        }
    }

    private static HttpUriRequestBase message(OriginRequest request, HttpHost target, String host) {
        HttpUriRequestBase message = new HttpUriRequestBase(request.method(), URI.create("/"));
        message.setPath(request.target());
        message.setScheme(target.getSchemeName());
        message.setAuthority(new URIAuthority(host));
        request.headers().forEach((name, value) -> message.addHeader(new BasicHeader(name, value)));
        return message;
    }

    /** 502, 503 and 504 are a server's way to say that it cannot; 500 may be what this resource always answers. */
    private static boolean isFailure(int status) {
        return Freshness.isError(status) && status != 500;
    }

    private static boolean reused(HttpClientContext context) {
        EndpointDetails connection = context.getEndpointDetails();
        return connection != null && connection.getRequestCount() > 1;
    }

    private static Reason reason(Exception e) {
        return switch (e) {
            case ConnectionRequestTimeoutException busy -> Reason.BUSY;
            case ConnectTimeoutException slow -> Reason.CONNECT;
            case HttpHostConnectException refused -> Reason.CONNECT;
            case ConnectException refused -> Reason.CONNECT;
            case NoRouteToHostException gone -> Reason.CONNECT;
            case SSLHandshakeException refused -> Reason.TLS;
            case SSLPeerUnverifiedException other -> Reason.TLS;
            case SocketTimeoutException slow -> Reason.TIMEOUT;
            case SocketException reset -> Reason.BROKEN;
            default -> Reason.BROKEN;
        };
    }

    private OriginResponse opened(
            CustomerServer server,
            ClassicHttpResponse response,
            HttpUriRequestBase request,
            String url,
            long requestTimeMs)
            throws IOException {
        Headers.Builder headers = Headers.builder();
        for (Header field : response.getHeaders()) {
            headers.add(field.getName(), field.getValue() == null ? "" : field.getValue());
        }
        Headers received = headers.build();
        HttpEntity entity = response.getEntity();
        InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
        Watched watched = new Watched(body, server, url);
        long length = entity != null
                ? entity.getContentLength()
                : request.getMethod().equals("HEAD") ? announced(received) : 0;
        return new OriginResponse(
                server,
                response.getCode(),
                Hops.endToEnd(received).without("Content-Length"),
                length,
                watched,
                () -> {
                    if (entity != null && !watched.ended) {
                        request.cancel(); // closing alone would read the rest first, however long it takes
                    }
                    response.close();
                },
                requestTimeMs,
                clock.millis());
    }

    /** What a response to HEAD says of the body it does not have. */
    private static long announced(Headers received) {
        String length = received.first("Content-Length");
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** A body that must keep coming; how it ends is fed back into the choice of servers. */
    private final class Watched extends FilterInputStream {
        private final CustomerServer server;
        private final String url;
        private final long start = nanoTime.getAsLong();
        private long received;
        private boolean ended;

        Watched(InputStream body, CustomerServer server, String url) {
            super(body);
            this.url = url;
            this.server = server;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            try {
                int read = super.read(into, offset, count);
                ended = read < 0;
                received += Math.max(0, read);
                bytes.increment(Math.max(0, read));
                long runs = nanoTime.getAsLong() - start;
                if (read > 0
                        && runs > settings.idleTimeout().toNanos()
                        && received < settings.rateMin() * (runs / 1_000_000_000.0)) {
                    throw new SocketTimeoutException("body at less than " + settings.rateMin() + " bytes/s");
                }
                return read;
            } catch (IOException e) {
                choice.failed(server, e);
                errors.failed(
                        server,
                        "body-broken",
                        "after " + received + " bytes: " + e.getMessage(),
                        url,
                        nanoTime.getAsLong() - start);
                meters.counter("popnet.fetch.origin.failures", "reason", "body-broken")
                        .increment();
                throw e;
            }
        }
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
        try {
            http.close();
        } catch (IOException e) {
            // closing connections only
        }
    }
}
