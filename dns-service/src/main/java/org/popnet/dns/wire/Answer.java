package org.popnet.dns.wire;

import org.jspecify.annotations.Nullable;

/**
 * Encodes an answer into a buffer that is used again; one object per listener thread. Call {@link #begin}, then records
 * section by section, then {@link #finish}. What does not fit the limit is left out: additional records silently, any
 * other by an empty answer with TC set and OPT kept (RFC 2181, 9; RFC 6891, 7).
 */
public final class Answer {
    private static final int POINTER = 0xc000;
    private static final int POINTER_OFFSET_MAX = 0x3fff;
    private static final int NAMES_MAX = 256;
    private static final int OPT_FIXED_BYTES = 11;
    private static final int COOKIE_BYTES = Cookies.CLIENT_BYTES + Cookies.SERVER_BYTES;
    private static final int SCRATCH_BYTES = 64;
    private static final int KEEPALIVE_BYTES = 6;

    /** The sections records are written to, in their order. */
    public enum Section {
        ANSWER,
        AUTHORITY,
        ADDITIONAL
    }

    private final byte[] out;
    private final byte[] nsid;
    private final Cookies cookies;
    private final int tcpIdleTenths;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    /** Offsets of names written so far that may be pointed at, and the hashes of the names that start there. */
    private final int[] nameAt = new int[NAMES_MAX];

    private final long[] nameHash = new long[NAMES_MAX];
    private int names;
    private boolean questionRemembered;

    private @Nullable Query query;
    private int at;
    private int limit;
    private int bodyStart;
    /** By section, records but for addresses in the answer section. */
    private final int[] counts = new int[Section.values().length];

    private int addresses;
    private boolean truncated;
    private int subnetScope;

    /**
     * @param nsid what this server calls itself to those who ask (RFC 5001)
     * @param bytes the size of the buffer: the largest answer there can be
     * @param tcpIdleTenths how long an idle connection is kept, in 100 ms, 1 to 65,535, told to those who ask; 0 for
     *     answers that do not go over connections (RFC 7828)
     */
    public Answer(Cookies cookies, byte[] nsid, int bytes, int tcpIdleTenths) {
        if (tcpIdleTenths < 0 || tcpIdleTenths > 0xffff) {
            throw new IllegalArgumentException("idle time " + tcpIdleTenths + " of 100 ms: must be 0 to 65535");
        }
        this.tcpIdleTenths = tcpIdleTenths;
        this.cookies = cookies;
        this.nsid = nsid.clone();
        this.out = new byte[bytes];
    }

    /** The encoded answer; valid up to what {@link #finish} returned. */
    public byte[] bytes() {
        return out;
    }

    /** @param bytesMax the largest answer the client takes */
    public void begin(Query forQuery, int bytesMax) {
        query = forQuery;
        limit = Math.min(bytesMax, out.length) - optBytes(forQuery);
        names = 0;
        questionRemembered = false;
        truncated = false;
        subnetScope = 0;
        clear();
        at = Dns.HEADER_BYTES;
        if (forQuery.question) {
            // The very bytes that came: the case of each letter is the client's proof of us (0x20).
            int length = forQuery.questionEnd - Dns.HEADER_BYTES;
            System.arraycopy(forQuery.message, Dns.HEADER_BYTES, out, at, length);
            at += length;
        }
        bodyStart = at;
    }

    /** The prefix length for which this answer is right (RFC 7871); 0 unless set. */
    public void subnetScope(int bits) {
        subnetScope = bits;
    }

    private void clear() {
        addresses = 0;
        counts[0] = 0;
        counts[1] = 0;
        counts[2] = 0;
    }

    /** How many servers' addresses it has, see {@link #address(byte[], int)}; those of static records do not count. */
    public int addresses() {
        return addresses;
    }

    /** Adds an address record for the name in question: the hot path. */
    public void address(byte[] address, int ttlSeconds) {
        int end = at + 12 + address.length;
        if (end > limit) {
            truncated = true;
            return;
        }
        u16(POINTER | Dns.HEADER_BYTES, at);
        u16(address.length == 4 ? Dns.A : Dns.AAAA, at + 2);
        u16(Dns.IN, at + 4);
        u32(ttlSeconds, at + 6);
        u16(address.length, at + 10);
        System.arraycopy(address, 0, out, at + 12, address.length);
        at = end;
        addresses++;
    }

    /** Adds an address record for another name: what an alias leads to. */
    public void address(WireName owner, byte[] address, int ttlSeconds) {
        int start = at;
        int namesBefore = names;
        if (truncated || at + owner.length() + 10 + address.length > out.length) {
            truncated = true;
            return;
        }
        name(owner, true);
        u16(address.length == 4 ? Dns.A : Dns.AAAA, at);
        u16(Dns.IN, at + 2);
        u32(ttlSeconds, at + 4);
        u16(address.length, at + 8);
        System.arraycopy(address, 0, out, at + 10, address.length);
        at += 10 + address.length;
        if (at > limit) {
            at = start;
            names = namesBefore;
            truncated = true;
            return;
        }
        addresses++;
    }

    /**
     * Adds a record.
     *
     * @param owner null for the name in question
     * @return whether it fits
     */
    public boolean record(Section section, @Nullable WireName owner, RecordData data, int ttlSeconds) {
        int start = at;
        int namesBefore = names;
        // The longest a record can get without compression; checked afterwards against what it took.
        int most = (owner == null ? 2 : owner.length()) + 10 + data.before().length + data.after().length;
        for (int i = 0; i < data.names().size(); i++) {
            most += data.names().get(i).length();
        }
        if (truncated || at + most > out.length) {
            overflow(section);
            return false;
        }
        if (owner == null) {
            u16(POINTER | Dns.HEADER_BYTES, at);
            at += 2;
        } else {
            name(owner, true);
        }
        u16(data.type(), at);
        u16(Dns.IN, at + 2);
        u32(ttlSeconds, at + 4);
        int lengthAt = at + 8;
        at += 10;
        System.arraycopy(data.before(), 0, out, at, data.before().length);
        at += data.before().length;
        for (int i = 0; i < data.names().size(); i++) {
            name(data.names().get(i), data.compress());
        }
        System.arraycopy(data.after(), 0, out, at, data.after().length);
        at += data.after().length;
        u16(at - lengthAt - 2, lengthAt);
        if (at > limit) {
            at = start;
            names = namesBefore;
            overflow(section);
            return false;
        }
        counts[section.ordinal()]++;
        return true;
    }

    private void overflow(Section section) {
        truncated |= section != Section.ADDITIONAL;
    }

    /** Has an answer say that it does not fit, so that the client comes back over TCP. */
    public void truncate() {
        truncated = true;
    }

    /**
     * Completes the message.
     *
     * @param authoritative whether AA is set
     * @return its length
     */
    public int finish(int rcode, boolean authoritative, long sourceHigh, long sourceLow, long epochSeconds) {
        Query asked = asked();
        int flags = Dns.QR | asked.opcode << 11 | (asked.flags & (Dns.RD | Dns.CD)) | (rcode & 0xf);
        if (truncated) {
            at = bodyStart;
            clear();
            flags |= Dns.TC;
        }
        if (authoritative) {
            flags |= Dns.AA;
        }
        int additional = counts[2];
        if (asked.edns) {
            opt(asked, rcode, sourceHigh, sourceLow, epochSeconds);
            additional++;
        }
        u16(asked.id, 0);
        u16(flags, 2);
        u16(asked.question ? 1 : 0, 4);
        u16(counts[0] + addresses, 6);
        u16(counts[1], 8);
        u16(additional, 10);
        query = null;
        return at;
    }

    private Query asked() {
        if (query == null) {
            throw new IllegalStateException("begin was not called");
        }
        return query;
    }

    private int optBytes(Query asked) {
        if (!asked.edns) {
            return 0;
        }
        return OPT_FIXED_BYTES
                + (asked.nsid ? 4 + nsid.length : 0)
                + (tellsIdle(asked) ? KEEPALIVE_BYTES : 0)
                + (asked.subnet ? 8 + (asked.subnetSource + 7) / 8 : 0)
                + (asked.cookieLength > 0 ? 4 + COOKIE_BYTES : 0);
    }

    private boolean tellsIdle(Query asked) {
        return asked.tcpKeepalive && tcpIdleTenths > 0;
    }

    private void opt(Query asked, int rcode, long sourceHigh, long sourceLow, long epochSeconds) {
        out[at] = 0;
        u16(Dns.OPT, at + 1);
        u16(Dns.UDP_BYTES_MAX, at + 3);
        out[at + 5] = (byte) (rcode >> 4);
        out[at + 6] = 0;
        u16(asked.dnssecOk ? 0x8000 : 0, at + 7);
        int lengthAt = at + 9;
        at += OPT_FIXED_BYTES;
        if (asked.nsid) {
            u16(Dns.OPTION_NSID, at);
            u16(nsid.length, at + 2);
            System.arraycopy(nsid, 0, out, at + 4, nsid.length);
            at += 4 + nsid.length;
        }
        if (tellsIdle(asked)) {
            u16(Dns.OPTION_TCP_KEEPALIVE, at);
            u16(2, at + 2);
            u16(tcpIdleTenths, at + 4);
            at += KEEPALIVE_BYTES;
        }
        if (asked.subnet) {
            int bytes = (asked.subnetSource + 7) / 8;
            u16(Dns.OPTION_CLIENT_SUBNET, at);
            u16(4 + bytes, at + 2);
            u16(asked.subnetFamily, at + 4);
            out[at + 6] = (byte) asked.subnetSource;
            out[at + 7] = (byte) subnetScope;
            at += 8;
            for (int i = 0; i < bytes; i++) {
                out[at++] = (byte)
                        (asked.subnetFamily == 1
                                ? asked.subnetLow >>> (24 - 8 * i)
                                : i < 8 ? asked.subnetHigh >>> (56 - 8 * i) : asked.subnetLow >>> (120 - 8 * i));
            }
        }
        if (asked.cookieLength > 0) {
            u16(Dns.OPTION_COOKIE, at);
            u16(COOKIE_BYTES, at + 2);
            cookies.write(asked, sourceHigh, sourceLow, epochSeconds, scratch, out, at + 4);
            at += 4 + COOKIE_BYTES;
        }
        u16(at - lengthAt - 2, lengthAt);
    }

    /** Writes a name, pointing at the longest of its suffixes that stands in the message (RFC 1035, 4.1.4). */
    private void name(WireName name, boolean compress) {
        if (!compress) {
            System.arraycopy(name.bytes(), 0, out, at, name.length());
            at += name.length();
            return;
        }
        rememberQuestion();
        byte[] bytes = name.bytes();
        for (int label = 0; label < name.labels(); label++) {
            int from = name.labelAt(label);
            long hash = name.suffixHash(label);
            int known = find(bytes, from, hash);
            if (known >= 0) {
                u16(POINTER | known, at);
                at += 2;
                return;
            }
            remember(at, hash);
            int size = bytes[from] + 1;
            System.arraycopy(bytes, from, out, at, size);
            at += size;
        }
        out[at++] = 0;
    }

    private void rememberQuestion() {
        if (!questionRemembered) {
            questionRemembered = true;
            Query asked = asked();
            for (int label = 0; label < asked.labels; label++) {
                remember(Dns.HEADER_BYTES + asked.labelAt[label], asked.suffixHash[label]);
            }
        }
    }

    private void remember(int offset, long hash) {
        if (names < NAMES_MAX && offset <= POINTER_OFFSET_MAX) {
            nameAt[names] = offset;
            nameHash[names++] = hash;
        }
    }

    private int find(byte[] bytes, int from, long hash) {
        for (int i = 0; i < names; i++) {
            if (nameHash[i] == hash && standsAt(nameAt[i], bytes, from)) {
                return nameAt[i];
            }
        }
        return -1;
    }

    /** Whether the (lower-case) name is what stands at an offset; our own pointers lead backwards only. */
    private boolean standsAt(int offset, byte[] bytes, int from) {
        int there = offset;
        int here = from;
        while (true) {
            int size = out[there] & 0xff;
            if (size >= 0xc0) {
                there = (size & 0x3f) << 8 | (out[there + 1] & 0xff);
                continue;
            }
            if (size != bytes[here]) {
                return false;
            }
            if (size == 0) {
                return true;
            }
            for (int i = 1; i <= size; i++) {
                int letter = out[there + i];
                if ((letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter) != bytes[here + i]) {
                    return false;
                }
            }
            there += size + 1;
            here += size + 1;
        }
    }

    private void u16(int value, int offset) {
        out[offset] = (byte) (value >>> 8);
        out[offset + 1] = (byte) value;
    }

    private void u32(int value, int offset) {
        u16(value >>> 16, offset);
        u16(value, offset + 2);
    }
}
