package org.popnet.dns.knowledge;

import org.popnet.dns.steering.Hash;

/**
 * Which server a client was given first, for domains whose rule keeps clients where they are. Bounded: a set of eight
 * slots for each hash, of which the one that ends first gives way. Locks are striped and held for a few loads only;
 * nothing is allocated.
 */
public final class PersistenceTable {
    private static final int WAYS = 8;
    private static final int STRIPES = 64;

    private final int sets;
    private final long[] key;
    private final long[] identity;
    private final long[] sinceMs;
    private final long[] endMs;
    private final boolean[] provisional;
    private final Object[] locks = new Object[STRIPES];

    /** Receives every record in force. */
    @FunctionalInterface
    interface RecordReader {
        void record(long key, long identity, long sinceMs, long endMs, boolean provisional);
    }

    /** @param recordsMax how many are kept, rounded up to a power of two */
    public PersistenceTable(int recordsMax) {
        sets = Math.max(1, Integer.highestOneBit(Math.max(WAYS, recordsMax) * 2 - 1) / WAYS);
        key = new long[sets * WAYS];
        identity = new long[sets * WAYS];
        sinceMs = new long[sets * WAYS];
        endMs = new long[sets * WAYS];
        provisional = new boolean[sets * WAYS];
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new Object();
        }
    }

    /** The key of a client and a domain, never 0. */
    public static long key(long clientHash, long domainIdentity) {
        long hash = Hash.mix(clientHash ^ domainIdentity);
        return hash == 0 ? 1 : hash;
    }

    /**
     * The identity of the server this client was given, or 0.
     *
     * @param located whether it is known by now where the client is: then a choice made without knowing is void
     */
    public long find(long wanted, long nowMs, boolean located) {
        int set = set(wanted);
        synchronized (locks[set % STRIPES]) {
            for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
                if (key[i] == wanted && endMs[i] > nowMs && !(located && provisional[i])) {
                    return identity[i];
                }
            }
        }
        return 0;
    }

    /**
     * Records a client's server; a record of the same client gives way.
     *
     * @param guessed whether it was chosen without knowing where the client is
     */
    public void record(long newKey, long server, long nowMs, long end, boolean guessed) {
        int set = set(newKey);
        synchronized (locks[set % STRIPES]) {
            int victim = set * WAYS;
            for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
                if (key[i] == newKey) {
                    victim = i;
                    break;
                }
                if (endMs[i] < endMs[victim]) {
                    victim = i;
                }
            }
            key[victim] = newKey;
            identity[victim] = server;
            sinceMs[victim] = nowMs;
            endMs[victim] = end;
            provisional[victim] = guessed;
        }
    }

    void forEach(long nowMs, RecordReader reader) {
        for (int set = 0; set < sets; set++) {
            synchronized (locks[set % STRIPES]) {
                for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
                    if (key[i] != 0 && endMs[i] > nowMs) {
                        reader.record(key[i], identity[i], sinceMs[i], endMs[i], provisional[i]);
                    }
                }
            }
        }
    }

    /** How many records are in force. */
    public int size(long nowMs) {
        int[] count = {0};
        forEach(nowMs, (k, server, since, end, guessed) -> count[0]++);
        return count[0];
    }

    private int set(long hash) {
        return (int) (hash >>> 32) & (sets - 1);
    }
}
