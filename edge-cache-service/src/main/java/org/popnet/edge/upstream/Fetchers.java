package org.popnet.edge.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.popnet.platform.discovery.ServiceAddress;

/**
 * The POP's origin-fetch servers, as last found by name. {@link #ranked} never asks: {@link #refresh} does, on a thread
 * that may wait. URLs are spread by rendezvous hashing, so that each is on one server's disk; a server that failed
 * moments ago goes last.
 */
public final class Fetchers {
    private static final long AVOIDED_NANOS = 3_000_000_000L;

    private final Supplier<List<ServiceAddress>> discovery;
    private final LongSupplier nanoTime;
    private volatile List<InetSocketAddress> known = List.of();
    private final Map<InetSocketAddress, Long> failedAtNanos = new ConcurrentHashMap<>();

    public Fetchers(Supplier<List<ServiceAddress>> discovery, LongSupplier nanoTime) {
        this.discovery = discovery;
        this.nanoTime = nanoTime;
    }

    /** Asks the name servers; may wait for them. What they said last stands when they are silent. */
    public void refresh() {
        List<InetSocketAddress> found =
                discovery.get().stream().map(ServiceAddress::address).distinct().toList();
        if (!found.isEmpty()) {
            known = found;
            failedAtNanos.keySet().retainAll(found);
        }
    }

    /** How many there are. */
    public int size() {
        return known.size();
    }

    /** Best first for this site and target. */
    public List<Upstream> ranked(String site, String target) {
        long hash = 31L * site.hashCode() + target.hashCode();
        List<InetSocketAddress> order = new ArrayList<>(known);
        long now = nanoTime.getAsLong();
        order.sort(Comparator.<InetSocketAddress, Boolean>comparing(a -> avoided(a, now))
                .thenComparing(a -> mix(hash * 0x9E3779B97F4A7C15L ^ mix(a.hashCode()))));
        return order.stream().map(a -> new Upstream(a, site, null)).toList();
    }

    private boolean avoided(InetSocketAddress address, long now) {
        Long failedAt = failedAtNanos.get(address);
        return failedAt != null && now - failedAt < AVOIDED_NANOS;
    }

    public void failed(InetSocketAddress address) {
        if (known.contains(address)) {
            failedAtNanos.put(address, nanoTime.getAsLong());
        }
    }

    public void answered(InetSocketAddress address) {
        failedAtNanos.remove(address);
    }

    /** The finalizer of SplitMix64: every bit of the result depends on every bit given. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
