package org.popnet.dns.steering;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Addresses as two longs, so that the hot path holds and masks them without objects; IPv4 in its mapped form (RFC 4291,
 * 2.5.5.2).
 */
public final class Address {
    private static final long V4_PREFIX = 0xffff_0000_0000L;

    private Address() {}

    public static long high(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? 0 : ByteBuffer.wrap(bytes).getLong();
    }

    public static long low(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? V4_PREFIX | Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt())
                : ByteBuffer.wrap(bytes).getLong(8);
    }

    public static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** The upper half of the prefix; {@code bits} counts within the address's own family. */
    public static long maskHigh(long high, long low, int bits) {
        if (isV4(high, low) || bits >= 64) {
            return high;
        }
        return bits == 0 ? 0 : high & (-1L << (64 - bits));
    }

    /** The lower half of the prefix; {@code bits} counts within the address's own family. */
    public static long maskLow(long high, long low, int bits) {
        if (isV4(high, low)) {
            return bits == 0 ? V4_PREFIX : low & (V4_PREFIX | (-1L << (32 - bits)));
        }
        if (bits <= 64) {
            return 0;
        }
        return low & (-1L << (128 - bits));
    }

    public static InetAddress of(long high, long low) {
        byte[] bytes = isV4(high, low)
                ? ByteBuffer.allocate(4).putInt((int) low).array()
                : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
