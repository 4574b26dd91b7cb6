package org.popnet.platform.datagram;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How a node exchanges datagrams with others.
 *
 * @param enabled whether this service does at all; default true. NetView and the admin service have no datagram port
 * @param receiveBuffer the socket's receive buffer, 64 KB to 64 MB; default 4 MB. The system's default of 208 KB holds
 *     92 datagrams, so that one pause of the process loses logs
 * @param pause how long the receiver may be away (stopped, swapped out, in a long collection) before what queued up
 *     meanwhile counts as stale and is thrown away, 500 ms to 1 min; default 2 s. Twice the interval of load reports,
 *     so that an ordinary collection costs nothing
 * @param noticeInterval the least time between two notices of this node's epoch to the same node, 10 ms to 10 s;
 *     default 100 ms. Bounds what replayed datagrams make this node send
 */
@ConfigurationProperties(prefix = "popnet.datagrams", ignoreUnknownFields = false)
public record DatagramSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("4MB") DataSize receiveBuffer,
        @DefaultValue("2s") Duration pause,
        @DefaultValue("100ms") Duration noticeInterval) {
    public static final DatagramSettings DEFAULT =
            new DatagramSettings(true, DataSize.ofMegabytes(4), Duration.ofSeconds(2), Duration.ofMillis(100));

    public DatagramSettings {
        if (receiveBuffer.compareTo(DataSize.ofKilobytes(64)) < 0
                || receiveBuffer.compareTo(DataSize.ofMegabytes(64)) > 0) {
            throw new IllegalArgumentException(
                    "popnet.datagrams.receive-buffer " + receiveBuffer + ": must be 64KB to 64MB");
        }
        between("pause", pause, Duration.ofMillis(500), Duration.ofMinutes(1));
        between("notice-interval", noticeInterval, Duration.ofMillis(10), Duration.ofSeconds(10));
    }

    private static void between(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.datagrams." + name + " " + value + ": must be " + least + " to " + most);
        }
    }
}
