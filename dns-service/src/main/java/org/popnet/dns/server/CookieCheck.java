package org.popnet.dns.server;

import java.time.InstantSource;
import org.popnet.dns.wire.Cookies;
import org.popnet.dns.wire.Dns;

/** Whether a query carries a server cookie of ours (RFC 7873): then its client receives at the address it sends from. */
record CookieCheck(Cookies cookies, InstantSource wallClock) {
    boolean isValid(Exchange x) {
        return x.query.hasCookie() && cookies.valid(x.query, x.sourceHigh, x.sourceLow, nowSeconds(), x.scratch);
    }

    /** The answer's code where a cookie came and no question: whoever asks so wants to know (RFC 7873, 5.4). */
    int verdict(Exchange x) {
        return !x.query.hasServerCookie() || isValid(x) ? Dns.NOERROR : Dns.BADCOOKIE;
    }

    /** Seconds since 1970, as they stand in cookies (RFC 9018). */
    long nowSeconds() {
        return wallClock.millis() / 1000;
    }
}
