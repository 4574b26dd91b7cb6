package org.popnet.log.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestDatabase;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.tree.NodeName;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Figures of any range, from minutes, hours and days together, equal what a plain count over all records says. */
class FiguresTest {
    private static final long START = Instant.parse("2026-10-28T20:00:00Z").toEpochMilli();
    private static final long LENGTH_MS = Duration.ofDays(6).toMillis();
    private static final List<String> DOMAINS = List.of("a.example", "b.example", "c.example");
    private static final List<String> POPS = List.of("westusa", "eastusa", "europe");
    private static final List<Logged> ALL = new ArrayList<>();

    private static TrafficQueries queries;

    private record Logged(String pop, AccessRecord record) {}

    @BeforeAll
    static void store() throws Exception {
        DataSource database = TestDatabase.dataSource(TestDatabase.create());
        TestDatabase.flyway(database).migrate();
        queries = new TrafficQueries(JdbcClient.create(database));
        Random random = new Random(41);
        AggregateStore store = new AggregateStore(1000);
        for (int transaction = 0; transaction < 6; transaction++) {
            Aggregator sums = new Aggregator();
            for (int i = 0; i < 800; i++) {
                Logged logged = new Logged(POPS.get(random.nextInt(3)), record(random));
                ALL.add(logged);
                sums.add(
                        "c",
                        NodeName.of("edge1." + logged.pop()),
                        logged.record().timeMs(),
                        logged.record());
            }
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                store.add(connection, sums);
                connection.commit();
            }
        }
    }

    private static AccessRecord record(Random random) {
        // Far POPs are slow: a mean of the POPs' percentiles would be far off.
        long micros = (long) Math.exp(6 + 6 * random.nextDouble());
        return new AccessRecord(
                START + random.nextLong(LENGTH_MS),
                DOMAINS.get(random.nextInt(3)),
                "192.0.2." + random.nextInt(256),
                "GET",
                "/" + random.nextInt(50),
                List.of("HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/3", "").get(random.nextInt(5)),
                List.of(200, 206, 304, 404, 500).get(random.nextInt(5)),
                CacheResult.values()[random.nextInt(6)],
                random.nextInt(100_000),
                random.nextInt(1000),
                micros,
                micros * 3,
                null,
                null,
                null);
    }

    @Test
    void everyRangeIsExactWhateverItIsReadFrom() {
        Random random = new Random(42);
        for (int run = 0; run < 40; run++) {
            long from = START + random.nextLong(LENGTH_MS) - 3_600_000;
            long to = from + 60_000 + random.nextLong(LENGTH_MS);
            from -= run % 4 == 0 ? from % 86_400_000 : run % 4 == 1 ? from % 3_600_000 : 0;
            TimeRange range = TimeRange.of(
                    Instant.ofEpochMilli(from).toString(),
                    Instant.ofEpochMilli(to).toString());
            String domain = run % 2 == 0 ? null : DOMAINS.get(random.nextInt(3));
            List<AccessRecord> within = records(domain, range, any -> true);
            TrafficQueries.Summary summary = queries.summary("c", domain, range, null, 0);
            assertThat(summary.requests()).as(range.toString()).isEqualTo(within.size());
            assertThat(summary.bytesOut())
                    .isEqualTo(within.stream().mapToLong(AccessRecord::bytesOut).sum());
            assertThat(summary.protocol().get("http/1"))
                    .isEqualTo(count(within, r -> r.protocol().startsWith("HTTP/1")));
            assertThat(summary.protocol().get("http/3"))
                    .isEqualTo(count(within, r -> r.protocol().equals("HTTP/3")));
            assertThat(summary.cache().get("miss")).isEqualTo(count(within, r -> r.cache() == CacheResult.MISS));
            assertThat(summary.status().get("4xx")).isEqualTo(count(within, r -> r.status() == 404));
            Duration step = List.of(Duration.ofMinutes(30), Duration.ofHours(1), Duration.ofDays(1))
                    .get(run % 3);
            List<TrafficQueries.Point> points = queries.series("c", domain, range, step, false);
            assertThat(points.stream().mapToLong(TrafficQueries.Point::requests).sum())
                    .isEqualTo(within.size());
            for (TrafficQueries.Point point : points) {
                TimeRange bin = new TimeRange(point.time(), min(point.time().plus(step), range.to()));
                assertThat(point.requests())
                        .isEqualTo(records(domain, bin, any -> true).size());
            }
        }
    }

    @Test
    void percentilesOverPopsAreThoseOfAllRequestsWithinTheStatedError() {
        TimeRange range = TimeRange.of("2026-10-28T20:00:00Z", "2026-11-03T20:00:00Z");
        for (String domain : new String[] {null, "a.example"}) {
            List<AccessRecord> within = records(domain, range, any -> true);
            TrafficQueries.Summary summary = queries.summary("c", domain, range, null, 0);
            close(
                    summary.firstByteMs(),
                    within.stream()
                            .mapToLong(AccessRecord::firstByteMicros)
                            .sorted()
                            .toArray());
            close(
                    summary.durationMs(),
                    within.stream()
                            .mapToLong(AccessRecord::durationMicros)
                            .sorted()
                            .toArray());
        }
        for (TrafficQueries.PopShare pop : queries.pops("c", null, range)) {
            List<AccessRecord> within =
                    records(null, range, logged -> logged.pop().equals(pop.pop()));
            assertThat(pop.requests()).isEqualTo(within.size());
            close(
                    pop.firstByteMs(),
                    within.stream()
                            .mapToLong(AccessRecord::firstByteMicros)
                            .sorted()
                            .toArray());
        }
        for (TrafficQueries.Point point : queries.series("c", null, range, Duration.ofDays(1), true)) {
            TimeRange day = new TimeRange(point.time(), min(point.time().plus(Duration.ofDays(1)), range.to()));
            close(
                    point.firstByteMs(),
                    records(null, day, any -> true).stream()
                            .mapToLong(AccessRecord::firstByteMicros)
                            .sorted()
                            .toArray());
        }
    }

    private static void close(TrafficQueries.@Nullable Percentiles told, long[] sorted) {
        assertThat(told).isNotNull();
        assertThat(told.p50()).isCloseTo(exactMs(sorted, 0.5), Percentage.withPercentage(12.5));
        assertThat(told.p95()).isCloseTo(exactMs(sorted, 0.95), Percentage.withPercentage(12.5));
        assertThat(told.p99()).isCloseTo(exactMs(sorted, 0.99), Percentage.withPercentage(12.5));
    }

    private static double exactMs(long[] sorted, double share) {
        return sorted[(int) Math.ceil(sorted.length * share) - 1] / 1000.0;
    }

    private static List<AccessRecord> records(@Nullable String domain, TimeRange range, Predicate<Logged> which) {
        return ALL.stream()
                .filter(which)
                .map(Logged::record)
                .filter(r -> domain == null || r.site().equals(domain))
                .filter(r -> r.timeMs() >= range.from().toEpochMilli()
                        && r.timeMs() < range.to().toEpochMilli())
                .toList();
    }

    private static long count(List<AccessRecord> records, Predicate<AccessRecord> which) {
        return records.stream().filter(which).count();
    }

    private static Instant min(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
