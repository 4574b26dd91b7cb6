package org.popnet.log.upkeep;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long figures are kept. Whole months go at a time, so they stay up to 31 days longer. Nothing may be shorter than
 * {@link #LEAST}: late records are still added to it, and invoices are still made of it.
 *
 * @param minutes figures by minute, 400 d by default: a year and the month that it is compared with
 * @param hours figures by hour, 1,100 d by default: three years
 * @param days figures by day, 3,700 d by default: ten years
 * @param topHours top lists and distinct clients by hour, 100 d by default: they are the largest rows
 * @param topDays top lists and distinct clients by day, 800 d by default
 * @param bandwidth five-minute bandwidth, 800 d by default: what an invoice can be checked against without raw logs
 */
@ConfigurationProperties(prefix = "popnet.retention", ignoreUnknownFields = false)
public record RetentionSettings(
        @DefaultValue("400d") Duration minutes,
        @DefaultValue("1100d") Duration hours,
        @DefaultValue("3700d") Duration days,
        @DefaultValue("100d") Duration topHours,
        @DefaultValue("800d") Duration topDays,
        @DefaultValue("800d") Duration bandwidth) {
    /** Longer than late records (35 d unless set otherwise) and an open invoice's month together. */
    static final Duration LEAST = Duration.ofDays(100);

    static final Duration MOST = Duration.ofDays(36_500);

    public RetentionSettings {
        within("minutes", minutes);
        within("hours", hours);
        within("days", days);
        within("top-hours", topHours);
        within("top-days", topDays);
        within("bandwidth", bandwidth);
    }

    private static void within(String name, Duration value) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("popnet.retention." + name + " " + value.toDays() + "d: must be "
                    + LEAST.toDays() + "d to " + MOST.toDays() + "d");
        }
    }
}
