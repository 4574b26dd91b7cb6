package org.popnet.fetch.serve;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How fetches are shared.
 *
 * @param headWait how long a request waits for the head of a response that another one fetches; then it is answered with
 *     504. Default 30 s, which three attempts of {@code popnet.fetch.origin.first-byte-timeout} fill; 100 ms to 10 min
 * @param passFor for how long a URL whose response could not be shared is fetched by each request for itself, so that
 *     requests for it do not wait for one another in vain. Default 60 s; 0 to 1 h
 * @param passUrlsMax how many such URLs are remembered. Default 10,000; 1 to 10,000,000
 * @param aheadMax a range that begins further behind what has arrived than this is fetched for itself, unstored, beside
 *     the whole. Default 8 MiB; 0 or more
 * @param segmentsFrom responses of this length or more are fetched and stored by segments of 1 MiB, each when it is wanted, if their
 *     server takes ranges and names a strong entity tag. Default 16 MiB; at least 1 MiB
 */
@ConfigurationProperties(prefix = "popnet.fetch.pipeline", ignoreUnknownFields = false)
public record PipelineSettings(
        @DefaultValue("30s") Duration headWait,
        @DefaultValue("60s") Duration passFor,
        @DefaultValue("10000") int passUrlsMax,
        @DefaultValue("8MB") DataSize aheadMax,
        @DefaultValue("16MB") DataSize segmentsFrom) {
    public PipelineSettings {
        between("head-wait", headWait, Duration.ofMillis(100), Duration.ofMinutes(10));
        between("pass-for", passFor, Duration.ZERO, Duration.ofHours(1));
        between("pass-urls-max", passUrlsMax, 1, 10_000_000);
        between("ahead-max", aheadMax, DataSize.ofBytes(0), DataSize.ofBytes(Long.MAX_VALUE));
        between("segments-from", segmentsFrom, DataSize.ofMegabytes(1), DataSize.ofBytes(Long.MAX_VALUE));
    }

    private static <T extends Comparable<T>> void between(String key, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.fetch.pipeline." + key + "=" + value + ": must be " + least + " to " + most);
        }
    }
}
