package org.popnet.dns.server;

import java.util.concurrent.atomic.AtomicLongArray;
import org.popnet.dns.steering.Address;
import org.popnet.dns.wire.Dns;

/**
 * Limits how many answers of a kind go to a client prefix, so that queries with forged sources turn this server on
 * nobody (response rate limiting, Vixie and Schryver 2012). Kinds are an answer for a name, a denial of a zone's names,
 * errors, and all together. What is over the limit is left out or, one in so many, sent empty with TC set: real clients
 * come back over TCP, where nothing is limited.
 *
 * <p>Each (prefix, kind) has a virtual clock (GCRA, ITU-T I.371) that every answer advances by the time that the rate
 * allows it, and that may run ahead of the real one by a second. Most prefixes ask so little that no kind can be over its
 * limit: one clock of the prefix alone, at the lowest of the rates, says so, and the others are not looked at. All clocks
 * stand in one table of fixed size, four to a cache line; one that is not ahead says nothing and gives its place to
 * another. Threads race for places without locks: what that can cost is an answer more or less.
 */
final class ResponseLimiter {
    /** What an answer is, as far as limits go. */
    enum Kind {
        NAME,
        DENIAL,
        ERROR
    }

    private static final int WAYS = 4;
    /** Clocks tick in 65,536ths of a millisecond, so that intervals are exact at any rate. */
    private static final int TICK_BITS = 16;

    private static final long BURST_TICKS = 1000L << TICK_BITS;
    private static final long ALL = 0x5851f42d4c957f2dL;
    private static final long BUSY = 0x14057b7ef767814fL;
    private static final long PRIME = 0x9e3779b97f4a7c15L;

    private final boolean off;
    private final int slip;
    private final int v4Bits;
    private final int v6Bits;
    private final long answerTicks;
    private final long errorTicks;
    private final long allTicks;
    private final long seed;
    /** Key and clock in turn. */
    private final AtomicLongArray table;

    private final int mask;

    /** @param seed keeps anyone from choosing names that share a place */
    ResponseLimiter(ResponseLimitSettings settings, long seed) {
        off = settings.answersPerSecond() == 0;
        slip = settings.slip();
        v4Bits = settings.v4PrefixBits();
        v6Bits = settings.v6PrefixBits();
        answerTicks = ticks(settings.answersPerSecond());
        errorTicks = ticks(settings.errorsPerSecond());
        allTicks = ticks(settings.allPerSecond());
        this.seed = seed;
        int size = off ? WAYS : Integer.highestOneBit(settings.tableSize() - 1) << 1;
        mask = size - WAYS;
        table = new AtomicLongArray(2 * size);
    }

    private static long ticks(int perSecond) {
        return perSecond == 0 ? 0 : (1000L << TICK_BITS) / perSecond;
    }

    boolean isOff() {
        return off;
    }

    /** Of the limited answers, one in so many is sent with TC; 0 for none. */
    int slip() {
        return slip;
    }

    /**
     * Counts an answer.
     *
     * @param name hash of the name or zone that the answer is for
     * @return whether it is within the limits
     */
    boolean admit(Kind kind, long name, long sourceHigh, long sourceLow, long nowMs) {
        int bits = Address.isV4(sourceHigh, sourceLow) ? v4Bits : v6Bits;
        long prefix = seed
                ^ Address.maskHigh(sourceHigh, sourceLow, bits) * PRIME
                ^ Long.rotateLeft(Address.maskLow(sourceHigh, sourceLow, bits) * PRIME, 32);
        long now = nowMs << TICK_BITS;
        if (advance(mix(prefix ^ BUSY), Math.max(answerTicks, errorTicks), now)) {
            return true;
        }
        long interval = kind == Kind.NAME ? answerTicks : errorTicks;
        long subject = kind == Kind.ERROR ? 0 : name;
        return advance(mix(prefix ^ (subject + kind.ordinal()) * PRIME), interval, now)
                && advance(mix(prefix ^ ALL), allTicks, now);
    }

    static Kind kind(int rcode) {
        return rcode == Dns.NOERROR ? Kind.NAME : rcode == Dns.NXDOMAIN ? Kind.DENIAL : Kind.ERROR;
    }

    /** Advances a clock, unless it is too far ahead. */
    private boolean advance(long key, long interval, long now) {
        int first = 2 * ((int) (key >>> 20) & mask);
        int oldest = first;
        long oldestClock = Long.MAX_VALUE;
        for (int at = first; at < first + 2 * WAYS; at += 2) {
            long clock = table.getOpaque(at + 1);
            if (table.getOpaque(at) == key) {
                return advance(at + 1, clock, interval, now);
            }
            if (clock < oldestClock) {
                oldest = at;
                oldestClock = clock;
            }
        }
        table.setOpaque(oldest, key);
        table.setOpaque(oldest + 1, now + interval);
        return true;
    }

    private boolean advance(int at, long seen, long interval, long now) {
        long clock = seen;
        while (clock - now <= BURST_TICKS) {
            long witness = table.compareAndExchange(at, clock, Math.max(clock, now) + interval);
            if (witness == clock) {
                return true;
            }
            clock = witness;
        }
        return false;
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * 0xd6e8feb86659fd93L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
        return mixed ^ mixed >>> 32;
    }
}
