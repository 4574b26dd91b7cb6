package org.popnet.probe.latency;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The addresses that answered nothing lately, for which nothing more is spent. Bounded, the oldest are forgotten. */
final class SilentAddresses {
    private final long rememberNanos;
    private final Map<InetAddress, Long> since;

    SilentAddresses(Duration remember, int max) {
        this.rememberNanos = remember.toNanos();
        this.since = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<InetAddress, Long> eldest) {
                return size() > max;
            }
        };
    }

    synchronized void add(InetAddress address, long nowNanos) {
        since.remove(address); // so that it counts as the youngest
        since.put(address, nowNanos);
    }

    synchronized boolean contains(InetAddress address, long nowNanos) {
        Long silent = since.get(address);
        if (silent != null && nowNanos - silent >= rememberNanos) {
            since.remove(address);
            return false;
        }
        return silent != null;
    }
}
