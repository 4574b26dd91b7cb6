package org.popnet.fetch.origin;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How customers' servers are asked.
 *
 * @param connectTimeout until a connection is made. Default 1 s; 10 ms to 60 s: beyond that users have left
 * @param firstByteTimeout from sending a request until its whole response head is there, however slowly it trickles.
 *     Default 10 s; 10 ms to 10 min
 * @param idleTimeout the longest silence within a body. Default 10 s; 10 ms to 10 min
 * @param rateMin bytes per second that a body must bring on average, once it has run for {@code idleTimeout}; slower
 *     ones are broken off. Default 1024; 0 switches it off
 * @param connectionsMax open connections to all servers together. Default 1024; 1 to 65,536
 * @param connectionsPerServerMax open connections to one server for one host name. Default 128; at most {@code
 *     connectionsMax}
 * @param connectionIdle how long an unused connection is kept; shorter than common servers keep theirs, so that
 *     requests do not meet closing ones. Default 4 s; 0 to 10 min
 * @param lineBytesMax the longest line of a response head; longer ones fail the request. Default 16,384; 256 to 1 MiB
 * @param linesMax lines of a response head. Default 128; 8 to 10,000
 * @param attemptsMax servers that are tried for one request, one after the other. Default 3; 1 to 10
 */
@ConfigurationProperties(prefix = "popnet.fetch.origin", ignoreUnknownFields = false)
public record OriginSettings(
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("10s") Duration firstByteTimeout,
        @DefaultValue("10s") Duration idleTimeout,
        @DefaultValue("1024") int rateMin,
        @DefaultValue("1024") int connectionsMax,
        @DefaultValue("128") int connectionsPerServerMax,
        @DefaultValue("4s") Duration connectionIdle,
        @DefaultValue("16384") int lineBytesMax,
        @DefaultValue("128") int linesMax,
        @DefaultValue("3") int attemptsMax) {
    public OriginSettings {
        between("connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofSeconds(60));
        between("first-byte-timeout", firstByteTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        between("idle-timeout", idleTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        between("connection-idle", connectionIdle, Duration.ZERO, Duration.ofMinutes(10));
        between("rate-min", rateMin, 0, Integer.MAX_VALUE);
        between("connections-max", connectionsMax, 1, 65_536);
        between("connections-per-server-max", connectionsPerServerMax, 1, connectionsMax);
        between("line-bytes-max", lineBytesMax, 256, 1 << 20);
        between("lines-max", linesMax, 8, 10_000);
        between("attempts-max", attemptsMax, 1, 10);
    }

    private static <T extends Comparable<T>> void between(String key, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.fetch.origin." + key + "=" + value + ": must be " + least + " to " + most);
        }
    }
}
