package org.popnet.log.intake;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How batches are taken in.
 *
 * @param queueMax most batches that wait for the writer, 64 to 1,000,000, 16,384 by default: some 20 MB; further ones
 *     are dropped and come again
 * @param transactionMax most batches of one transaction, 1 to 10,000, 1,000 by default: enough that a commit's disk sync
 *     is shared by ten thousand records, few enough that it takes well under a sender's resend time
 * @param linger how long the first batch of a transaction waits for company, 0 to 1 s, 20 ms by default
 * @param futureMax a record that claims to be further ahead of our clock is accounted when it arrives, 5 min by default
 * @param skewMax a sender's clock that is further from ours is wrong, and its records are accounted by ours: moved by
 *     the difference. 1 s to 1 h, 30 s by default: longer than a datagram is under way and waits for the writer
 * @param lateMax a record older than this on arrival is accounted when it arrives, 35 days by default: the longest that
 *     the last invoice may still be open
 * @param urlsPerHour URLs that are kept of a domain's hour and day, 100 to 100,000, 1,000 by default: each count is too
 *     low by one in so many of the domain's requests at most
 * @param eventsPerHour events that are kept of a customer's hour and kind, 10 to 100,000, 1,000 by default; further
 *     ones are only counted
 */
@ConfigurationProperties(prefix = "popnet.log", ignoreUnknownFields = false)
public record LogSettings(
        @DefaultValue("16384") int queueMax,
        @DefaultValue("1000") int transactionMax,
        @DefaultValue("20ms") Duration linger,
        @DefaultValue("5m") Duration futureMax,
        @DefaultValue("30s") Duration skewMax,
        @DefaultValue("35d") Duration lateMax,
        @DefaultValue("1000") int urlsPerHour,
        @DefaultValue("1000") int eventsPerHour) {
    public LogSettings {
        within("queue-max", queueMax, 64, 1_000_000);
        within("transaction-max", transactionMax, 1, 10_000);
        within("linger (ms)", linger.toMillis(), 0, 1000);
        within("future-max (s)", futureMax.toSeconds(), 0, 86_400);
        within("skew-max (s)", skewMax.toSeconds(), 1, 3600);
        within("late-max (h)", lateMax.toHours(), 1, 24 * 400);
        within("urls-per-hour", urlsPerHour, 100, 100_000);
        within("events-per-hour", eventsPerHour, 10, 100_000);
    }

    public static LogSettings defaults() {
        return new LogSettings(
                16_384,
                1000,
                Duration.ofMillis(20),
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                Duration.ofDays(35),
                1000,
                1000);
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("popnet.log." + name + " " + value + ": must be " + min + " to " + max);
        }
    }

    /**
     * How far our clock is ahead of a sender's, if that is wrong; otherwise 0. Milliseconds.
     *
     * @param sentAtMs what the sender's clock showed; 0 if it did not say
     */
    long skewMs(long sentAtMs, long receivedMs) {
        if (sentAtMs <= 0 || sentAtMs > BatchWriter.TIME_MAX_MS) {
            return 0;
        }
        long skew = receivedMs - sentAtMs;
        return Math.abs(skew) > skewMax.toMillis() ? skew : 0;
    }

    /** The time that a record is accounted at: its own, unless that cannot be. Milliseconds since the epoch. */
    public long accountedMs(long recordMs, long receivedMs) {
        boolean possible = recordMs <= receivedMs + futureMax.toMillis() && recordMs >= receivedMs - lateMax.toMillis();
        return possible ? recordMs : receivedMs;
    }
}
