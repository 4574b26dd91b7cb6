package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What name servers and probes log, and what becomes of raw logs. The clock starts at 2026-11-22T15:30:30Z. */
class QueriesEventsAndRawLogsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T15:30:30Z");
    private static final String RANGE = "&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z";
    private static final NodeName DNS = NodeName.of("dns.westusa");
    private static final NodeName EDGE = NodeName.of("edge1.westusa");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestPort PORT = new TestPort();
    private static final AtomicReference<Instant> CLOCK = new AtomicReference<>(NOW);

    @TempDir
    static Path state;

    private static RunningLogService service;

    @BeforeAll
    static void start() throws Exception {
        InstantSource clock = CLOCK::get;
        service = new RunningLogService(TestDatabase.create(), state, PORT, clock);
        await().until(() -> service.get("/actuator/health").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void queriesAreCountedByDomainTypeAnswerAndNameServer() throws Exception {
        List<LogRecord> queries = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            queries.add(query("2026-11-22T15:30:00Z", "A", "NOERROR", null, "UDP", 10));
        }
        queries.add(query("2026-11-22T15:29:00Z", "AAAA", "NXDOMAIN", "198.51.100.0/24", "TCP", 1));
        queries.add(query("2026-11-22T13:29:00Z", "TYPE4711", "NOERROR", null, "UDP", 1));
        count(DNS, TestSender.batch("customer1", 11, 1, 1, queries));
        count(NodeName.of("dns.eastusa"), TestSender.batch("customer1", 12, 1, 1, queries.subList(0, 1)));
        PORT.deliver(DNS, TestSender.batch("customer1", 11, 1, 1, queries));

        JsonNode byType = json("/queries/shares?customer=customer1&by=type" + RANGE);
        assertThat(byType.get("dataUpTo").isNull()).isFalse();
        assertThat(byType.get("shares").findValuesAsString("name")).containsExactly("A", "AAAA", "other");
        assertThat(byType.get("shares").get(0).get("queries").asLong()).isEqualTo(310);
        assertThat(byType.get("shares").get(0).get("records").asLong()).isEqualTo(31);
        assertThat(byType.get("shares").get(1).get("withSubnet").asLong()).isEqualTo(1);
        assertThat(byType.get("shares").get(1).get("overTcp").asLong()).isEqualTo(1);
        assertThat(json("/queries/shares?customer=customer1&by=pop" + RANGE)
                        .get("shares")
                        .findValuesAsString("name"))
                .containsExactly("westusa", "eastusa");
        assertThat(json("/queries/shares?customer=customer1&by=node&domain=nothing.example" + RANGE)
                        .get("shares"))
                .isEmpty();
        JsonNode minutes =
                json("/queries/series?customer=customer1&step=PT1M" + RANGE).get("points");
        assertThat(minutes.findValuesAsString("queries")).containsExactly("1", "1", "310");
        assertThat(minutes.get(1).get("nameErrors").asLong()).isEqualTo(1);
        assertThat(json("/queries/series?customer=customer1&step=PT1H" + RANGE)
                        .get("points")
                        .findValuesAsString("queries"))
                .containsExactly("1", "311");
        assertThat(raw("customer1", "kind=queries&format=ndjson").lines())
                .hasSize(33)
                .anySatisfy(line -> assertThat(line).contains("\"type\":\"TYPE4711\""));
    }

    @Test
    void eventsAreKeptForEachCustomerUpToABoundAndAllAreCounted() throws Exception {
        for (int batch = 0; batch < 15; batch++) {
            List<LogRecord> flapping = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                flapping.add(event("2026-11-22T14:00:00Z", "target-down", "no answer \u0000 " + i));
            }
            count(DNS, TestSender.batch("customer2", 21, 1 + batch, 15, flapping));
        }
        count(
                NodeName.of("fetch1.westusa"),
                TestSender.batch(
                        "customer2", 22, 1, 1, List.of(event("2026-11-22T15:00:00Z", "fetch-error", "timeout"))));

        JsonNode all = json("/events?customer=customer2&limit=1000" + RANGE);
        assertThat(all.get("counts").toString())
                .isEqualTo("[{\"kind\":\"target-down\",\"events\":1500},{\"kind\":\"fetch-error\",\"events\":1}]");
        assertThat(all.get("events")).hasSize(1000);
        assertThat(all.get("events").get(0).get("reason").asString()).isEqualTo("timeout");
        assertThat(all.get("events").get(0).get("node").asString()).isEqualTo("fetch1.westusa");
        assertThat(json("/events?customer=customer2&kind=fetch-error" + RANGE).get("events"))
                .hasSize(1);
        assertThat(json("/events?customer=customer1" + RANGE).get("events")).isEmpty();
        assertThat(service.get("/events?customer=nobody" + RANGE).statusCode()).isEqualTo(404);
        assertThat(service.get("/events?customer=customer2&limit=5000" + RANGE).statusCode())
                .isEqualTo(422);
        assertThat(service.get("/queries/shares?customer=customer2&by=client" + RANGE)
                        .statusCode())
                .isEqualTo(400);
        assertThat(raw("customer2", "kind=events").lines()).hasSize(1501);
    }

    @Test
    void noRequestForgesALineOfAnyExport() throws Exception {
        Random random = new Random(4);
        List<LogRecord> hostile = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            hostile.add(access(random, "/" + noise(random, 40) + "?" + noise(random, 10)));
        }
        hostile.add(access(random, "/" + noise(random, 60 * 1024)));
        for (int from = 0, batch = 1; from < hostile.size(); from += 20, batch++) {
            count(
                    EDGE,
                    TestSender.batch(
                            "_network", 31, batch, 1, hostile.subList(from, Math.min(from + 20, hostile.size()))));
        }
        String w3c = raw("_network", "format=w3c");
        assertThat(w3c).startsWith("#Version: 1.0\n#Software: Popnet\n#Start-Date: 2026-11-22 00:00:00\n");
        assertThat(w3c.lines().filter(line -> !line.startsWith("#")))
                .hasSize(301)
                .allSatisfy(line -> {
                    assertThat(line.split(" ", -1)).hasSize(17).noneMatch(String::isEmpty);
                    assertThat(line).matches("[\\x20-\\x7e\\x80-\\uffff]*");
                });
        assertThat(raw("_network", "format=combined").lines()).hasSize(301);
        assertThat(raw("_network", "format=ndjson").lines()).hasSize(301).allSatisfy(line -> assertThat(
                        JSON.readTree(line).get("url").asString().length())
                .isLessThanOrEqualTo(512));
        goaccessReads(raw("_network", "format=combined"));
    }

    private static void goaccessReads(String combined) throws Exception {
        assumeThat(Path.of("/usr/bin/goaccess")).as("goaccess is installed").exists();
        Path log = Files.writeString(state.resolve("combined.log"), combined);
        Path invalid = state.resolve("invalid.log");
        Path report = state.resolve("report.json");
        Process goaccess = new ProcessBuilder(
                        "/usr/bin/goaccess",
                        log.toString(),
                        "--log-format=COMBINED",
                        "--no-global-config",
                        "--invalid-requests=" + invalid,
                        "-o",
                        report.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(goaccess.getInputStream().readAllBytes());
        assertThat(goaccess.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(goaccess.exitValue()).as(said).isZero();
        JsonNode general = JSON.readTree(Files.readString(report)).get("general");
        assertThat(general.get("valid_requests").asInt())
                .isEqualTo((int) combined.lines().count());
        assertThat(general.get("failed_requests").asInt())
                .as(Files.exists(invalid) ? Files.readString(invalid) : "")
                .isZero();
    }

    @Test
    void retentionOfTheTreeDeletesRawFilesAndEventsAndLateRecordsStillCount() throws Exception {
        count(
                DNS,
                TestSender.batch("customer3", 41, 1, 1, List.of(event("2026-11-22T15:10:00Z", "target-up", "back"))));
        count(EDGE, TestSender.batch("customer3", 42, 1, 1, List.of(access(new Random(1), "/old"))));
        Path old = state.resolve("raw/customer3/2026/11/22/15.ndjson.zst");
        assertThat(old).exists();

        CLOCK.set(NOW.plus(Duration.ofHours(49))); // customer3 keeps two days, the others 90
        count(EDGE, TestSender.batch("customer3", 42, 2, 2, List.of(access(new Random(1), "/late"))));
        await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(old.getParent()));
        await().until(() ->
                json("/events?customer=customer3" + RANGE).get("events").isEmpty());
        assertThat(json("/events?customer=customer3" + RANGE).get("counts").toString())
                .contains("target-up");
        assertThat(raw("customer3", "format=ndjson")).isEmpty();

        count(EDGE, TestSender.batch("customer3", 42, 3, 3, List.of(access(new Random(1), "/later"))));
        assertThat(raw("customer3", "format=ndjson")).contains("/later");
        assertThat(json("/traffic/summary?customer=customer3" + RANGE)
                        .get("requests")
                        .asLong())
                .isEqualTo(3);
    }

    private static QueryRecord query(
            String time, String type, String rcode, String subnet, String transport, int sampled) {
        return new QueryRecord(
                Instant.parse(time).toEpochMilli(),
                "www.customer1.example",
                "198.51.100.53",
                subnet,
                type,
                rcode,
                "edge1.westusa edge2.westusa",
                transport,
                40,
                sampled);
    }

    private static EventRecord event(String time, String kind, String reason) {
        return new EventRecord(
                Instant.parse(time).toEpochMilli(),
                kind,
                "west http /health",
                reason,
                "http://127.0.11.1/health",
                600_000);
    }

    private static AccessRecord access(Random random, String url) {
        return new AccessRecord(
                NOW.toEpochMilli(),
                random.nextBoolean() ? "a.example" : noise(random, 20),
                random.nextBoolean() ? "198.51.100.7" : "2001:db8::7",
                "GET",
                url,
                "HTTP/1.1",
                random.nextInt(5) == 0 ? 0 : 200,
                CacheResult.PASS,
                10,
                10,
                1_500_000,
                2_000_001,
                random.nextBoolean() ? null : noise(random, 30),
                random.nextBoolean() ? null : noise(random, 30),
                null);
    }

    private static String noise(Random random, int length) {
        StringBuilder text = new StringBuilder();
        random.ints(length, 0, 0x17F).forEach(c -> text.append((char) c));
        return text.toString();
    }

    private static void count(NodeName node, LogBatch batch) {
        PORT.deliver(node, batch);
        await().atMost(Duration.ofSeconds(20)).until(() -> PORT.acks(node).stream()
                .anyMatch(a -> a.spool() == batch.spool() && a.batches().contains(batch.batch())));
    }

    private static String raw(String customer, String parameters) {
        return service.get("/logs/raw?customer=" + customer + RANGE + "&" + parameters)
                .body();
    }

    private static JsonNode json(String path) throws Exception {
        var response = service.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }
}
