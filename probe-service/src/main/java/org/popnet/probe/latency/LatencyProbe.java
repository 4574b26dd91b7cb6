package org.popnet.probe.latency;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.ProbeSettings.Method;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Endpoint;
import org.popnet.probe.report.Measurement;

/**
 * Measures the distance to one address, by a request of the protocol that it speaks. Blocks for (attempts +
 * methods) × timeout at most.
 */
public final class LatencyProbe {
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DnsPing dns;
    private final EchoPing echo;
    private final MeterRegistry registry;
    private final CheckRunner http;
    private final LongSupplier nanoTime;
    private final InstantSource wallClock;
    private final ProbeSettings.Latency settings;
    private final Consumer<Measurement> reports;
    private final Timer answered;
    private final Timer silent;
    private final Timer spread;
    private final Counter discarded;

    public LatencyProbe(
            InetAddress local,
            CheckRunner http,
            LongSupplier nanoTime,
            InstantSource wallClock,
            RandomGenerator random,
            ProbeSettings.Latency settings,
            Consumer<Measurement> reports,
            MeterRegistry registry) {
        this.dns = new DnsPing(local, nanoTime, random);
        this.echo = new EchoPing(local, nanoTime);
        this.registry = registry;
        this.http = http;
        this.nanoTime = nanoTime;
        this.wallClock = wallClock;
        this.settings = settings;
        this.reports = reports;
        this.answered = timer(registry, "answered");
        this.silent = timer(registry, "silent");
        this.discarded = Counter.builder("popnet.probe.latency.discarded")
                .description("measurements of distances that this machine spoilt: no socket, or it did not run")
                .register(registry);
        this.spread = Timer.builder("popnet.probe.latency.spread")
                .description("by how much the median of a measurement's attempts exceeds the shortest")
                .register(registry);
    }

    private static Timer timer(MeterRegistry registry, String result) {
        return Timer.builder("popnet.probe.latency")
                .description("measured distances; of those who never answered, the time it took to find out")
                .tag("result", result)
                .register(registry);
    }

    /** To a name server. */
    void measureDns(InetSocketAddress server) {
        report(server.getAddress(), () -> Attempts.of(settings, () -> dns.ping(server, settings.timeout())));
    }

    /** To a web server. */
    void measureHttp(Endpoint server, String path) {
        report(
                server.address().getAddress(),
                () -> Attempts.of(settings, () -> http.firstByteMs(server, path, settings.timeout())));
    }

    /**
     * To a resolver, by the first method that it answers to.
     *
     * @return whether it answered to any
     */
    boolean measureResolver(InetSocketAddress resolver) {
        return report(resolver.getAddress(), () -> {
            Attempts attempts = Attempts.NONE;
            for (Method method : settings.methods()) {
                attempts = method == settings.methods().getFirst()
                        ? Attempts.of(settings, () -> ask(resolver, method))
                        : Attempts.ifAny(settings, () -> ask(resolver, method));
                if (attempts.answered()) {
                    count(method);
                    return attempts;
                }
                if (!attempts.made()) {
                    return attempts;
                }
            }
            return attempts;
        });
    }

    private double ask(InetSocketAddress resolver, Method method) throws IOException {
        return switch (method) {
            case DNS -> dns.ping(resolver, settings.timeout());
            case TCP -> http.handshakeMs(resolver, settings.timeout());
            case ICMP -> echo.ping(resolver.getAddress(), settings.timeout());
        };
    }

    private void count(Method method) {
        Counter.builder("popnet.probe.latency.methods")
                .description("resolvers measured, by the method that they answered to")
                .tag("method", method.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }

    /** @return whether anything was answered */
    private boolean report(InetAddress address, Supplier<Attempts> measurement) {
        long start = nanoTime.getAsLong();
        Attempts attempts = measurement.get();
        long end = nanoTime.getAsLong();
        long most = (settings.attempts() + settings.methods().size())
                * settings.timeout().toNanos();
        if (!attempts.made() || end - start > 2 * most) {
            discarded.increment();
            return true; // no socket, or this process was stopped meanwhile: that says nothing about the address
        }
        if (attempts.answered()) {
            answered.record(Duration.ofNanos((long) (attempts.rttMs() * 1e6)));
            spread.record(Duration.ofNanos((long) ((attempts.rttMs() - attempts.minMs()) * 1e6)));
        } else {
            silent.record(Duration.ofNanos(end - start));
        }
        boolean lagged = end - start > most + LATE_NANOS;
        reports.accept(new Measurement.OfLatency(
                address, attempts.rttMs(), attempts.minMs(), attempts.lossPercent(), end, wallClock.instant(), lagged));
        return attempts.answered();
    }
}
