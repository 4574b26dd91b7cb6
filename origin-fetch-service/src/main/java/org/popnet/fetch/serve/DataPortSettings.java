package org.popnet.fetch.serve;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The port that edges ask; its address and number stand in the tree.
 *
 * @param connectionsMax open connections; further ones wait in the backlog. Each has a buffer
 *     of 64 KiB. Default 2,000; 1 to 100,000
 * @param headerBytesMax of a request's head; larger ones are refused. Default 32 KiB, twice what an edge admits from its
 *     clients; 4 KiB to 1 MiB
 * @param keepAlive how long an unused connection stays open; longer than edges keep theirs. Default 75 s; 1 s to 1 h
 * @param ioTimeout the longest wait for an edge to send the rest of a head or to take more of a body. Default 20 s; 100
 *     ms to 10 min
 * @param drain how long requests in progress may take when the node stops. Default 10 s; 0 to 10 min
 */
@ConfigurationProperties(prefix = "popnet.fetch.data-port", ignoreUnknownFields = false)
public record DataPortSettings(
        @DefaultValue("2000") int connectionsMax,
        @DefaultValue("32KB") DataSize headerBytesMax,
        @DefaultValue("75s") Duration keepAlive,
        @DefaultValue("20s") Duration ioTimeout,
        @DefaultValue("10s") Duration drain) {
    public DataPortSettings {
        between("connections-max", connectionsMax, 1, 100_000);
        between("header-bytes-max", headerBytesMax, DataSize.ofKilobytes(4), DataSize.ofMegabytes(1));
        between("keep-alive", keepAlive, Duration.ofSeconds(1), Duration.ofHours(1));
        between("io-timeout", ioTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
        between("drain", drain, Duration.ZERO, Duration.ofMinutes(10));
    }

    private static <T extends Comparable<T>> void between(String key, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.fetch.data-port." + key + "=" + value + ": must be " + least + " to " + most);
        }
    }
}
