package org.popnet.platform.datagram;

import java.util.Locale;

/** Why a datagram was dropped. */
enum Drop {
    // received
    TRUNCATED,
    OVERSIZED,
    OTHER_VERSION,
    NOT_FOR_ME,
    UNKNOWN_SENDER,
    UNKNOWN_KEY,
    /** from before the sender's last restart */
    OLD_EPOCH,
    /** seen before, or too old to tell */
    REPLAYED,
    UNAUTHENTIC,
    /** meant for this node as it was before its last restart */
    WRONG_EPOCH,
    UNKNOWN_KIND,
    /** the sender's service may not send this kind; outgoing: this node's may not */
    NOT_ALLOWED,
    NO_READER,
    MALFORMED,
    READER_FAILED,
    /** queued up while this process was stopped */
    AFTER_PAUSE,
    // to be sent
    UNKNOWN_RECEIVER,
    NO_KEY,
    TOO_LARGE,
    BUFFER_FULL,
    SEND_FAILED;

    /** As it stands in metrics: {@code old-epoch}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
