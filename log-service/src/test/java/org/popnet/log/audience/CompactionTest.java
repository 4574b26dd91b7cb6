package org.popnet.log.audience;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestDatabase;
import org.popnet.log.upkeep.Upkeep;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two log servers append while two others merge: whoever asks sees everything once, at any time. */
class CompactionTest {
    private static final Instant START = Instant.parse("2026-11-20T22:00:00Z");
    private static final Instant END = Instant.parse("2026-11-23T03:00:00Z");
    private static final int URLS = 100;

    private DataSource database;
    private AudienceQueries queries;

    @BeforeEach
    void migrate() throws Exception {
        database = TestDatabase.dataSource(TestDatabase.create());
        TestDatabase.flyway(database).migrate();
        try (Connection connection = database.getConnection();
                var ensure = connection.prepareStatement("SELECT log.ensure_month('2026-11-01')")) {
            ensure.execute();
        }
        queries = new AudienceQueries(JdbcClient.create(database));
    }

    @Test
    void nothingIsLostOrDoubledWhileOthersAppendAndMerge() throws Exception {
        Map<String, Long> requests = new HashMap<>();
        Set<String> clients = new HashSet<>();
        List<List<AccessRecord>> transactions = transactions(requests, clients);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (ExecutorService servers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int server = 0; server < 2; server++) {
                int half = server;
                running.add(servers.submit(() -> {
                    AudienceStore store = new AudienceStore(URLS, Countries.none());
                    for (int i = half; i < transactions.size(); i += 2) {
                        append(store, transactions.get(i));
                    }
                    return null;
                }));
                running.add(servers.submit(() -> {
                    Upkeep upkeep = new Upkeep(database, () -> true, List.of(), meters);
                    long before = 0;
                    for (int i = 0; i < 40; i++) {
                        upkeep.run(new Compaction(URLS));
                        long seen = top("agents", null).total();
                        assertThat(seen).isGreaterThanOrEqualTo(before);
                        before = seen;
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        exact(requests, clients);
        new Upkeep(database, () -> true, List.of(), meters).run(new Compaction(URLS));
        exact(requests, clients);
        assertThat(JdbcClient.create(database)
                        .sql("SELECT (SELECT count(*) FROM log.top_delta) + (SELECT count(*) FROM log.client_delta)")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void exact(Map<String, Long> requests, Set<String> clients) {
        long total = requests.values().stream().mapToLong(n -> n).sum();
        AudienceQueries.Top agents = top("agents", null);
        assertThat(agents.total()).isEqualTo(total);
        assertThat(agents.errorMax()).isZero();
        assertThat(agents.entries()).extracting("key").containsExactlyInAnyOrder("curl", "Wget");
        AudienceQueries.Top urls = top("urls", null);
        assertThat(urls.total()).isEqualTo(total);
        assertThat(urls.errorMax()).isLessThanOrEqualTo(total / (URLS + 1) * 2);
        assertThat(urls.entries()).isNotEmpty().allSatisfy(entry -> assertThat(requests.get(entry.key()))
                .isBetween(entry.requests(), entry.requests() + urls.errorMax()));
        assertThat(urls.entries().getFirst().domain()).isEqualTo("www.customer1.example");
        assertThat(top("referrers", "www.customer1.example").entries())
                .singleElement()
                .satisfies(site -> assertThat(site.key()).isEqualTo("search.example"));
        assertThat(top("countries", null).entries()).isEmpty();
        assertThat(queries.clients("customer1", null, START, END).clients())
                .isCloseTo(clients.size(), Percentage.withPercentage(300 * 0.0163));
        assertThat(queries.clients("customer2", null, START, END).clients()).isZero();
    }

    private AudienceQueries.Top top(String dimension, @org.jspecify.annotations.Nullable String domain) {
        return queries.top(dimension, "customer1", domain, START, END, 1000);
    }

    private static List<List<AccessRecord>> transactions(Map<String, Long> requests, Set<String> clients) {
        Random random = new Random(31);
        List<List<AccessRecord>> transactions = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<AccessRecord> records = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
                String url = "/" + (int) Math.abs(random.nextGaussian() * 80);
                String client = "192.0.2." + random.nextInt(200);
                requests.merge(url, 1L, Long::sum);
                clients.add(client);
                records.add(new AccessRecord(
                        START.toEpochMilli() + random.nextLong(53 * 3_600_000L),
                        "www.customer1.example",
                        client,
                        "GET",
                        url,
                        "HTTP/2",
                        200,
                        CacheResult.HIT,
                        10,
                        1,
                        1,
                        1,
                        random.nextBoolean() ? "https://search.example/?q=" + n : null,
                        random.nextBoolean() ? "curl/8" : "Wget/1",
                        null));
            }
            transactions.add(records);
        }
        return transactions;
    }

    private void append(AudienceStore store, List<AccessRecord> records) throws Exception {
        Map<AudienceStore.Group, AudienceCounts> counts = new TreeMap<>();
        for (AccessRecord record : records) {
            long hour = record.timeMs() - record.timeMs() % 3_600_000;
            counts.computeIfAbsent(new AudienceStore.Group(hour, "customer1", record.site()), g -> new AudienceCounts())
                    .add(record);
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            store.add(connection, counts);
            connection.commit();
        }
    }
}
