package org.popnet.dns.server;

import java.util.Locale;

/** Why queries that came over a TCP connection were not taken yet. */
enum TcpPause {
    /** as many of the connection were being answered as may be */
    PIPELINED_MAX,
    /** the client does not fetch the answers to earlier ones */
    UNREAD;

    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
