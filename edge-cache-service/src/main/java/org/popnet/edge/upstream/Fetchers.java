package org.popnet.edge.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.popnet.platform.discovery.ServiceAddress;

/**
 * The POP's origin-fetch servers, as last found by name. {@link #ranked} never asks: {@link #refresh} does, on a thread
 * that may wait. URLs are spread by rendezvous hashing, so that each is on one server's disk, with a bound on each server's
 * load (Mirrokni, Thorup, Zadimoghaddam: Consistent Hashing with Bounded Loads, 2016): a server that this edge already
 * asks for more than its share is passed over for the next in the URL's own order, so that what a popular URL overflows to
 * is the same server each time. A server that failed moments ago goes last.
 */
public final class Fetchers {
    private static final long AVOIDED_NANOS = 3_000_000_000L;

    /** A server gets at most this many times the mean of all. */
    private static final double LOAD_BOUND = 1.25;
    /** Up to so many requests at once no server is overloaded, and each URL best stays on one disk. */
    private static final int LOAD_FREE = 16;

    private final Supplier<List<ServiceAddress>> discovery;
    private final ToLongFunction<String> watermarks;
    private final LongSupplier nanoTime;
    private volatile List<InetSocketAddress> known = List.of();
    private final Map<InetSocketAddress, Long> failedAtNanos = new ConcurrentHashMap<>();
    private final Map<InetSocketAddress, AtomicInteger> running = new ConcurrentHashMap<>();
    private final LongAdder overflows = new LongAdder();

    /** @param watermarks the flush of a site that no answer may be older than */
    public Fetchers(
            Supplier<List<ServiceAddress>> discovery, ToLongFunction<String> watermarks, LongSupplier nanoTime) {
        this.discovery = discovery;
        this.watermarks = watermarks;
        this.nanoTime = nanoTime;
    }

    /** Asks the name servers; may wait for them. What they said last stands when they are silent. */
    public void refresh() {
        List<InetSocketAddress> found =
                discovery.get().stream().map(ServiceAddress::address).distinct().toList();
        if (!found.isEmpty()) {
            known = found;
            failedAtNanos.keySet().retainAll(found);
            running.entrySet()
                    .removeIf(e -> !found.contains(e.getKey()) && e.getValue().get() == 0);
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
        int bound = bound(order);
        order.sort(Comparator.<InetSocketAddress, Boolean>comparing(a -> avoided(a, now))
                .thenComparing(a -> mix(hash * 0x9E3779B97F4A7C15L ^ mix(a.hashCode()))));
        if (order.size() > 1 && runningOn(order.getFirst()) >= bound && !avoided(order.get(1), now)) {
            overflows.increment();
            order.sort(Comparator.comparing(a -> runningOn(a) >= bound)); // stable: the URL's own order stands within
        }
        long watermark = watermarks.applyAsLong(site);
        return order.stream().map(a -> new Upstream(a, site, null, watermark)).toList();
    }

    /** How many requests make a server's share full. */
    private int bound(List<InetSocketAddress> servers) {
        long total = 1;
        for (InetSocketAddress server : servers) {
            total += runningOn(server);
        }
        return Math.max(LOAD_FREE, (int) Math.ceil(LOAD_BOUND * total / Math.max(1, servers.size())));
    }

    private int runningOn(InetSocketAddress address) {
        AtomicInteger count = running.get(address);
        return count == null ? 0 : count.get();
    }

    /** A request to this server goes out; {@link #ended} follows. */
    public void began(InetSocketAddress address) {
        running.computeIfAbsent(address, a -> new AtomicInteger()).incrementAndGet();
    }

    /** A request to this server is over. */
    public void ended(InetSocketAddress address) {
        running.computeIfAbsent(address, a -> new AtomicInteger()).decrementAndGet();
    }

    /** How often a URL's own server was passed over because its share was full. */
    public long overflows() {
        return overflows.sum();
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
