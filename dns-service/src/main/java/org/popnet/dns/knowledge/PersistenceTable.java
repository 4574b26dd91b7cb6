package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Hash;
import org.popnet.platform.message.Message.PersistenceRecord;

/**
 * Which server a client was given first, for domains whose rule keeps clients where they are. Bounded: a set of eight
 * slots for each hash, of which the one that ends first gives way. Locks are striped and held for a few loads only;
 * nothing is allocated where answers are made.
 *
 * <p>Name servers tell each other what they recorded and end with the same whatever arrives when, because records are
 * in a total order ({@link PersistenceRecord}). "Older" is told by a clock that the name servers keep together: each
 * counts on its own and moves ahead to what it hears (Lamport, 1978), so that nobody's wall clock matters.
 */
public final class PersistenceTable {
    /** Slots that are looked at in one go: a few hundred microseconds. */
    static final int PIECE = 1 << 14;

    private static final int WAYS = 8;
    private static final int STRIPES = 64;
    private static final int NAMES_MAX = 256;
    private static final byte THIS_SERVER = 0;
    private static final int BODY = 4;
    private static final int IDENTITY = 0;
    private static final int END_MS = 1;
    private static final int MADE_MS = 2;
    /** Moves in the upper half, who made it in the next byte, whether it was guessed in the last bit. */
    private static final int REST = 3;

    private static final int MOVES_SHIFT = 32;
    private static final int MADE_BY_SHIFT = 8;

    /** Who hears of a new record while the old one is about to end takes the new one. */
    private static final long NEARLY_OVER_MS = 1000;

    private static final long LEFT_MS_MAX = 30L * 24 * 3600 * 1000;
    private static final long MADE_MS_MAX = 1L << 50;

    private final int sets;
    private final long[] key;
    /** What belongs to a key, {@value #BODY} numbers side by side: one miss of the cache finds them all. */
    private final long[] body;

    private final Object[] locks = new Object[STRIPES];

    private final Object nameLock = new Object();
    private final List<String> names = new ArrayList<>(List.of(""));
    private final AtomicLong aheadMs = new AtomicLong();
    private final Changes changes;
    private final LongAdder refused = new LongAdder();

    /**
     * @param recordsMax how many are kept, rounded up to a power of two
     * @param changesMax how many new ones may wait for {@link #takeChanges}
     */
    public PersistenceTable(int recordsMax, int changesMax) {
        sets = Math.max(1, Integer.highestOneBit(Math.max(WAYS, recordsMax) * 2 - 1) / WAYS);
        key = new long[sets * WAYS];
        body = new long[sets * WAYS * BODY];
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new Object();
        }
        changes = new Changes(changesMax);
    }

    /** The key of a client and a domain, never 0. */
    public static long key(long clientHash, long domainIdentity) {
        long hash = Hash.mix(clientHash ^ domainIdentity);
        return hash == 0 ? 1 : hash;
    }

    /** Has the common clock show at least this, so that a restart does not begin in the past. */
    void clockAtLeast(long commonMs, long nowMs) {
        aheadMs.accumulateAndGet(commonMs - nowMs, Math::max);
    }

    /**
     * The identity of the server this client was given, or 0.
     *
     * @param settled whether it is known by now where the client and the candidates are: then a choice made without
     *     knowing is void
     */
    public long find(long wanted, long nowMs, boolean settled) {
        int set = set(wanted);
        synchronized (locks[set % STRIPES]) {
            int slot = held(set, wanted, nowMs);
            return slot >= 0 && !(settled && provisional(slot)) ? identity(slot) : 0;
        }
    }

    /**
     * Reads where a record may stand, so that it is in the processor's cache when it is looked for.
     *
     * @return what was read, which means nothing: no lock is held
     */
    public long touchKeys(long wanted) {
        int first = set(wanted) * WAYS;
        return key[first] + key[first + WAYS - 1];
    }

    /** Reads the record of a key if there is one; as {@link #touchKeys}. */
    public long touchRecord(long wanted) {
        int first = set(wanted) * WAYS;
        for (int i = first; i < first + WAYS; i++) {
            if (key[i] == wanted) {
                return body[i * BODY];
            }
        }
        return 0;
    }

    /**
     * Records a client's server; a record of the same client gives way.
     *
     * @param guessed whether it was chosen without knowing where the client and the candidates are
     */
    public void record(long newKey, long server, long nowMs, long end, boolean guessed) {
        int set = set(newKey);
        synchronized (locks[set % STRIPES]) {
            int slot = held(set, newKey, nowMs);
            int moved = slot >= 0 ? moves(slot) + 1 : 0;
            put(slot >= 0 ? slot : room(set), newKey, server, nowMs + aheadMs.get(), end, moved, THIS_SERVER, guessed);
        }
        changes.offer(newKey);
    }

    /**
     * Takes up what another server recorded, or a checkpoint kept, if it goes before what is known of that client.
     *
     * @param self the name of this server, which its own records come back under
     * @return whether it was taken
     */
    boolean merge(PersistenceRecord other, long nowMs, String self) {
        if (other.key() == 0
                || other.leftMs() <= 0
                || other.leftMs() > LEFT_MS_MAX
                || other.madeMs() < 0
                || other.madeMs() > MADE_MS_MAX
                || other.moves() < 0) {
            refused.increment();
            return false;
        }
        byte by = nameIndex(other.madeBy().equals(self) ? "" : other.madeBy());
        clockAtLeast(other.madeMs(), nowMs);
        int set = set(other.key());
        synchronized (locks[set % STRIPES]) {
            int slot = held(set, other.key(), nowMs);
            if (slot >= 0 && !goesBefore(other, slot, nowMs, self)) {
                return false;
            }
            put(
                    slot >= 0 ? slot : room(set),
                    other.key(),
                    other.server(),
                    other.madeMs(),
                    nowMs + other.leftMs(),
                    other.moves(),
                    by,
                    other.guessed());
            return true;
        }
    }

    private boolean goesBefore(PersistenceRecord other, int slot, long nowMs, String self) {
        if (endMs(slot) - nowMs < NEARLY_OVER_MS && other.leftMs() > NEARLY_OVER_MS) {
            return true;
        }
        if (other.moves() != moves(slot)) {
            return other.moves() > moves(slot);
        }
        if (other.guessed() != provisional(slot)) {
            return !other.guessed();
        }
        if (other.madeMs() != madeMs(slot)) {
            return other.madeMs() < madeMs(slot);
        }
        String known = name(madeBy(slot));
        return other.madeBy().compareTo(known.isEmpty() ? self : known) < 0;
    }

    private int held(int set, long wanted, long nowMs) {
        for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
            if (key[i] == wanted && endMs(i) > nowMs) {
                return i;
            }
        }
        return -1;
    }

    /** The slot that ends first, or has ended. */
    private int room(int set) {
        int victim = set * WAYS;
        for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
            if (endMs(i) < endMs(victim)) {
                victim = i;
            }
        }
        return victim;
    }

    private void put(int slot, long k, long server, long made, long end, int moved, byte by, boolean guessed) {
        key[slot] = k;
        int at = slot * BODY;
        body[at + IDENTITY] = server;
        body[at + END_MS] = end;
        body[at + MADE_MS] = made;
        body[at + REST] = (long) moved << MOVES_SHIFT | (by & 0xffL) << MADE_BY_SHIFT | (guessed ? 1 : 0);
    }

    private long identity(int slot) {
        return body[slot * BODY + IDENTITY];
    }

    private long endMs(int slot) {
        return body[slot * BODY + END_MS];
    }

    private long madeMs(int slot) {
        return body[slot * BODY + MADE_MS];
    }

    private int moves(int slot) {
        return (int) (body[slot * BODY + REST] >>> MOVES_SHIFT);
    }

    private byte madeBy(int slot) {
        return (byte) (body[slot * BODY + REST] >>> MADE_BY_SHIFT);
    }

    private boolean provisional(int slot) {
        return (body[slot * BODY + REST] & 1) != 0;
    }

    /** Keys recorded by this server since the last call. */
    long[] takeChanges() {
        return changes.take();
    }

    /** What is recorded for a client, whether or not it is void by now; null if nothing is. */
    public @Nullable PersistenceRecord kept(long wanted, long nowMs, String self) {
        int set = set(wanted);
        synchronized (locks[set % STRIPES]) {
            int slot = held(set, wanted, nowMs);
            return slot < 0 ? null : read(slot, nowMs, self);
        }
    }

    /** What this server itself recorded for a client and still holds, or null. */
    @Nullable PersistenceRecord own(long wanted, long nowMs, String self) {
        int set = set(wanted);
        synchronized (locks[set % STRIPES]) {
            int slot = held(set, wanted, nowMs);
            return slot >= 0 && madeBy(slot) == THIS_SERVER ? read(slot, nowMs, self) : null;
        }
    }

    private PersistenceRecord read(int slot, long nowMs, String self) {
        String by = name(madeBy(slot));
        return new PersistenceRecord(
                key[slot],
                identity(slot),
                madeMs(slot),
                by.isEmpty() ? self : by,
                endMs(slot) - nowMs,
                moves(slot),
                provisional(slot));
    }

    /**
     * Hands over the records in force from a place on, for as long as the reader takes them.
     *
     * @param from 0, or what an earlier call returned
     * @return where the record that the reader did not take stands; -1 if it took all
     */
    long read(long from, long nowMs, String self, Predicate<PersistenceRecord> reader) {
        return read(from, Long.MAX_VALUE, nowMs, self, reader);
    }

    /**
     * The same of a part of the table.
     *
     * @param to where to end, if the reader takes as much
     * @return where to go on; -1 at the end of the table
     */
    long read(long from, long to, long nowMs, String self, Predicate<PersistenceRecord> reader) {
        for (long i = Math.max(0, from); i < key.length; i++) {
            if (i >= to) {
                return i;
            }
            int slot = (int) i;
            if (key[slot] == 0) {
                continue; // never used, as far as this thread can see: what has just come is for the next time
            }
            synchronized (locks[slot / WAYS % STRIPES]) {
                if (endMs(slot) > nowMs && !reader.test(read(slot, nowMs, self))) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** How many records are in force. */
    public int size(long nowMs) {
        int count = 0;
        for (int set = 0; set < sets; set++) {
            synchronized (locks[set % STRIPES]) {
                for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
                    count += key[i] != 0 && endMs(i) > nowMs ? 1 : 0;
                }
            }
        }
        return count;
    }

    /** Records of others that cannot be. */
    public long refused() {
        return refused.sum();
    }

    /** New records that found too many waiting to be told to the others. */
    public long untold() {
        return changes.dropped();
    }

    private String name(byte index) {
        synchronized (nameLock) {
            return names.get(Byte.toUnsignedInt(index));
        }
    }

    /** There are as many names as name servers that ever were; of too many, the last stands for the rest. */
    private byte nameIndex(String name) {
        synchronized (nameLock) {
            int index = names.indexOf(name);
            if (index < 0) {
                index = Math.min(names.size(), NAMES_MAX - 1);
                if (index == names.size()) {
                    names.add(name);
                }
            }
            return (byte) index;
        }
    }

    private int set(long hash) {
        return (int) (hash >>> 32) & (sets - 1);
    }

    /** Keys in the order they came; offered by answering threads, which hold the lock for a store only. */
    private static final class Changes {
        private final int max;
        private final LongAdder dropped = new LongAdder();
        private long[] keys = new long[64];
        private int size;

        Changes(int max) {
            this.max = max;
        }

        synchronized void offer(long newKey) {
            if (size == max) {
                dropped.increment();
                return;
            }
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, Math.min(max, size * 2));
            }
            keys[size++] = newKey;
        }

        synchronized long[] take() {
            long[] taken = Arrays.copyOf(keys, size);
            size = 0;
            return taken;
        }

        long dropped() {
            return dropped.sum();
        }
    }
}
