package org.popnet.log.billing;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When statements close.
 *
 * @param grace how long after a month's end (UTC) its statements stay open, 1 h to 30 d, 3 d by default: longer than a
 *     clock may be wrong or a sender away; they then close once everything up to the month's end has arrived
 */
@ConfigurationProperties(prefix = "popnet.billing", ignoreUnknownFields = false)
public record BillingSettings(@DefaultValue("3d") Duration grace) {
    public BillingSettings {
        if (grace.compareTo(Duration.ofHours(1)) < 0 || grace.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException("popnet.billing.grace " + grace.toHours() + "h: must be 1h to 30d");
        }
    }
}
