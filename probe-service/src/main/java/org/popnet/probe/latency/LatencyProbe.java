package org.popnet.probe.latency;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Endpoint;
import org.popnet.probe.report.Measurement;

/**
 * Measures the distance to one address, by a request of the protocol that it speaks. Blocks for attempts × timeout at
 * most.
 */
public final class LatencyProbe {
    private final DnsPing dns;
    private final CheckRunner http;
    private final LongSupplier nanoTime;
    private final InstantSource wallClock;
    private final ProbeSettings.Latency settings;
    private final Consumer<Measurement> reports;
    private final Timer answered;
    private final Timer silent;

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
        this.http = http;
        this.nanoTime = nanoTime;
        this.wallClock = wallClock;
        this.settings = settings;
        this.reports = reports;
        this.answered = timer(registry, "answered");
        this.silent = timer(registry, "silent");
    }

    private static Timer timer(MeterRegistry registry, String result) {
        return Timer.builder("popnet.probe.latency")
                .description("measured distances; of those who never answered, the time it took to find out")
                .tag("result", result)
                .register(registry);
    }

    /** To a DNS server, resolver or name server. */
    void measureDns(InetSocketAddress server) {
        measure(server.getAddress(), () -> dns.ping(server, settings.timeout()));
    }

    /** To a web server. */
    void measureHttp(Endpoint server, String path) {
        measure(server.address().getAddress(), () -> http.firstByteMs(server, path, settings.timeout()));
    }

    private void measure(InetAddress address, Attempts.Attempt attempt) {
        long start = nanoTime.getAsLong();
        Attempts attempts = Attempts.of(settings, attempt);
        long end = nanoTime.getAsLong();
        if (end - start > 2L * settings.attempts() * settings.timeout().toNanos()) {
            return; // this process was stopped meanwhile: it says nothing about the address
        }
        if (Double.isNaN(attempts.rttMs())) {
            silent.record(Duration.ofNanos(end - start));
        } else {
            answered.record(Duration.ofNanos((long) (attempts.rttMs() * 1e6)));
        }
        reports.accept(
                new Measurement.OfLatency(address, attempts.rttMs(), attempts.lossPercent(), end, wallClock.instant()));
    }
}
