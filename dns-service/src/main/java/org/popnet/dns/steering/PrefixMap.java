package org.popnet.dns.steering;

import java.util.Map;
import org.popnet.platform.tree.Cidr;

/**
 * Prefixes to small numbers, looked up by longest match without allocation: one hash table for all, asked once for each
 * prefix length that occurs, longest first.
 */
public final class PrefixMap {
    public static final int NONE = -1;

    private final int[] lengthsV4;
    private final int[] lengthsV6;
    private final int mask;
    private final long[] high;
    private final long[] low;
    private final int[] value;
    /** 0 for an empty slot, otherwise the prefix length + 1. */
    private final int[] length;

    /** @param prefixes numbers of 0 or more */
    public PrefixMap(Map<Cidr, Integer> prefixes) {
        int capacity = Math.max(8, Integer.highestOneBit(prefixes.size() * 2 + 1) << 1);
        mask = capacity - 1;
        high = new long[capacity];
        low = new long[capacity];
        value = new int[capacity];
        length = new int[capacity];
        prefixes.forEach(this::put);
        lengthsV4 = lengths(prefixes, 4);
        lengthsV6 = lengths(prefixes, 16);
    }

    private static int[] lengths(Map<Cidr, Integer> prefixes, int bytes) {
        return prefixes.keySet().stream()
                .filter(p -> p.address().getAddress().length == bytes)
                .mapToInt(p -> -p.prefixLength())
                .distinct()
                .sorted()
                .map(i -> -i)
                .toArray();
    }

    private void put(Cidr prefix, int number) {
        long h = Address.high(prefix.address());
        long l = Address.low(prefix.address());
        int slot = slot(h, l, prefix.prefixLength());
        high[slot] = h;
        low[slot] = l;
        length[slot] = prefix.prefixLength() + 1;
        value[slot] = number;
    }

    private int slot(long h, long l, int bits) {
        int slot = (int) Hash.of(h + bits, l) & mask;
        while (length[slot] != 0 && (high[slot] != h || low[slot] != l || length[slot] != bits + 1)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** The number of the longest prefix of at most {@code bits} bits that the address lies in, or {@link #NONE}. */
    public int find(long h, long l, int bits) {
        for (int candidate : Address.isV4(h, l) ? lengthsV4 : lengthsV6) {
            if (candidate <= bits) {
                int slot = slot(Address.maskHigh(h, l, candidate), Address.maskLow(h, l, candidate), candidate);
                if (length[slot] != 0) {
                    return value[slot];
                }
            }
        }
        return NONE;
    }
}
