package org.popnet.platform.datagram;

import org.popnet.platform.message.Message;

/** How large messages are on the wire, for those who pack many things into one. */
public final class MessageSize {
    /** The largest message that fits a datagram, in bytes of its wire form. */
    public static final int BYTES_MAX = Envelope.DATAGRAM_BYTES_MAX - Envelope.BYTES - Envelope.TAG_BYTES - 1;

    private MessageSize() {}

    /** The size of this message's wire form in bytes; to be sent it must not exceed {@link #BYTES_MAX}. */
    public static int of(Message message) {
        return PayloadCodec.encode(message).length;
    }
}
