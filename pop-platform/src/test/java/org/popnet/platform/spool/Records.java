package org.popnet.platform.spool;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** Records as tests need them: real-looking, or as ugly as a seeded generator makes them. */
final class Records {
    /** The time of {@link #numbered record} 0. */
    static final long EPOCH_MS = 1_700_000_000_000L;

    private Records() {}

    static AccessRecord numbered(long number) {
        return new AccessRecord(
                EPOCH_MS + number,
                "static.customer1.example",
                "198.51.100." + number % 250,
                "GET",
                "/images/" + number + ".png?v=" + number * 31,
                "HTTP/1.1",
                200,
                number % 10 == 0 ? CacheResult.MISS : CacheResult.HIT,
                1000 + number,
                300,
                120,
                900,
                "http://www.customer1.example/",
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "image/png");
    }

    /** A record of any kind. */
    static LogRecord any(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 ->
                new QueryRecord(
                        random.nextLong(1L << 42),
                        text(random, 60),
                        random.nextBoolean() ? "203.0.113.7" : "2001:db8::7",
                        random.nextBoolean() ? null : "198.51.100.0/24",
                        random.nextBoolean() ? "AAAA" : text(random, 8),
                        random.nextBoolean() ? "NXDOMAIN" : text(random, 8),
                        text(random, 60),
                        random.nextBoolean() ? "TCP" : text(random, 8),
                        random.nextLong(1 << 30),
                        1 + random.nextInt(1000));
            case 1 ->
                new EventRecord(
                        random.nextLong(1L << 42),
                        text(random, 30),
                        text(random, 60),
                        text(random, 100),
                        optional(random, 200),
                        random.nextLong(1 << 30));
            default -> random(random);
        };
    }

    static AccessRecord random(RandomGenerator random) {
        CacheResult[] results = CacheResult.values();
        return new AccessRecord(
                random.nextLong(1L << 42),
                text(random, 60),
                random.nextBoolean() ? "203.0.113." + random.nextInt(256) : "2001:db8::" + random.nextInt(9999),
                random.nextBoolean() ? "GET" : text(random, 8),
                text(random, 150),
                random.nextBoolean() ? "HTTP/2" : text(random, 5),
                random.nextInt(600),
                results[random.nextInt(results.length)],
                random.nextLong(Long.MAX_VALUE),
                random.nextLong(1 << 20),
                random.nextLong(1 << 30),
                random.nextLong(1 << 30),
                optional(random, 60),
                optional(random, 60),
                optional(random, 30));
    }

    private static @Nullable String optional(RandomGenerator random, int max) {
        return random.nextInt(3) == 0 ? null : text(random, max);
    }

    static String text(RandomGenerator random, int max) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(max + 1);
        while (text.length() < length) {
            switch (random.nextInt(8)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append('é');
                default -> text.append((char) (0x20 + random.nextInt(0x5F)));
            }
        }
        return text.toString();
    }
}
