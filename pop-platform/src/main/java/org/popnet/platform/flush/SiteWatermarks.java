package org.popnet.platform.flush;

import java.util.Map;

/** The number of the last flush of every site that was ever flushed, as the admin service gives it to nodes. */
public record SiteWatermarks(Map<String, Long> sites) {
    public SiteWatermarks {
        sites = Map.copyOf(sites);
    }
}
