package org.popnet.platform.spool;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How records are kept and sent.
 *
 * @param enabled whether this service keeps a spool; those that log accesses set it
 * @param interval between two cuts of batches: the longest a record waits before it is first sent. 10 ms to 1 min,
 *     1 s by default: with the log server's commit it keeps figures under two seconds old, and at low traffic still
 *     fills a datagram with several records
 * @param segmentSize most bytes of one spool file, 64 KiB to 256 MiB, 4 MiB by default: each customer that was ever
 *     logged holds at least one of 64 KiB, and larger ones the more is unacknowledged
 * @param customerMax most bytes kept for one customer, at least two segments, 256 MiB by default: about two million
 *     requests; beyond it records are dropped and counted
 * @param totalMax most bytes kept in all, at least customerMax, 2 GiB by default
 * @param window how many batches of one customer may always be under way, 1 to 4096, 48 by default: half of what a
 *     receive buffer holds that the system has capped; more while a log server keeps up
 * @param resendAfter the first wait for an acknowledgement, 10 ms to 1 min, 500 ms by default; doubles with each
 *     attempt
 * @param resendMax the longest wait, at least resendAfter, 15 s by default
 * @param failoverAfter silence of a log server after which the next one is tried, 5 s by default: longer than a
 *     restart of its database connection
 */
@ConfigurationProperties(prefix = "popnet.spool", ignoreUnknownFields = false)
public record SpoolSettings(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("1s") Duration interval,
        @DefaultValue("4MB") DataSize segmentSize,
        @DefaultValue("256MB") DataSize customerMax,
        @DefaultValue("2GB") DataSize totalMax,
        @DefaultValue("48") int window,
        @DefaultValue("500ms") Duration resendAfter,
        @DefaultValue("15s") Duration resendMax,
        @DefaultValue("5s") Duration failoverAfter) {
    public SpoolSettings {
        within("interval", interval, Duration.ofMillis(10), Duration.ofMinutes(1));
        within("resend-after", resendAfter, Duration.ofMillis(10), Duration.ofMinutes(1));
        within("resend-max", resendMax, resendAfter, Duration.ofHours(1));
        within("failover-after", failoverAfter, Duration.ofMillis(10), Duration.ofHours(1));
        within("segment-size", segmentSize, DataSize.ofKilobytes(64), DataSize.ofMegabytes(256));
        within("customer-max", customerMax, DataSize.ofBytes(2 * segmentSize.toBytes()), DataSize.ofTerabytes(1));
        within("total-max", totalMax, customerMax, DataSize.ofTerabytes(100));
        if (window < 1 || window > 4096) {
            throw new IllegalArgumentException("popnet.spool.window " + window + ": must be 1 to 4096");
        }
    }

    private static <T extends Comparable<T>> void within(String name, T value, T min, T max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "popnet.spool." + name + " " + value + ": must be " + min + " to " + max);
        }
    }
}
