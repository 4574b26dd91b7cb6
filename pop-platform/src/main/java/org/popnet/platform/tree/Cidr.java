package org.popnet.platform.tree;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A network prefix in CIDR notation, IPv4 or IPv6 (RFC 4632, RFC 4291): {@code 198.51.100.0/24}. Bits beyond the prefix
 * are zero.
 */
public record Cidr(InetAddress address, int prefixLength) {
    public Cidr {
        byte[] bytes = address.getAddress();
        if (prefixLength < 0 || prefixLength > bytes.length * 8) {
            throw new IllegalArgumentException("prefix length " + prefixLength + ": must be 0 to " + bytes.length * 8);
        }
        if (hasBitsBeyond(bytes, prefixLength)) {
            throw new IllegalArgumentException("prefix " + address.getHostAddress() + "/" + prefixLength
                    + ": bits beyond the prefix length must be zero");
        }
    }

    /**
     * Parses {@code address/length}; an address alone is a prefix of its full length.
     *
     * @throws IllegalArgumentException if it is not a literal address with a fitting length, or has stray bits
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int length =
                    slash < 0 ? address.getAddress().length * 8 : Integer.parseInt(text, slash + 1, text.length(), 10);
            return new Cidr(address, length);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("prefix '" + text + "': the part after '/' must be a number", e);
        }
    }

    /** The prefix of this length that the address lies in. */
    public static Cidr containing(InetAddress address, int prefixLength) {
        byte[] masked = masked(address.getAddress(), prefixLength);
        try {
            return new Cidr(InetAddress.getByAddress(masked), prefixLength);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the address is of this family and lies in this prefix. */
    public boolean contains(InetAddress candidate) {
        byte[] bytes = candidate.getAddress();
        byte[] mine = address.getAddress();
        return bytes.length == mine.length && Arrays.equals(mine, masked(bytes, prefixLength));
    }

    private static boolean hasBitsBeyond(byte[] bytes, int prefixLength) {
        for (int i = prefixLength / 8; i < bytes.length; i++) {
            int beyond = 0xff >> Math.max(0, prefixLength - i * 8);
            if ((bytes[i] & beyond) != 0) {
                return true;
            }
        }
        return false;
    }

    private static byte[] masked(byte[] bytes, int prefixLength) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.clamp(prefixLength - i * 8L, 0, 8);
            masked[i] &= (byte) (0xff << (8 - bits));
        }
        return masked;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
