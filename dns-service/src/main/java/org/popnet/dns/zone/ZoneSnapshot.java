package org.popnet.dns.zone;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.WireName;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;

/**
 * Everything the name server answers for, compiled from one tree: immutable, looked up without allocation. An open
 * addressing table over the hashes of names; who is behind a hash is always compared.
 *
 * <p>A look-up mostly waits for memory, so hashes and names do not lie behind the entries but side by side: the slot
 * leads to the name and to the entry at once.
 */
public final class ZoneSnapshot {
    private static final int SLOT = 2;
    private static final int NAME = 1;
    private static final int NAME_SHIFT = 8;
    private static final int NAME_LENGTH = (1 << NAME_SHIFT) - 1;

    private final ActiveTree tree;
    private final Topology topology;
    private final List<Target> targets;
    private final Map<TargetId, Integer> targetIndex = new HashMap<>();
    private final @Nullable ZoneEntry[] table;
    /** By slot: the hash of the name, and where the name lies in {@code names} with its length; 0 for an empty slot. */
    private final long[] slots;

    private final byte[] names;
    private final int mask;
    private final OriginNames origins;

    /**
     * A server whose health counts.
     *
     * @param pop the POP it stands in, or -1 for a customer's own server
     */
    public record Target(TargetId id, int pop) {}

    ZoneSnapshot(
            ActiveTree tree,
            Topology topology,
            List<Target> targets,
            Collection<ZoneEntry> entries,
            OriginNames origins) {
        this.tree = tree;
        this.topology = topology;
        this.targets = List.copyOf(targets);
        for (int i = 0; i < targets.size(); i++) {
            targetIndex.put(targets.get(i).id(), i);
        }
        mask = Math.max(16, Integer.highestOneBit(entries.size() * 2 + 1) << 1) - 1;
        table = new ZoneEntry[mask + 1];
        slots = new long[SLOT * (mask + 1)];
        names = new byte
                [entries.stream().mapToInt(entry -> entry.name().length()).sum()];
        int at = 0;
        for (ZoneEntry entry : entries) {
            int slot = slotOf(entry.name().hash());
            while (table[slot] != null) {
                slot = slot + 1 & mask;
            }
            table[slot] = entry;
            byte[] name = entry.name().bytes();
            System.arraycopy(name, 0, names, at, name.length);
            slots[SLOT * slot] = entry.name().hash();
            slots[SLOT * slot + NAME] = (long) at << NAME_SHIFT | name.length;
            at += name.length;
        }
        this.origins = origins;
    }

    public ActiveTree tree() {
        return tree;
    }

    public Topology topology() {
        return topology;
    }

    /** Every server whose health counts; candidates name their place in this list. */
    public List<Target> targets() {
        return targets;
    }

    /** The place of a target, or -1 if this tree does not have it. */
    public int indexOf(TargetId id) {
        return targetIndex.getOrDefault(id, -1);
    }

    /** What stands at the name in question without its first {@code label} labels, or null. */
    public @Nullable ZoneEntry find(Query query, int label) {
        if (label >= query.labels()) {
            return null;
        }
        return find(query.name(), query.labelAt(label), query.nameLength(), query.suffixHash(label));
    }

    /** What stands at a name, or null. */
    public @Nullable ZoneEntry find(WireName name) {
        return find(name.bytes(), 0, name.length(), name.hash());
    }

    private @Nullable ZoneEntry find(byte[] name, int from, int to, long hash) {
        int slot = slotOf(hash);
        for (long place = slots[SLOT * slot + NAME]; place != 0; place = slots[SLOT * slot + NAME]) {
            if (slots[SLOT * slot] == hash && matches(place, name, from, to)) {
                return table[slot];
            }
            slot = slot + 1 & mask;
        }
        return null;
    }

    private boolean matches(long place, byte[] name, int from, int to) {
        int at = (int) (place >>> NAME_SHIFT);
        return Arrays.equals(names, at, at + (int) (place & NAME_LENGTH), name, from, to);
    }

    /**
     * Reads the slot that the search for a name begins with, so that it is in the processor's cache when that comes.
     *
     * @param hash of the name ({@link WireName#hash})
     * @return what was read, which means nothing
     */
    public long touchSlot(long hash) {
        return slots[SLOT * slotOf(hash)];
    }

    /** Reads what that slot leads to; as {@link #touchSlot}. */
    public long touchEntry(long hash) {
        int slot = slotOf(hash);
        ZoneEntry entry = table[slot];
        int name = (int) (slots[SLOT * slot + NAME] >>> NAME_SHIFT);
        return names[name] + (entry instanceof ZoneEntry.Steered ? 1 : 0);
    }

    /** Reads the domain that most likely stands there; as {@link #touchSlot}. */
    public long touchDomain(long hash) {
        return table[slotOf(hash)] instanceof ZoneEntry.Steered steered
                ? steered.domain().identity()
                : 0;
    }

    /**
     * What there is to say about a name that may have no entry of its own: the nearest name above it that exists, and
     * the wildcard there (RFC 4592, 3.3.1).
     *
     * @return the name's own entry, the delegation above it, or the wildcard that covers it; null if the name does not
     *     exist: then {@link Match#zone()} is the zone that says so, or null if the name is not ours
     */
    public @Nullable ZoneEntry search(Query query, Match match) {
        match.clear();
        for (int label = 0; label < query.labels(); label++) {
            int at = query.labelAt(label);
            ZoneEntry entry = find(query.name(), at, query.nameLength(), query.suffixHash(label));
            if (entry != null) {
                return closest(entry, label, query.name(), at, query.nameLength(), query.suffixHash(label), match);
            }
        }
        return null;
    }

    /** As {@link #search(Query, Match)}. */
    public @Nullable ZoneEntry search(WireName name, Match match) {
        match.clear();
        for (int label = 0; label < name.labels(); label++) {
            int at = name.labelAt(label);
            ZoneEntry entry = find(name.bytes(), at, name.length(), name.suffixHash(label));
            if (entry != null) {
                return closest(entry, label, name.bytes(), at, name.length(), name.suffixHash(label), match);
            }
        }
        return null;
    }

    private @Nullable ZoneEntry closest(
            ZoneEntry entry, int label, byte[] name, int from, int to, long hash, Match match) {
        match.zone = entry.zone();
        if (label == 0) {
            return entry;
        }
        if (entry instanceof ZoneEntry.Delegation) {
            return entry;
        }
        long wildcard = WireName.wildcardHash(hash);
        int slot = slotOf(wildcard);
        for (ZoneEntry found = table[slot]; found != null; found = table[slot]) {
            if (found.name().hash() == wildcard && found.name().isWildcardOf(name, from, to)) {
                return found;
            }
            slot = slot + 1 & mask;
        }
        return null;
    }

    /** The outcome of a search beside the entry; used again. */
    public static final class Match {
        private @Nullable Zone zone;

        private void clear() {
            zone = null;
        }

        /** The zone that the name lies in; null if it is not ours. */
        public @Nullable Zone zone() {
            return zone;
        }
    }

    /** The {@code _origin._tcp.<domain>.<pop>} names, which are too many to stand in the table. */
    public OriginNames origins() {
        return origins;
    }

    private int slotOf(long hash) {
        return (((int) (hash ^ (hash >>> 32)) * 0x9e3779b1) >>> 7) & mask;
    }
}
