package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The service as a whole: batches in, answers out. The clock stands at 2026-11-22T15:30:30Z. */
class LogServiceTest {
    private static final Instant NOW = Instant.parse("2026-11-22T15:30:30Z");
    private static final NodeName EDGE1 = NodeName.of("edge1.westusa");
    private static final NodeName EDGE2 = NodeName.of("edge2.westusa");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestPort PORT = new TestPort();

    @TempDir
    static Path state;

    private static RunningLogService service;

    @BeforeAll
    static void startAndLog() throws Exception {
        service = new RunningLogService(TestDatabase.create(), state, PORT, InstantSource.fixed(NOW));
        await().until(() -> service.get("/actuator/health").statusCode() == 200);
        List<AccessRecord> first = new ArrayList<>();
        for (int second = 0; second < 20; second++) {
            first.add(record("2026-11-22T15:30:" + (10 + second / 2) + "Z", "/a.png", 200, CacheResult.HIT, 1000, 900));
        }
        first.add(record("2026-11-22T15:29:59.999Z", "/b\u0000\"\n.png?x= y", 404, CacheResult.MISS, 500, 90_000));
        first.add(record("2026-11-22T13:05:00Z", "/c.png", 304, CacheResult.REVALIDATED, 200, 900));
        first.add(record("2027-03-01T00:00:00Z", "/future.png", 503, CacheResult.LOCAL, 7, 900));
        first.add(record("2024-01-01T00:00:00Z", "/past.png", 0, CacheResult.PASS, 3, 900));
        count(EDGE1, TestSender.batch("customer1", 77, 1, 1, first));
        count(
                EDGE2,
                TestSender.batch(
                        "customer1",
                        78,
                        1,
                        2,
                        List.of(record("2026-11-22T15:30:00Z", "/a.png", 200, CacheResult.STALE, 40, 900))));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void summaryAddsUpTheRangeAndSaysUpToWhenItIsWhole() throws Exception {
        JsonNode summary =
                json("/traffic/summary?customer=customer1&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z");
        assertThat(summary.get("requests").asLong()).isEqualTo(25);
        assertThat(summary.get("bytesOut").asLong()).isEqualTo(20_000 + 500 + 200 + 7 + 3 + 40);
        assertThat(summary.get("hits").asLong()).isEqualTo(22);
        assertThat(summary.get("hitBytes").asLong()).isEqualTo(20_240);
        assertThat(summary.get("status").toString())
                .isEqualTo("{\"2xx\":21,\"3xx\":1,\"4xx\":1,\"5xx\":1,\"other\":1}");
        assertThat(summary.get("firstByteP95Ms").asDouble()).isBetween(0.8, 1.1);
        // edge2 has cut a second batch that is not here, so nothing after its first record is known to be whole
        assertThat(Instant.parse(summary.get("dataUpTo").asString())).isEqualTo(NOW.minusSeconds(30 + 2));

        JsonNode part = json("/traffic/summary?customer=customer1&domain=static.customer1.example"
                + "&from=2026-11-22T15:29:00Z&to=2026-11-22T15:30:00Z");
        assertThat(part.get("requests").asLong()).isEqualTo(1);
        assertThat(json("/traffic/summary?customer=customer1&domain=www.customer1.example"
                                + "&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z")
                        .get("firstByteP95Ms")
                        .isNull())
                .isTrue();
    }

    @Test
    void seriesLeavesStepsWithoutRequestsOut() throws Exception {
        JsonNode series =
                json("/traffic/series?customer=customer1&from=2026-11-22T12:00:00Z&to=2026-11-22T16:00:00Z&step=PT1H");
        assertThat(series.get("points").findValuesAsString("time"))
                .containsExactly("2026-11-22T13:00:00Z", "2026-11-22T15:00:00Z");
        assertThat(series.get("points").get(1).get("requests").asLong()).isEqualTo(24);
        JsonNode minutes =
                json("/traffic/series?customer=customer1&from=2026-11-22T15:00:00Z&to=2026-11-22T16:00:00Z&step=PT1M");
        assertThat(minutes.get("step").asString()).isEqualTo("PT1M");
        assertThat(minutes.get("points").findValuesAsString("time"))
                .containsExactly("2026-11-22T15:29:00Z", "2026-11-22T15:30:00Z");
        assertThat(minutes.get("points").get(0).get("status4xx").asLong()).isEqualTo(1);
    }

    @Test
    void recordsOfTheFutureAndOfLongAgoAreAccountedWhenTheyArrive() throws Exception {
        JsonNode minute =
                json("/traffic/series?customer=customer1&from=2026-11-22T15:30:00Z&to=2026-11-22T15:31:00Z&step=PT1M");
        assertThat(minute.get("points").get(0).get("requests").asLong()).isEqualTo(20 + 2 + 1);
        assertThat(service.get("/actuator/prometheus").body())
                .contains("popnet_log_records_accounted_on_arrival_total 2.0");
        assertThat(raw("ndjson"))
                .contains("\"time\":\"2027-03-01T00:00:00.000Z\",\"accounted\":\"2026-11-22T15:30:30.000Z\"");
    }

    @Test
    void recordsOfAWrongClockAreAccountedByTheServersAndThoseOfASmallDifferenceByTheirOwn() throws Exception {
        long now = NOW.toEpochMilli();
        long day = 86_400_000;
        // A day behind: the request was answered five seconds before the batch was sent.
        count(EDGE2, sentAt(now - day, 301, record("2026-11-21T15:30:25Z", "/behind", 200, CacheResult.HIT, 70, 9)));
        // A day ahead.
        count(EDGE2, sentAt(now + day, 302, record("2026-11-23T15:30:25Z", "/ahead", 200, CacheResult.HIT, 700, 9)));
        // Twenty seconds: as long as a busy log server may take to read it.
        count(EDGE2, sentAt(now - 20_000, 303, record("2026-11-22T15:28:05Z", "/near", 200, CacheResult.HIT, 7, 9)));
        // It waited in a spool for a day; the clock is right.
        count(EDGE2, sentAt(now - 100, 304, record("2026-11-21T15:30:25Z", "/late", 200, CacheResult.HIT, 7000, 9)));

        assertThat(bytesOut("2026-11-22T15:30:00Z", "2026-11-22T15:31:00Z")).isEqualTo(770);
        assertThat(bytesOut("2026-11-22T15:28:00Z", "2026-11-22T15:29:00Z")).isEqualTo(7);
        assertThat(bytesOut("2026-11-21T15:30:00Z", "2026-11-21T15:31:00Z")).isEqualTo(7000);
        assertThat(bytesOut("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")).isEqualTo(7777);
        assertThat(service.get("/actuator/prometheus").body()).contains("popnet_log_records_clock_corrected_total 2.0");
        assertThat(service.get("/logs/raw?customer=customer3&from=2026-11-22T15:00:00Z&to=2026-11-22T16:00:00Z"
                                + "&format=ndjson")
                        .body())
                .contains("\"time\":\"2026-11-21T15:30:25.000Z\",\"accounted\":\"2026-11-22T15:30:25.000Z\"");
    }

    private static LogBatch sentAt(long ms, long spool, AccessRecord record) {
        LogBatch batch = TestSender.batch("customer3", spool, 1, 1, List.of(record));
        return new LogBatch(batch.customer(), spool, 1, 1, batch.zstd(), ms, null);
    }

    private static long bytesOut(String from, String to) throws Exception {
        return json("/traffic/summary?customer=customer3&from=" + from + "&to=" + to)
                .get("bytesOut")
                .asLong();
    }

    @Test
    void popsAndUrlsComeBusiestFirst() throws Exception {
        String range = "&from=2026-11-22T12:00:00Z&to=2026-11-22T16:00:00Z";
        assertThat(service.get("/traffic/pops?customer=customer1" + range).body())
                .contains("[{\"pop\":\"westusa\",\"requests\":25,\"bytesOut\":20750,\"hits\":22,");
        JsonNode top = json("/traffic/top?customer=customer1&limit=2" + range).get("top");
        assertThat(top.get("total").asLong()).isEqualTo(25);
        assertThat(top.get("errorMax").asLong()).isZero();
        assertThat(top.get("entries")).hasSize(2);
        JsonNode url = top.get("entries").get(0);
        assertThat(url.get("key").asString()).isEqualTo("/a.png");
        assertThat(url.get("domain").asString()).isEqualTo("static.customer1.example");
        assertThat(url.get("requests").asLong()).isEqualTo(21);
        assertThat(json("/traffic/top?customer=customer2" + range).get("top").get("entries"))
                .isEmpty();
    }

    @Test
    void currentComesFromMemoryAndLoadReports() throws Exception {
        PORT.deliver(EDGE1, load(12));
        PORT.deliver(EDGE2, load(30));
        JsonNode current = json("/traffic/current?customer=customer1");
        assertThat(current.get("openConnections").asLong()).isEqualTo(42);
        assertThat(current.get("seconds").findValuesAsString("time")).contains("2026-11-22T15:30:19Z");
        assertThat(current.get("requestsPerSecond").asDouble()).isPositive();
        assertThat(json("/traffic/current?customer=customer2")
                        .get("openConnections")
                        .asLong())
                .isEqualTo(0);
    }

    @Test
    void completenessNamesWhatIsMissing() throws Exception {
        JsonNode senders = json("/logs/completeness?customer=customer1");
        assertThat(senders.findValuesAsString("node")).contains("edge1.westusa", "edge2.westusa");
        assertThat(senders.get(0).get("state").asString()).isEqualTo("COMPLETE");
        JsonNode behind = senders.get(1);
        assertThat(behind.get("state").asString()).isEqualTo("BEHIND");
        assertThat(behind.get("missing").asString()).isEqualTo("{[2,3)}");
    }

    @Test
    void rawLogsAreHandedOutInBothForms() {
        assertThat(raw("combined"))
                .contains(
                        "198.51.100.7 - - [22/Nov/2026:15:30:10 +0000] \"GET /a.png HTTP/1.1\" 200 1000 \"-\" \"agent \\\"x\\\"\"\n")
                .contains("\"GET /b\\x00\\\"\\x0a.png?x=%20y HTTP/1.1\" 404 500")
                .contains("\"GET /past.png HTTP/1.1\" 499 3");
        assertThat(raw("combined").lines()).hasSize(25);
        assertThat(raw("ndjson").lines())
                .hasSize(25)
                .allSatisfy(line -> assertThat(JSON.readTree(line).isObject()).isTrue());
        assertThat(service.get("/logs/raw?customer=customer1&from=2026-11-22T13:00:00Z&to=2026-11-22T13:30:00Z")
                        .body()
                        .lines())
                .singleElement()
                .asString()
                .contains("/c.png");
    }

    @Test
    void openMonthsAreListedAndClosedOnlyWhenOver() throws Exception {
        JsonNode months = json("/billing/statements?customer=customer1");
        assertThat(months.findValuesAsString("month")).containsExactly("2026-11", "2026-10");
        assertThat(months.get(0).get("state").asString()).isEqualTo("OPEN");
        assertThat(months.get(0).get("requests").asLong()).isEqualTo(25);
        assertThat(months.get(0).get("dataUpTo").isNull()).isFalse();
        refused(404, "/billing/statement?customer=customer1&month=2026-11", "no closed statement");
        refused(404, "/billing/verify?customer=customer1&month=2026-10", "no closed statement");
        refused(404, "/billing/statements?customer=nobody", "nobody");
        refused(400, "/billing/statement?customer=customer1&month=november", "such as 2026-11");
        HttpResponse<String> early = service.post("/billing/close?customer=customer1&month=2026-11");
        assertThat(early.statusCode()).as(early.body()).isEqualTo(409);
        assertThat(early.body()).contains("is not over");
    }

    @Test
    void questionsOutOfBoundsAreRefusedWithWhatIsAllowed() {
        String range = "&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z";
        refused(404, "/traffic/summary?customer=nobody" + range, "nobody");
        refused(404, "/traffic/current?customer=nobody", "nobody");
        refused(404, "/logs/raw?customer=../etc" + range, "../etc");
        refused(422, "/traffic/series?customer=customer1&step=PT1S" + range, "PT1M at least");
        refused(
                422,
                "/traffic/series?customer=customer1&step=PT1M&from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z",
                "at most 1500");
        refused(422, "/traffic/summary?customer=customer1&from=1026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z", "1970");
        refused(
                422,
                "/traffic/summary?customer=customer1&from=1976-01-01T00:00:00Z&to=2026-11-01T00:00:00Z",
                "400 days");
        refused(
                422,
                "/traffic/summary?customer=customer1&from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z",
                "not before");
        refused(422, "/traffic/top?customer=customer1&limit=0" + range, "1 to 1000");
        refused(400, "/traffic/top?customer=customer1&dimension=colours" + range, "referrers, agents, countries");
        refused(422, "/traffic/current?customer=customer1&last=121", "1 to 120");
        refused(422, "/logs/raw?customer=customer1&from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z", "31 days");
        refused(400, "/logs/raw?customer=customer1&format=csv" + range, "combined, w3c or ndjson");
        refused(400, "/traffic/series?customer=customer1&step=often" + range, "often");
        refused(400, "/traffic/summary?customer=customer1&from=yesterday&to=today", "yesterday");
        refused(400, "/traffic/summary?customer=customer1", "from");
    }

    @Test
    void aCustomerOfAnotherLogServerIsAnsweredNotMine() {
        PORT.deliver(EDGE1, TestSender.batch("customer9", 5, 1, 1, List.of()));
        await().untilAsserted(() -> assertThat(PORT.acks(EDGE1)).contains(new LogAck("customer9", 5, List.of(), true)));
    }

    @Test
    void damagedBatchesAreSetAsideAndThoseOfANewerFormatWait() throws Exception {
        LogBatch good = TestSender.batch(
                "customer2", 91, 1, 1, List.of(record("2026-11-22T15:30:00Z", "/a", 200, CacheResult.HIT, 1, 1)));
        byte[] broken = good.zstd().clone();
        broken[2] ^= 0x55; // the magic number of the zstd frame
        count(EDGE1, new LogBatch("customer2", 91, 1, 1, broken));
        byte[] newer = good.zstd().clone();
        newer[0] = 9;
        PORT.deliver(EDGE1, new LogBatch("customer2", 91, 2, 1, newer));
        count(EDGE1, new LogBatch("customer2", 91, 3, 5, good.zstd()));
        PORT.deliver(EDGE1, TestSender.batch("customer2", 77, 9, 9, List.of()));
        PORT.deliver(EDGE1, new LogBatch("customer2", 91, -4, 1, good.zstd()));
        count(EDGE1, new LogBatch("customer2", 91, 4, 1, good.zstd()));
        JsonNode sender = json("/logs/completeness?customer=customer2").get(0);
        assertThat(sender.get("rejectedBatches").asLong()).isEqualTo(2);
        assertThat(sender.get("records").asLong()).isEqualTo(1);
        assertThat(sender.get("missing").asString()).isEqualTo("{[2,3)}");
    }

    @Test
    void theDescriptionNamesEveryEndpoint() {
        assertThat(service.get("/openapi").body())
                .contains("/traffic/summary", "/traffic/series", "/traffic/pops", "/traffic/top", "/traffic/current")
                .contains("/traffic/clients", "/billing/statements", "/billing/verify", "/billing/close")
                .contains("/logs/raw", "/logs/completeness");
    }

    private static void refused(int status, String path, String says) {
        HttpResponse<String> response =
                service.get(path.replace("../", URLEncoder.encode("../", StandardCharsets.UTF_8)));
        assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(response.body()).contains(says);
    }

    private static String raw(String format) {
        return service.get("/logs/raw?customer=customer1&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&format="
                        + format)
                .body();
    }

    private static JsonNode json(String path) throws Exception {
        HttpResponse<String> response = service.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static LoadReport load(long connections) {
        return new LoadReport(
                0.5,
                0.5,
                connections,
                1,
                1,
                1,
                Map.of("www.customer1.example", new SiteLoad(connections, 1, 1)),
                Map.of(),
                0,
                0,
                0,
                List.of());
    }

    private static void count(NodeName edge, LogBatch batch) {
        PORT.deliver(edge, batch);
        await().atMost(Duration.ofSeconds(20)).until(() -> PORT.acks(edge).stream()
                .anyMatch(a -> a.spool() == batch.spool() && a.batches().contains(batch.batch())));
    }

    private static AccessRecord record(
            String time, String url, int status, CacheResult cache, long bytes, long micros) {
        return new AccessRecord(
                Instant.parse(time).toEpochMilli(),
                "static.customer1.example",
                "198.51.100.7",
                "GET",
                url,
                "HTTP/1.1",
                status,
                cache,
                bytes,
                100,
                micros,
                2 * micros,
                null,
                "agent \"x\"",
                "image/png");
    }
}
