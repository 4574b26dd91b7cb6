package org.popnet.platform.tree;

import java.net.InetAddress;

/** Addresses as people write them: {@code 192.0.2.1}, and IPv6 shortened by the rules of RFC 5952. */
public final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    /** Without a scope, which means something on one machine only: {@code 2001:db8::1}. */
    public static String of(InetAddress address) {
        return of(address.getAddress());
    }

    /** @param address 4 or 16 bytes */
    public static String of(byte[] address) {
        StringBuilder text = new StringBuilder();
        if (address.length == 4) {
            for (byte part : address) {
                text.append(text.isEmpty() ? "" : ".").append(part & 0xff);
            }
            return text.toString();
        }
        int gap = longestGap(address);
        int i = 0;
        while (i < GROUPS) {
            if (i == gap) {
                text.append("::");
                i += zerosFrom(address, i);
            } else {
                boolean follows = !text.isEmpty() && text.charAt(text.length() - 1) != ':';
                text.append(follows ? ":" : "").append(Integer.toHexString(group(address, i)));
                i++;
            }
        }
        return text.toString();
    }

    /** With a port, the one kind apart from the other by its brackets (RFC 5952, 6): {@code [2001:db8::1]:53}. */
    public static String of(InetAddress address, int port) {
        String text = of(address);
        return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + port;
    }

    /** The first of the longest runs of groups that are zero; -1 if no two of them stand side by side. */
    private static int longestGap(byte[] address) {
        int longest = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = zerosFrom(address, i);
            if (zeros > length) {
                longest = i;
                length = zeros;
            }
        }
        return longest;
    }

    private static int zerosFrom(byte[] address, int first) {
        int at = first;
        while (at < GROUPS && group(address, at) == 0) {
            at++;
        }
        return at - first;
    }

    private static int group(byte[] address, int i) {
        return (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
    }
}
