package org.popnet.netview.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.popnet.netview.NetViewSettings;

/**
 * Counts wrong passwords by (name, address), by address and by name, in fixed windows. Once a count is full, passwords
 * are not looked at until its window has passed: for names that exist and names that do not alike. Thread-safe.
 */
final class LoginThrottle {
    private static final int COUNTS_MAX = 30_000;
    private static final int NAME_CHARS_MAX = 100;

    private final InstantSource clock;
    private final NetViewSettings.Login settings;

    /** Least recently touched first; those in use by an attacker are touched all the time and so stay. */
    private final Map<Key, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
            return size() > COUNTS_MAX;
        }
    };

    private record Key(Kind kind, String name, String address) {}

    private enum Kind {
        PAIR,
        ADDRESS,
        USER
    }

    private record Count(Instant since, int failures) {}

    LoginThrottle(InstantSource clock, NetViewSettings.Login settings) {
        this.clock = clock;
        this.settings = settings;
    }

    /** How long until a password from this address for this name is looked at again; empty if it is now. */
    synchronized Optional<Duration> remaining(String name, String address) {
        Instant now = clock.instant();
        return keys(name, address).stream()
                .map(key -> remaining(key, now))
                .filter(Duration::isPositive)
                .max(Duration::compareTo);
    }

    private Duration remaining(Key key, Instant now) {
        Count count = counts.get(key);
        if (count == null || count.failures() < limit(key.kind())) {
            return Duration.ZERO;
        }
        return Duration.between(now, count.since().plus(settings.window()));
    }

    /** Counts a wrong password before it is known to be one, so that guesses made at once count too. */
    synchronized void attempted(String name, String address) {
        Instant now = clock.instant();
        for (Key key : keys(name, address)) {
            Count count = counts.get(key);
            counts.put(
                    key,
                    count == null || !now.isBefore(count.since().plus(settings.window()))
                            ? new Count(now, 1)
                            : new Count(count.since(), count.failures() + 1));
        }
    }

    /** It was the right one: what this address mistyped for this name is forgotten, and the attempt uncounted. */
    synchronized void succeeded(String name, String address) {
        for (Key key : keys(name, address)) {
            if (key.kind() == Kind.PAIR) {
                counts.remove(key);
            } else {
                counts.computeIfPresent(key, (k, count) -> new Count(count.since(), Math.max(0, count.failures() - 1)));
            }
        }
    }

    private int limit(Kind kind) {
        return switch (kind) {
            case PAIR -> settings.perUserAndAddress();
            case ADDRESS -> settings.perAddress();
            case USER -> settings.perUser();
        };
    }

    private static List<Key> keys(String name, String address) {
        String folded = name.toLowerCase(Locale.ROOT);
        String bounded = folded.substring(0, Math.min(folded.length(), NAME_CHARS_MAX));
        return List.of(
                new Key(Kind.PAIR, bounded, address),
                new Key(Kind.ADDRESS, "", address),
                new Key(Kind.USER, bounded, ""));
    }
}
