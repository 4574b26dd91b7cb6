package org.popnet.dns.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A domain name in wire form (RFC 1035, 3.1), in lower case, with the hash of each of its suffixes, so that it can be
 * looked up and compressed without being parsed again.
 */
public final class WireName {
    /** FNV-1a's numbers, over the bytes from the last to the first. */
    private static final long ROOT_HASH = 0xcbf29ce484222325L;

    private static final long HASH_PRIME = 0x100000001b3L;

    private final byte[] bytes;
    private final int[] labelAt;
    private final long[] suffixHash;

    private WireName(byte[] bytes, int[] labelAt) {
        this.bytes = bytes;
        this.labelAt = labelAt;
        this.suffixHash = new long[labelAt.length];
        hashSuffixes(bytes, bytes.length, labelAt, labelAt.length, suffixHash);
    }

    /**
     * Turns {@code www.example} (a trailing dot is allowed) into wire form.
     *
     * @throws IllegalArgumentException if a label is empty or longer than 63 bytes, or the name longer than 255
     */
    public static WireName of(String name) {
        String text = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        int[] labelAt = new int[Dns.NAME_BYTES_MAX / 2 + 1];
        int labels = 0;
        if (!text.isEmpty()) {
            for (String label : text.toLowerCase(Locale.ROOT).split("\\.", -1)) {
                byte[] ascii = label.getBytes(StandardCharsets.US_ASCII);
                if (ascii.length == 0 || ascii.length > Dns.LABEL_BYTES_MAX || labels == labelAt.length) {
                    throw new IllegalArgumentException(
                            "name '" + name + "': each label must have 1 to " + Dns.LABEL_BYTES_MAX + " bytes");
                }
                labelAt[labels++] = wire.size();
                wire.write(ascii.length);
                wire.write(ascii, 0, ascii.length);
            }
        }
        wire.write(0);
        if (wire.size() > Dns.NAME_BYTES_MAX) {
            throw new IllegalArgumentException("name '" + name + "': is " + wire.size() + " bytes on the wire, "
                    + Dns.NAME_BYTES_MAX + " are allowed");
        }
        return new WireName(wire.toByteArray(), Arrays.copyOf(labelAt, labels));
    }

    /**
     * A name that is in wire form already, uncompressed.
     *
     * @throws IllegalArgumentException if the bytes are no name
     */
    public static WireName ofWire(byte[] wire) {
        byte[] lower = new byte[wire.length];
        int[] labelAt = new int[Dns.NAME_BYTES_MAX / 2 + 1];
        int labels = 0;
        int at = 0;
        while (at < wire.length && wire[at] != 0) {
            int size = wire[at] & 0xff;
            if (size > Dns.LABEL_BYTES_MAX || at + size >= wire.length || wire.length > Dns.NAME_BYTES_MAX) {
                throw new IllegalArgumentException("not a name in wire form");
            }
            labelAt[labels++] = at;
            lower[at] = wire[at];
            for (int i = at + 1; i <= at + size; i++) {
                lower[i] = (byte) (wire[i] >= 'A' && wire[i] <= 'Z' ? wire[i] + ('a' - 'A') : wire[i]);
            }
            at += size + 1;
        }
        if (at != wire.length - 1) {
            throw new IllegalArgumentException("not a name in wire form");
        }
        return new WireName(lower, Arrays.copyOf(labelAt, labels));
    }

    /** The hash of a name with {@code *} before the one that has this hash; 0 for the root. */
    public static long wildcardHash(long parentHash) {
        long hash = parentHash == 0 ? ROOT_HASH : parentHash;
        return ((hash ^ '*') * HASH_PRIME ^ 1) * HASH_PRIME;
    }

    /** Hashes every suffix that starts at a label; the root's own byte counts as part of each. */
    static void hashSuffixes(byte[] wire, int length, int[] labelAt, int labels, long[] into) {
        long hash = ROOT_HASH;
        int end = length;
        for (int label = labels - 1; label >= 0; label--) {
            int start = labelAt[label];
            for (int i = end - 1; i >= start; i--) {
                hash = (hash ^ wire[i]) * HASH_PRIME;
            }
            end = start;
            into[label] = hash;
        }
    }

    public int length() {
        return bytes.length;
    }

    public int labels() {
        return labelAt.length;
    }

    /** The hash of the name without its first {@code label} labels. */
    public long suffixHash(int label) {
        return suffixHash[label];
    }

    /** The hash of the whole name; 0 for the root. */
    public long hash() {
        return suffixHash.length == 0 ? 0 : suffixHash[0];
    }

    /** The name without its first label. */
    public WireName parent() {
        int cut = labelAt.length > 1 ? labelAt[1] : bytes.length - 1;
        int[] offsets = new int[Math.max(0, labelAt.length - 1)];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = labelAt[i + 1] - cut;
        }
        return new WireName(Arrays.copyOfRange(bytes, cut, bytes.length), offsets);
    }

    /** Whether these bytes (in lower case) are this name. */
    public boolean matches(byte[] wire, int from, int to) {
        return Arrays.equals(bytes, 0, bytes.length, wire, from, to);
    }

    /** Whether this is {@code *} before the name in these bytes (in lower case), RFC 4592. */
    public boolean isWildcardOf(byte[] wire, int from, int to) {
        return bytes.length == to - from + 2
                && bytes[0] == 1
                && bytes[1] == '*'
                && Arrays.equals(bytes, 2, bytes.length, wire, from, to);
    }

    /** Where a label starts in {@link #bytes}. */
    public int labelAt(int label) {
        return labelAt[label];
    }

    /** In wire form, in lower case; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WireName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In presentation form, without a trailing dot. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int at : labelAt) {
            if (!text.isEmpty()) {
                text.append('.');
            }
            text.append(new String(bytes, at + 1, bytes[at], StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }
}
