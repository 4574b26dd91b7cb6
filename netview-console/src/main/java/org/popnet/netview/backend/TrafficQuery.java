package org.popnet.netview.backend;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whose traffic is asked for, and over which time. */
public record TrafficQuery(String customer, @Nullable String domain, Instant from, Instant to) {

    /** The same for the time just before, as long. */
    public TrafficQuery previous() {
        return new TrafficQuery(customer, domain, from.minus(Duration.between(from, to)), from);
    }

    String asQuery() {
        return who() + "&from=" + from + "&to=" + to;
    }

    String who() {
        return "customer=" + encoded(customer) + (domain == null ? "" : "&domain=" + encoded(domain));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
