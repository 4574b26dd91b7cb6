package org.popnet.probe.latency;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.popnet.platform.tree.Cidr;

/**
 * How often resolvers are measured: each address once in a while, each network (IPv4 /24, IPv6 /48) at a bounded rate,
 * by a token bucket of one second. Remembers a bounded number of both, forgetting what was not asked for the longest.
 */
final class RateLimit {
    private final int perNetwork;
    private final long addressIntervalNanos;
    private final Map<Cidr, Bucket> networks;
    private final Map<InetAddress, Long> measured;

    RateLimit(int perNetwork, Duration addressInterval, int networksMax) {
        this.perNetwork = perNetwork;
        this.addressIntervalNanos = addressInterval.toNanos();
        this.networks = bounded(networksMax);
        this.measured = bounded(networksMax);
    }

    /** Whether an address may be measured now; then it counts as measured. */
    synchronized boolean tryAcquire(InetAddress address, long nowNanos) {
        Long last = measured.get(address);
        if (last != null && nowNanos - last < addressIntervalNanos) {
            return false;
        }
        Cidr network = Cidr.containing(address, address instanceof Inet4Address ? 24 : 48);
        if (!networks.computeIfAbsent(network, n -> new Bucket(nowNanos)).take(nowNanos)) {
            return false;
        }
        measured.put(address, nowNanos);
        return true;
    }

    private static <K, V> Map<K, V> bounded(int max) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > max;
            }
        };
    }

    private final class Bucket {
        private double tokens = perNetwork;
        private long filledAtNanos;

        Bucket(long nowNanos) {
            this.filledAtNanos = nowNanos;
        }

        boolean take(long nowNanos) {
            double seconds = (nowNanos - filledAtNanos) / (double) TimeUnit.SECONDS.toNanos(1);
            tokens = Math.min(perNetwork, tokens + seconds * perNetwork);
            filledAtNanos = nowNanos;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}
