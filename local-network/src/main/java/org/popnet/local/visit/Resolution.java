package org.popnet.local.visit;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What a resolver answered: the addresses in its order, how long they may be kept, and how long it took. */
public record Resolution(String name, List<InetAddress> addresses, Duration ttl, Duration took) {
    public Resolution {
        addresses = List.copyOf(addresses);
    }
}
