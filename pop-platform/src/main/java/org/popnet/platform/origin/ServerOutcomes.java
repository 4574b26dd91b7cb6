package org.popnet.platform.origin;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/** What this node itself saw of one server lately: failures, in a circuit breaker, and the time to the first byte. */
final class ServerOutcomes {
    /** A sample's weight is halved by newer ones within this time, so that a change shows within seconds. */
    private static final double HALF_LIFE_MS = 2_000;
    /** Each sample counts at least this much, so that a burst of samples in one millisecond moves the average too. */
    private static final double SAMPLE_WEIGHT_MIN = 0.1;
    /** An average that nothing has confirmed for this long says nothing. */
    private static final long TRUST_MS = 60_000;

    private static final Duration OPEN_FOR = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final CircuitBreaker breaker;
    private double firstByteMs = Double.NaN;
    private long sampledAtMs;
    private long lookedAtMs;
    private int rankingsSinceLook;

    ServerOutcomes(String name, InstantSource clock) {
        this.clock = clock;
        this.breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(2)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(OPEN_FOR)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        // a trial whose outcome nobody reports must not leave the server out for ever
                        .maxWaitDurationInHalfOpenState(OPEN_FOR)
                        .currentTimestampFunction(c -> clock.millis(), TimeUnit.MILLISECONDS)
                        .clock(clock.withZone(ZoneOffset.UTC))
                        .build());
    }

    /** How a ranking treats the server. */
    enum Standing {
        USABLE,
        /** its pause is over: one request may try it */
        TRIAL,
        OUT
    }

    Standing standing() {
        return switch (breaker.getState()) {
            case CLOSED, DISABLED, METRICS_ONLY -> Standing.USABLE;
            case OPEN, HALF_OPEN -> breaker.tryAcquirePermission() ? Standing.TRIAL : Standing.OUT;
            case FORCED_OPEN -> Standing.OUT;
        };
    }

    /** For the gauge: whether the breaker keeps the server out, trials apart. */
    boolean out() {
        return breaker.getState() != CircuitBreaker.State.CLOSED;
    }

    void succeeded(long firstByteNanos) {
        breaker.onSuccess(firstByteNanos, TimeUnit.NANOSECONDS);
        double sample = firstByteNanos / 1e6;
        synchronized (this) {
            long now = clock.millis();
            if (Double.isNaN(firstByteMs)) {
                firstByteMs = sample;
            } else {
                double elapsed = Math.max(0, now - sampledAtMs);
                double weight = Math.max(SAMPLE_WEIGHT_MIN, 1 - Math.pow(2, -elapsed / HALF_LIFE_MS));
                firstByteMs += weight * (sample - firstByteMs);
            }
            sampledAtMs = now;
        }
    }

    void failed(Throwable cause) {
        breaker.onError(0, TimeUnit.NANOSECONDS, cause);
    }

    /**
     * Whether a server that others are preferred to should get this one request, so that what is known of it stays
     * true: at most once in {@code everyMs} and in {@code rankings} rankings. Saying yes counts as the look.
     */
    synchronized boolean lookAgain(long everyMs, int rankings) {
        long now = clock.millis();
        if (++rankingsSinceLook < rankings || Math.abs(now - Math.max(sampledAtMs, lookedAtMs)) < everyMs) {
            return false;
        }
        rankingsSinceLook = 0;
        lookedAtMs = now;
        return true;
    }

    /** Decaying average in milliseconds; NaN if nothing is known. */
    synchronized double firstByteMs() {
        return Math.abs(clock.millis() - sampledAtMs) > TRUST_MS ? Double.NaN : firstByteMs;
    }
}
