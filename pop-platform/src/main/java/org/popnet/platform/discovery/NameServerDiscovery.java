package org.popnet.platform.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.NodeName;

/** Remembers what {@link NameServerLookup} finds: fresh for its TTL, usable beyond it when no name server answers. */
public final class NameServerDiscovery implements ServiceDiscovery {
    private static final int NAMES_MAX = 50_000;
    private static final Duration EMPTY_TTL = Duration.ofSeconds(1);

    private final Function<String, Optional<NameServerLookup.Found>> lookup;
    private final String zone;
    private final LongSupplier nanoTime;
    private final Map<String, Remembered> names = new ConcurrentHashMap<>();

    NameServerDiscovery(Function<String, Optional<NameServerLookup.Found>> lookup, String zone, LongSupplier nanoTime) {
        this.lookup = lookup;
        this.zone = zone;
        this.nanoTime = nanoTime;
    }

    @Override
    public List<ServiceAddress> find(String serviceName) {
        Remembered remembered = names.get(serviceName);
        if (remembered == null) {
            if (names.size() >= NAMES_MAX) {
                names.clear(); // names come from the tree, so this is a change of the whole tree, not an attack
            }
            remembered = names.computeIfAbsent(serviceName, name -> new Remembered());
        }
        return remembered.get(serviceName);
    }

    @Override
    public NodeName nodeOf(ServiceAddress address) {
        String target = address.target();
        if (!target.endsWith("." + zone)) {
            throw new IllegalArgumentException("target " + target + ": must be a node.pop below " + zone);
        }
        return NodeName.of(target.substring(0, target.length() - zone.length() - 1));
    }

    /** One name's addresses. The first caller waits for them, later ones get what is there while it is refreshed. */
    private final class Remembered {
        private final AtomicBoolean refreshing = new AtomicBoolean();
        private volatile NameServerLookup.@Nullable Found found;
        private volatile long freshUntil;

        List<ServiceAddress> get(String name) {
            NameServerLookup.Found known = found;
            if (known == null) {
                return first(name);
            }
            if (nanoTime.getAsLong() - freshUntil >= 0 && refreshing.compareAndSet(false, true)) {
                Thread.ofVirtual().name("discovery").start(() -> {
                    try {
                        refresh(name);
                    } finally {
                        refreshing.set(false);
                    }
                });
            }
            return known.addresses();
        }

        private synchronized List<ServiceAddress> first(String name) {
            NameServerLookup.Found known = found;
            if (known == null) {
                refresh(name);
                known = found;
            }
            return known == null ? List.of() : known.addresses();
        }

        private void refresh(String name) {
            Optional<NameServerLookup.Found> asked = lookup.apply(name + "." + zone);
            asked.ifPresent(answer -> {
                found = answer;
                Duration ttl = answer.addresses().isEmpty() ? EMPTY_TTL : answer.ttl();
                freshUntil = nanoTime.getAsLong() + ttl.toNanos();
            });
            if (asked.isEmpty() && found != null) {
                freshUntil = nanoTime.getAsLong() + EMPTY_TTL.toNanos();
            }
        }
    }
}
