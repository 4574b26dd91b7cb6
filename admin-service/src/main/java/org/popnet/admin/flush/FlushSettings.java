package org.popnet.admin.flush;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How flushes are sent.
 *
 * @param tierPatience how long the edges wait for the last origin-fetch server, 10 ms to 1 min; 2 s. A server that is
 *     later catches up by itself before it answers edges that are ahead of it.
 * @param retryInterval between attempts on nodes that have not acknowledged, 10 ms to 1 h; 1 s
 * @param retriesAtOnce sites whose orders one node is sent in one round of attempts, 1 to 100,000; 500. It bounds memory
 *     after a long outage.
 */
@ConfigurationProperties(prefix = "popnet.admin.flush", ignoreUnknownFields = false)
public record FlushSettings(
        @DefaultValue("2s") Duration tierPatience,
        @DefaultValue("1s") Duration retryInterval,
        @DefaultValue("500") int retriesAtOnce) {
    private static final Duration LEAST = Duration.ofMillis(10);

    public FlushSettings {
        check("tier-patience", tierPatience, Duration.ofMinutes(1));
        check("retry-interval", retryInterval, Duration.ofHours(1));
        if (retriesAtOnce < 1 || retriesAtOnce > 100_000) {
            throw new IllegalArgumentException(
                    "popnet.admin.flush.retries-at-once " + retriesAtOnce + ": must be 1 to 100000");
        }
    }

    private static void check(String name, Duration value, Duration most) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.admin.flush." + name + " " + value + ": must be " + LEAST + " to " + most);
        }
    }
}
