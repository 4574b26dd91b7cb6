package org.popnet.dns.zone;

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
 */
public final class ZoneSnapshot {
    private final ActiveTree tree;
    private final Topology topology;
    private final List<Target> targets;
    private final Map<TargetId, Integer> targetIndex = new HashMap<>();
    private final @Nullable ZoneEntry[] table;
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
        for (ZoneEntry entry : entries) {
            int slot = slotOf(entry.name().hash());
            while (table[slot] != null) {
                slot = slot + 1 & mask;
            }
            table[slot] = entry;
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
        int slot = slotOf(name.hash());
        for (ZoneEntry entry = table[slot]; entry != null; entry = table[slot]) {
            if (entry.name().equals(name)) {
                return entry;
            }
            slot = slot + 1 & mask;
        }
        return null;
    }

    private @Nullable ZoneEntry find(byte[] name, int from, int to, long hash) {
        int slot = slotOf(hash);
        for (ZoneEntry entry = table[slot]; entry != null; entry = table[slot]) {
            if (entry.name().hash() == hash && entry.name().matches(name, from, to)) {
                return entry;
            }
            slot = slot + 1 & mask;
        }
        return null;
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
