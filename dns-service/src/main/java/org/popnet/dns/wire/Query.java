package org.popnet.dns.wire;

import java.nio.charset.StandardCharsets;

/**
 * A decoded query; one object per listener thread, filled again for each message by {@link QueryDecoder}. Fields are
 * meaningful only as far as the decoder came; addresses are 128 bits wide, IPv4 in its mapped form (RFC 4291, 2.5.5.2).
 */
public final class Query {
    private static final int LABELS_MAX = Dns.NAME_BYTES_MAX / 2 + 1;

    byte[] message = new byte[0];
    int id;
    int flags;
    int opcode;

    boolean question;
    int questionEnd;
    int type;
    int recordClass;

    final byte[] name = new byte[Dns.NAME_BYTES_MAX];
    int nameLength;
    final int[] labelAt = new int[LABELS_MAX];
    final long[] suffixHash = new long[LABELS_MAX];
    int labels;

    boolean edns;
    int udpSize;
    int version;
    boolean dnssecOk;
    boolean nsid;
    /** Whether the client wants to know how long its idle connection is kept (RFC 7828). */
    boolean tcpKeepalive;

    boolean subnet;
    int subnetFamily;
    int subnetSource;
    long subnetHigh;
    long subnetLow;

    /** Offset of the cookie option's data in the message; its length is 0 if there was none. */
    int cookieAt;

    int cookieLength;

    void clear(byte[] newMessage) {
        message = newMessage;
        question = false;
        questionEnd = Dns.HEADER_BYTES;
        type = 0;
        recordClass = 0;
        nameLength = 0;
        labels = 0;
        edns = false;
        udpSize = Dns.PLAIN_UDP_BYTES_MAX;
        version = 0;
        dnssecOk = false;
        nsid = false;
        tcpKeepalive = false;
        subnet = false;
        subnetFamily = 0;
        subnetSource = 0;
        subnetHigh = 0;
        subnetLow = 0;
        cookieAt = 0;
        cookieLength = 0;
    }

    public boolean hasQuestion() {
        return question;
    }

    public int type() {
        return type;
    }

    public int recordClass() {
        return recordClass;
    }

    /** The name in lower case, in wire form; valid up to {@link #nameLength()}. */
    public byte[] name() {
        return name;
    }

    public int nameLength() {
        return nameLength;
    }

    public int labels() {
        return labels;
    }

    /** Where a label starts in {@link #name()}. */
    public int labelAt(int label) {
        return labelAt[label];
    }

    /** The hash of the name without its first {@code label} labels, as {@link WireName#suffixHash} has it. */
    public long suffixHash(int label) {
        return suffixHash[label];
    }

    public boolean edns() {
        return edns;
    }

    /** The largest answer over UDP that the client takes and we send, in bytes. */
    public int udpLimit() {
        return Math.clamp(udpSize, Dns.PLAIN_UDP_BYTES_MAX, Dns.UDP_BYTES_MAX);
    }

    /** Whether a client subnet (RFC 7871) came that says something: its prefix is not empty. */
    public boolean subnetKnown() {
        return subnet && subnetSource > 0;
    }

    /** 1 for IPv4, 2 for IPv6; 0 for neither, which comes without an address. */
    public int subnetFamily() {
        return subnetFamily;
    }

    public int subnetSource() {
        return subnetSource;
    }

    public long subnetHigh() {
        return subnetHigh;
    }

    public long subnetLow() {
        return subnetLow;
    }

    public boolean hasCookie() {
        return cookieLength > 0;
    }

    /** Whether a server's cookie came behind the client's own. */
    public boolean hasServerCookie() {
        return cookieLength > Cookies.CLIENT_BYTES;
    }

    /** The name in presentation form, without a trailing dot; for people. */
    public String nameText() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < labels; i++) {
            if (i > 0) {
                text.append('.');
            }
            text.append(new String(name, labelAt[i] + 1, name[labelAt[i]], StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }
}
