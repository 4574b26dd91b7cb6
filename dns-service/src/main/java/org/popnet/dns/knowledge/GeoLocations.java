package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.steering.Topology;
import org.popnet.platform.geo.GeoDatabase;

/**
 * Distances by a database of places. What was looked up is remembered, because a lookup makes garbage and distances take
 * sines: a table of fixed size in which the newer entry takes the older one's place.
 */
public final class GeoLocations implements Geography {
    private final GeoDatabase database;
    /** Replaced with the database, so that no thread that still reads the one before spoils it. */
    private volatile AtomicReferenceArray<@Nullable Entry> table;

    private final LongAdder located = new LongAdder();
    private final LongAdder unlocated = new LongAdder();

    @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
    private record Entry(long high, long low, Topology topology, float[] estimatesMs) {}

    /** @param entries how many addresses are remembered, rounded up to a power of two */
    public GeoLocations(GeoDatabase database, int entries) {
        this.database = database;
        table = new AtomicReferenceArray<>(Integer.highestOneBit(Math.max(1, entries) * 2 - 1));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // each tree has a topology of its own
    public float[] estimatesFrom(long high, long low, Topology topology) {
        AtomicReferenceArray<@Nullable Entry> remembered = table;
        int slot = (int) Hash.of(high, low) & (remembered.length() - 1);
        Entry known = remembered.get(slot);
        if (known != null && known.high == high && known.low == low && known.topology == topology) {
            return known.estimatesMs;
        }
        InetAddress address = Address.of(high, low);
        float[] estimates =
                database.location(address).map(topology::estimatesFrom).orElse(Topology.NOWHERE);
        (estimates.length > 0 ? located : unlocated).increment();
        remembered.set(slot, new Entry(high, low, topology, estimates));
        return estimates;
    }

    @Override
    public void refresh() {
        if (database.refresh()) {
            table = new AtomicReferenceArray<>(table.length());
        }
    }

    /** Lookups that found a place. */
    public long located() {
        return located.sum();
    }

    /** Lookups that found none. */
    public long unlocated() {
        return unlocated.sum();
    }
}
