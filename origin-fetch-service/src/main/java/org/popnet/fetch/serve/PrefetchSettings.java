package org.popnet.fetch.serve;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What lists of URLs to fetch ahead may ask of this node.
 *
 * @param listsMax lists at work at the same time; further ones are refused. Default 8; 1 to 1,000
 * @param urlsMax of one list. Default 10,000; 1 to 100,000
 * @param requestsPerSecondMax the most one list may ask for, so that it leaves customers' servers to users. Default 100; 1
 *     to 10,000
 * @param bytesPerSecondMax the same for bytes of bodies. Default 50 MB; at least 1 KB
 * @param keptMax finished lists whose outcome can still be asked for. Default 100; 1 to 10,000
 */
@ConfigurationProperties(prefix = "popnet.fetch.prefetch", ignoreUnknownFields = false)
record PrefetchSettings(
        @DefaultValue("8") int listsMax,
        @DefaultValue("10000") int urlsMax,
        @DefaultValue("100") int requestsPerSecondMax,
        @DefaultValue("50MB") DataSize bytesPerSecondMax,
        @DefaultValue("100") int keptMax) {
    PrefetchSettings {
        between("lists-max", listsMax, 1, 1000);
        between("urls-max", urlsMax, 1, 100_000);
        between("requests-per-second-max", requestsPerSecondMax, 1, 10_000);
        between("bytes-per-second-max", bytesPerSecondMax, DataSize.ofKilobytes(1), DataSize.ofTerabytes(1));
        between("kept-max", keptMax, 1, 10_000);
    }

    private static <T extends Comparable<T>> void between(String key, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.fetch.prefetch." + key + "=" + value + ": must be " + least + " to " + most);
        }
    }
}
