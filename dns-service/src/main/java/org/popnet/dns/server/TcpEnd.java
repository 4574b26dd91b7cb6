package org.popnet.dns.server;

import java.util.Locale;

/** Why a TCP connection ended. */
enum TcpEnd {
    /** the client closed it, or left */
    CLIENT,
    /** it completed no query for the idle time */
    IDLE,
    /** there were as many as there may be */
    TOO_MANY,
    /** its address had as many as one may have */
    TOO_MANY_OF_CLIENT,
    /** a length that no query has: what follows cannot be told apart */
    LENGTH,
    /** a message that deserves no answer, such as a response */
    NO_QUERY,
    /** this name server stops */
    STOP,
    /** a fault of ours */
    FAULT;

    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
