package org.popnet.dns.server;

import java.time.InstantSource;
import org.popnet.dns.wire.Cookies;

/** Whether a query carries a server cookie of ours (RFC 7873): then its client receives at the address it sends from. */
record CookieCheck(Cookies cookies, InstantSource wallClock) {
    boolean isValid(Exchange x) {
        return x.query.hasCookie() && cookies.valid(x.query, x.sourceHigh, x.sourceLow, nowSeconds(), x.scratch);
    }

    /** Seconds since 1970, as they stand in cookies (RFC 9018). */
    long nowSeconds() {
        return wallClock.millis() / 1000;
    }
}
