package org.popnet.dns.wire;

/**
 * Reads a query from the wire. It allocates nothing, follows no compression pointer, reads every byte at most once, and
 * throws on no input. What a broken or unusual query deserves follows RFC 8906; questions are at most one (RFC 9619).
 */
public final class QueryDecoder {
    /** What to do with a message. */
    public enum Verdict {
        /** a well-formed question */
        ANSWER,
        /** no question, but a cookie to be answered (RFC 7873, 5.4) */
        COOKIE_ONLY,
        FORMERR,
        NOTIMP,
        BADVERS,
        /** silence: too short to have an id */
        DROP_SHORT,
        /** silence: a response is never answered, or two servers could talk for ever */
        DROP_RESPONSE
    }

    private static final byte[] LOWER = new byte[256];
    private static final int RECORD_FIXED_BYTES = 10;
    private static final int MALFORMED = -1;

    static {
        for (int i = 0; i < LOWER.length; i++) {
            LOWER[i] = (byte) (i >= 'A' && i <= 'Z' ? i + ('a' - 'A') : i);
        }
    }

    private QueryDecoder() {}

    /** Decodes the first {@code length} bytes into {@code query}, which keeps a reference to {@code in}. */
    public static Verdict decode(byte[] in, int length, Query query) {
        query.clear(in);
        if (length < Dns.HEADER_BYTES) {
            return Verdict.DROP_SHORT;
        }
        query.id = u16(in, 0);
        query.flags = u16(in, 2);
        if ((query.flags & Dns.QR) != 0) {
            return Verdict.DROP_RESPONSE;
        }
        query.opcode = (query.flags >> 11) & 0xf;
        Verdict verdict = body(in, length, query);
        return query.opcode == 0 ? verdict : Verdict.NOTIMP;
    }

    /** What follows the header; other opcodes' messages are alike, and as far as they are, so are the answers to them. */
    private static Verdict body(byte[] in, int length, Query query) {
        int questions = u16(in, 4);
        int answers = u16(in, 6);
        int authorities = u16(in, 8);
        int additionals = u16(in, 10);
        int at = Dns.HEADER_BYTES;
        // NOTIFY (RFC 1996) and UPDATE (RFC 2136) have records where queries have none.
        if (questions > 1 || (answers > 0 && query.opcode == 0)) {
            return Verdict.FORMERR;
        }
        if (questions == 1) {
            at = question(in, at, length, query);
            if (at == MALFORMED) {
                return Verdict.FORMERR;
            }
        }
        // An authority record is legitimate in an IXFR query (RFC 1995), which is then refused, not malformed.
        int before = answers + authorities;
        for (int i = 0; i < before + additionals; i++) {
            at = record(in, at, length, query, i >= before);
            if (at == MALFORMED) {
                return Verdict.FORMERR;
            }
        }
        if (at != length) {
            return Verdict.FORMERR;
        }
        if (query.version > 0) {
            return Verdict.BADVERS;
        }
        if (questions == 0) {
            return query.cookieLength > 0 ? Verdict.COOKIE_ONLY : Verdict.FORMERR;
        }
        return Verdict.ANSWER;
    }

    private static int question(byte[] in, int start, int length, Query query) {
        byte[] name = query.name;
        int at = start;
        int labels = 0;
        while (true) {
            if (at >= length) {
                return MALFORMED;
            }
            int size = in[at] & 0xff;
            int used = at - start;
            if (size > Dns.LABEL_BYTES_MAX
                    || (used + size + 1 >= Dns.NAME_BYTES_MAX && size > 0)
                    || at + size >= length) {
                return MALFORMED;
            }
            name[used] = (byte) size;
            if (size == 0) {
                at++;
                break;
            }
            query.labelAt[labels++] = used;
            for (int i = 1; i <= size; i++) {
                name[used + i] = LOWER[in[at + i] & 0xff];
            }
            at += size + 1;
        }
        if (length - at < 4) {
            return MALFORMED;
        }
        query.nameLength = at - start;
        query.labels = labels;
        WireName.hashSuffixes(name, query.nameLength, query.labelAt, labels, query.suffixHash);
        query.type = u16(in, at);
        query.recordClass = u16(in, at + 2);
        query.questionEnd = at + 4;
        query.question = true;
        return query.questionEnd;
    }

    private static int record(byte[] in, int start, int length, Query query, boolean additional) {
        int at = skipName(in, start, length);
        if (at == MALFORMED || length - at < RECORD_FIXED_BYTES) {
            return MALFORMED;
        }
        int type = u16(in, at);
        int dataLength = u16(in, at + 8);
        int data = at + RECORD_FIXED_BYTES;
        if (length - data < dataLength) {
            return MALFORMED;
        }
        if (type == Dns.OPT) {
            if (!additional || query.edns || at - start != 1) {
                return MALFORMED;
            }
            query.edns = true;
            query.udpSize = u16(in, at + 2);
            query.version = in[at + 5] & 0xff;
            query.dnssecOk = (in[at + 6] & 0x80) != 0;
            // Options of versions to come may look different: they are not read.
            if (query.version == 0 && !options(in, data, data + dataLength, query)) {
                return MALFORMED;
            }
        }
        return data + dataLength;
    }

    /** Past a name; a compression pointer ends it and is not followed. */
    private static int skipName(byte[] in, int start, int length) {
        int at = start;
        while (at < length && at - start < Dns.NAME_BYTES_MAX) {
            int size = in[at] & 0xff;
            if (size == 0) {
                return at + 1;
            }
            if (size >= 0xc0) {
                return at + 2 <= length ? at + 2 : MALFORMED;
            }
            if (size > Dns.LABEL_BYTES_MAX) {
                return MALFORMED;
            }
            at += size + 1;
        }
        return MALFORMED;
    }

    private static boolean options(byte[] in, int start, int end, Query query) {
        int at = start;
        while (at < end) {
            if (end - at < 4) {
                return false;
            }
            int code = u16(in, at);
            int size = u16(in, at + 2);
            at += 4;
            if (end - at < size) {
                return false;
            }
            switch (code) {
                case Dns.OPTION_NSID -> query.nsid = true;
                // A client that says how long has misunderstood (RFC 7828, 3.2.1): it is told nothing.
                case Dns.OPTION_TCP_KEEPALIVE -> query.tcpKeepalive = size == 0;
                case Dns.OPTION_COOKIE -> {
                    if (size != 8 && (size < 16 || size > 40)) {
                        return false;
                    }
                    // Of several, the first counts (RFC 7873, 5.2).
                    if (query.cookieLength == 0) {
                        query.cookieAt = at;
                        query.cookieLength = size;
                    }
                }
                case Dns.OPTION_CLIENT_SUBNET -> {
                    if (!clientSubnet(in, at, size, query)) {
                        return false;
                    }
                }
                default -> {}
            }
            at += size;
        }
        return true;
    }

    /**
     * RFC 7871, 6 and 7.1.2: known family, fitting lengths, no stray bits, scope zero. Where there is no address, no
     * family is one, too: so says dig, and it is irrelevant there.
     */
    private static boolean clientSubnet(byte[] in, int at, int size, Query query) {
        if (size < 4) {
            return false;
        }
        int family = u16(in, at);
        int source = in[at + 2] & 0xff;
        int bytes = size - 4;
        int bitsMax =
                switch (family) {
                    case 0 -> 0;
                    case 1 -> 32;
                    case 2 -> 128;
                    default -> -1;
                };
        if (source > bitsMax || in[at + 3] != 0 || bytes != (source + 7) / 8) {
            return false;
        }
        if (source % 8 != 0 && (in[at + 3 + bytes] & (0xff >> (source % 8))) != 0) {
            return false;
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < bytes; i++) {
            long value = in[at + 4 + i] & 0xffL;
            if (family == 1) {
                low |= value << (24 - 8 * i);
            } else if (i < 8) {
                high |= value << (56 - 8 * i);
            } else {
                low |= value << (120 - 8 * i);
            }
        }
        query.subnet = true;
        query.subnetFamily = family;
        query.subnetSource = source;
        query.subnetHigh = high;
        query.subnetLow = family == 1 ? low | 0xffff_0000_0000L : low;
        return true;
    }

    static int u16(byte[] in, int at) {
        return (in[at] & 0xff) << 8 | (in[at + 1] & 0xff);
    }
}
