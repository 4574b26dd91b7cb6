package org.popnet.local.demo;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.popnet.platform.tree.Cidr;

/**
 * How far away an asking address is: the whole round trip, by its prefix; nothing for an address of no prefix.
 * Written {@code 127.0.1.0/24=8,127.0.2.0/24=70}, in milliseconds.
 */
final class Delays {
    private record Delay(Cidr from, Duration roundTrip) {}

    private final List<Delay> delays = new ArrayList<>();

    static Delays parse(String text) {
        Delays parsed = new Delays();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("delay '" + part + "': must be prefix=milliseconds");
                }
                parsed.delays.add(new Delay(
                        Cidr.parse(part.substring(0, equals).strip()),
                        Duration.ofMillis(
                                Long.parseLong(part.substring(equals + 1).strip()))));
            }
        }
        return parsed;
    }

    Duration of(InetAddress asking) {
        for (Delay delay : delays) {
            if (delay.from.contains(asking)) {
                return delay.roundTrip;
            }
        }
        return Duration.ZERO;
    }
}
