package org.popnet.log.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.TestDatabase;
import org.popnet.log.TestEntities;
import org.popnet.log.intake.LogSettings;
import org.popnet.log.raw.RawAccesses;
import org.popnet.log.raw.RawLog;
import org.popnet.log.traffic.AggregateStore;
import org.popnet.log.traffic.Aggregator;
import org.popnet.log.upkeep.Upkeep;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.tree.NodeName;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.ObjectMapper;

/** FL2: month end, late records, clocks a day off: the right UTC period, and a closed statement does not change. */
class BillingTest {
    private static final NodeName SERVER = NodeName.of("log.hq");
    private static final Month OCTOBER = Month.parse("2026-10");
    private static final Month NOVEMBER = Month.parse("2026-11");
    private static final LogSettings SETTINGS = LogSettings.defaults();

    @TempDir
    Path directory;

    private DataSource database;
    private RawLog rawLog;
    private TestEntities entities;
    private Statements statements;
    private Verification verification;
    private Upkeep upkeep;
    private Instant now = Instant.parse("2026-10-20T12:00:00Z");
    private Optional<Instant> dataUpTo = Optional.empty();
    private final InstantSource clock = () -> now;
    private final Closing closing = new Closing(customer -> dataUpTo, Duration.ofDays(3), SETTINGS.lateMax(), clock);
    private final List<AccessRecord> counted = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        database = TestDatabase.dataSource(TestDatabase.create());
        TestDatabase.flyway(database).migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        jdbc.sql("INSERT INTO log.sender (node, spool, customer, first_seen, last_received)"
                        + " VALUES ('edge1.westusa', 1, 'c', now(), now())")
                .update();
        rawLog = new RawLog(directory, SERVER);
        entities = new TestEntities(database);
        statements = new Statements(
                entities.repository(StatementRows.class),
                entities.repository(LineRows.class),
                entities.repository(AdjustmentRows.class),
                entities.repository(SourceRows.class),
                jdbc);
        verification = new Verification(
                statements, new RawAccesses(directory), SERVER.toString(), (server, customer, month) -> {
                    throw new IllegalStateException("it does not answer");
                });
        upkeep = new Upkeep(database, () -> true, List.of(), new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() throws Exception {
        rawLog.close();
        entities.close();
    }

    /** Takes records in as the log server does when its clock shows {@link #now}. */
    private void receive(AccessRecord... records) throws Exception {
        Aggregator sums = new Aggregator();
        for (AccessRecord record : records) {
            NodeName edge = NodeName.of(record.url().endsWith("e") ? "edge1.europe" : "edge1.westusa");
            long accounted = SETTINGS.accountedMs(record.timeMs(), now.toEpochMilli());
            sums.add("c", edge, accounted, record);
            rawLog.add("c", edge, accounted, record);
            counted.add(record);
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            rawLog.write(connection);
            new AggregateStore(1000).add(connection, sums);
            connection.commit();
        }
        rawLog.committed();
    }

    private static AccessRecord record(String time, String domain, String url, long bytes) {
        return new AccessRecord(
                Instant.parse(time).toEpochMilli(),
                domain,
                "192.0.2.1",
                "GET",
                url,
                "HTTP/2",
                200,
                CacheResult.HIT,
                bytes,
                7,
                1,
                1,
                null,
                null,
                null);
    }

    private void clockShows(String time, String upTo) {
        now = Instant.parse(time);
        dataUpTo = Optional.of(Instant.parse(upTo));
    }

    @Test
    void aMonthClosesInUtcAfterItsGraceWhenEverythingHasArrived() throws Exception {
        receive(
                record("2026-10-01T00:00:00Z", "a.example", "/", 1),
                record("2026-09-30T23:59:59.999Z", "a.example", "/", 100));
        clockShows("2026-11-01T00:10:00Z", "2026-11-01T00:09:58Z");
        receive(
                record("2026-10-31T23:59:59.999Z", "a.example", "/e", 10),
                record("2026-11-01T00:00:00Z", "a.example", "/", 1000));
        upkeep.run(closing);
        assertThat(statements.closed("c")).extracting(Statements.Head::month).containsExactly("2026-09");

        clockShows("2026-11-04T00:00:00Z", "2026-10-31T23:59:59Z"); // a sender is behind
        upkeep.run(closing);
        assertThat(statements.closed("c", OCTOBER)).isEmpty();

        clockShows("2026-11-04T00:00:00Z", "2026-11-03T23:59:58Z");
        upkeep.run(closing);
        Statements.Statement october = statements.closed("c", OCTOBER).orElseThrow();
        assertThat(october.head().requests()).isEqualTo(2);
        assertThat(october.head().bytesOut()).isEqualTo(11);
        assertThat(october.head().forced()).isFalse();
        assertThat(october.lines())
                .extracting(line -> line.domain() + "|" + line.pop() + "|" + line.bytesOut())
                .containsExactlyInAnyOrder(
                        "||11",
                        "|europe|10",
                        "|westusa|1",
                        "a.example||11",
                        "a.example|europe|10",
                        "a.example|westusa|1");
        assertThat(statements.open("c", NOVEMBER, null).bytesOut()).isEqualTo(1000);
        assertThat(statements.closed("c", NOVEMBER)).isEmpty();
        assertThat(verification.of("c", OCTOBER).orElseThrow().result()).isEqualTo("EQUAL");
    }

    @Test
    void everyMonthThatIsNotClosedIsListed() throws Exception {
        receive(record("2026-10-20T10:00:00Z", "a.example", "/", 500));
        clockShows("2027-01-20T00:00:00Z", "2026-10-30T00:00:00Z"); // a sender is away for months
        upkeep.run(closing);
        receive(record("2027-01-10T10:00:00Z", "a.example", "/", 7));
        assertThat(statements.all("c", Month.containing(now), null))
                .extracting(head -> head.month() + " " + head.state() + " " + head.bytesOut())
                .containsExactly("2027-01 OPEN 7", "2026-12 OPEN 0", "2026-11 OPEN 0", "2026-10 OPEN 500");
        clockShows("2027-01-20T00:00:00Z", "2027-01-20T00:00:00Z");
        upkeep.run(closing);
        assertThat(statements.all("c", Month.containing(now), null))
                .extracting(head -> head.month() + " " + head.state())
                .containsExactly("2027-01 OPEN", "2026-12 CLOSED", "2026-11 CLOSED", "2026-10 CLOSED");
    }

    @Test
    void aClosedStatementDoesNotChangeAndWhatComesLateIsBilledWithTheNext() throws Exception {
        receive(record("2026-10-20T10:00:00Z", "a.example", "/", 500));
        clockShows("2026-11-04T00:00:00Z", "2026-11-04T00:00:00Z");
        upkeep.run(closing);
        Statements.Statement before = statements.closed("c", OCTOBER).orElseThrow();

        receive(
                record("2026-10-20T10:00:00Z", "a.example", "/", 30),
                record("2026-10-31T23:00:00Z", "b.example", "/e", 4),
                record("2026-11-02T00:00:00Z", "a.example", "/", 2));
        assertThat(statements.closed("c", OCTOBER)).contains(before);
        assertThat(verification.of("c", OCTOBER).orElseThrow().result()).isEqualTo("EQUAL");

        clockShows("2026-12-04T00:00:00Z", "2026-12-04T00:00:00Z");
        upkeep.run(closing);
        Statements.Statement november = statements.closed("c", NOVEMBER).orElseThrow();
        assertThat(november.head().bytesOut()).isEqualTo(2);
        assertThat(november.head().adjustmentBytesOut()).isEqualTo(34);
        assertThat(november.adjustments())
                .containsExactly(
                        new Statements.Adjustment("2026-10", "a.example", "westusa", 1, 30, 7),
                        new Statements.Adjustment("2026-10", "b.example", "europe", 1, 4, 7));
        assertThat(verification.of("c", NOVEMBER).orElseThrow().result()).isEqualTo("EQUAL");

        // Late by more than one month, but not too late: billed once more, and only once
        receive(record("2026-10-30T22:00:00Z", "a.example", "/", 8)); // 34 days
        clockShows("2027-01-05T00:00:00Z", "2027-01-05T00:00:00Z");
        upkeep.run(closing);
        assertThat(statements.closed("c", Month.parse("2026-12")).orElseThrow().adjustments())
                .containsExactly(new Statements.Adjustment("2026-10", "a.example", "westusa", 1, 8, 7));
        assertThat(verification.of("c", Month.parse("2026-12")).orElseThrow().result())
                .isEqualTo("EQUAL");
        long billed = statements.closed("c").stream()
                .mapToLong(head -> head.bytesOut() + head.adjustmentBytesOut())
                .sum();
        assertThat(billed)
                .isEqualTo(counted.stream().mapToLong(AccessRecord::bytesOut).sum());
        assertThat(statements.closed("c", OCTOBER)).contains(before);
    }

    @Test
    void clocksThatAreADayOffBillNothingTwiceAndNothingNever() throws Exception {
        // An edge a day ahead says November; it is still October here.
        clockShows("2026-10-31T12:00:00Z", "2026-10-31T12:00:00Z");
        receive(record("2026-11-01T12:00:00Z", "a.example", "/", 1));
        // An edge a day behind says October; that is still open.
        clockShows("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z");
        receive(record("2026-10-31T12:00:00Z", "a.example", "/", 20));
        // The log server's clock jumps a day ahead: the grace is longer.
        clockShows("2026-11-02T12:00:00Z", "2026-11-02T12:00:00Z");
        upkeep.run(closing);
        assertThat(statements.closed("c")).isEmpty();
        // And a day back, after the month was closed: it is not closed again.
        clockShows("2026-11-04T01:00:00Z", "2026-11-04T01:00:00Z");
        upkeep.run(closing);
        clockShows("2026-11-03T01:00:00Z", "2026-11-03T01:00:00Z");
        receive(record("2026-11-03T00:59:00Z", "a.example", "/", 300));
        upkeep.run(closing);
        assertThat(statements.closed("c"))
                .extracting(head -> head.month() + " " + head.bytesOut())
                .containsExactly("2026-10 21");
        assertThat(statements.open("c", NOVEMBER, null).bytesOut()).isEqualTo(300);
    }

    @Test
    void theDatabaseItselfRefusesToChangeWhatIsClosed() throws Exception {
        receive(record("2026-10-20T10:00:00Z", "a.example", "/", 500));
        clockShows("2026-11-04T00:00:00Z", "2026-11-04T00:00:00Z");
        upkeep.run(closing);
        JdbcClient jdbc = JdbcClient.create(database);
        for (String change : List.of(
                "UPDATE log.statement SET bytes_out = 1",
                "DELETE FROM log.statement",
                "TRUNCATE log.statement",
                "UPDATE log.statement_line SET bytes_out = 1",
                "DELETE FROM log.statement_line WHERE domain = ''",
                "TRUNCATE log.statement_line",
                "DELETE FROM log.statement_source",
                "INSERT INTO log.statement_line VALUES ('c', '2026-10-01', 'x', 'y', 1, 1, 1, 1)",
                "INSERT INTO log.statement_adjustment VALUES ('c', '2026-10-01', '2026-09-01', 'x', 'y', 1, 1, 1)")) {
            assertThatThrownBy(() -> jdbc.sql(change).update())
                    .as(change)
                    .hasMessageContaining("a closed statement does not change");
        }
    }

    @Test
    void verificationFindsWhatWasTamperedWithAndSaysWhenRawLogsAreGone() throws Exception {
        receive(record("2026-10-20T10:00:00Z", "a.example", "/", 500));
        clockShows("2026-11-04T00:00:00Z", "2026-11-04T00:00:00Z");
        upkeep.run(closing);
        JdbcClient jdbc = JdbcClient.create(database);
        jdbc.sql("ALTER TABLE log.statement_line DISABLE TRIGGER unchanging").update();
        jdbc.sql("UPDATE log.statement_line SET bytes_out = 501 WHERE domain = '' AND pop = ''")
                .update();
        Verification.Outcome changed = verification.of("c", OCTOBER).orElseThrow();
        assertThat(changed.result()).isEqualTo("DIFFERENT");
        assertThat(changed.differences())
                .singleElement()
                .asString()
                .contains("501")
                .contains("500");

        Files.delete(directory.resolve("c/2026/10/20/10.ndjson.zst"));
        Verification.Outcome gone = verification.of("c", OCTOBER).orElseThrow();
        assertThat(gone.result()).isEqualTo("UNKNOWN");
        assertThat(gone.problems()).singleElement().asString().contains("10.ndjson.zst");
        assertThat(verification.of("c", NOVEMBER)).isEmpty();
    }

    /** A deputy took a part: each has some of the records, and together they prove the statement. */
    @Test
    void aStatementIsProvedFromTheRawLogsOfTwoServers() throws Exception {
        NodeName deputy = NodeName.of("log2.hq");
        Path elsewhere = directory.resolve("elsewhere");
        receive(
                record("2026-10-20T10:00:00Z", "a.example", "/", 500),
                record("2026-10-20T10:07:00Z", "a.example", "/e", 50));
        try (RawLog taken = new RawLog(elsewhere, deputy)) {
            RawLog own = rawLog;
            rawLog = taken;
            receive(
                    record("2026-10-20T10:00:01Z", "a.example", "/", 7),
                    record("2026-10-21T10:00:00Z", "b.example", "/e", 3));
            rawLog = own;
            clockShows("2026-11-04T00:00:00Z", "2026-11-04T00:00:00Z");
            upkeep.run(closing);
            Verification.Outcome alone = verification.of("c", OCTOBER).orElseThrow();
            assertThat(alone.result()).isEqualTo("UNKNOWN");
            assertThat(alone.problems()).singleElement().asString().contains("log2.hq", "does not answer");

            rawLog = taken;
            receive(record("2026-10-20T10:00:02Z", "a.example", "/", 11)); // late, on the deputy
            rawLog = own;
            receive(record("2026-11-20T10:00:02Z", "a.example", "/", 90));
            clockShows("2026-12-04T00:00:00Z", "2026-12-04T00:00:00Z");
            upkeep.run(closing);

            AtomicInteger asked = new AtomicInteger();
            Verification other = new Verification(
                    statements, new RawAccesses(elsewhere), deputy.toString(), (server, customer, month) -> {
                        throw new AssertionError("a part is this server's own");
                    });
            Verification whole = new Verification(
                    statements, new RawAccesses(directory), SERVER.toString(), (server, customer, month) -> {
                        assertThat(server).isEqualTo("log2.hq");
                        asked.incrementAndGet();
                        ObjectMapper json = new ObjectMapper();
                        return json.readValue(json.writeValueAsString(other.part(customer, month)), ServerPart.class);
                    });
            Verification.Outcome october = whole.of("c", OCTOBER).orElseThrow();
            assertThat(october.differences()).isEmpty();
            assertThat(october.result()).isEqualTo("EQUAL");
            assertThat(october.accesses()).isEqualTo(4);
            Verification.Outcome november = whole.of("c", NOVEMBER).orElseThrow();
            assertThat(november.differences()).isEmpty();
            assertThat(november.result()).isEqualTo("EQUAL");
            assertThat(november.accesses()).isEqualTo(2);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void the95thPercentileIsTheIntervalThatFivePercentExceed() throws Exception {
        Random random = new Random(51);
        List<AccessRecord> records = new ArrayList<>();
        Map<Long, Long> intervals = new TreeMap<>();
        long start = OCTOBER.start().toInstant().toEpochMilli();
        for (int i = 0; i < 4000; i++) {
            long time = start + random.nextLong(Duration.ofDays(2).toMillis());
            long bytes = random.nextInt(1_000_000);
            intervals.merge((time - start) / 300_000, bytes, Long::sum);
            records.add(record(
                    Instant.ofEpochMilli(time).toString(),
                    i % 3 == 0 ? "a.example" : "b.example",
                    i % 2 == 0 ? "/" : "/e",
                    bytes));
        }
        receive(records.toArray(AccessRecord[]::new));
        clockShows("2026-11-04T00:00:00Z", "2026-11-04T00:00:00Z");
        upkeep.run(closing);
        long[] all = new long[31 * 288];
        intervals.forEach((interval, bytes) -> all[interval.intValue()] = bytes);
        Arrays.sort(all);
        long exact = all[(int) Math.ceil(all.length * 0.95) - 1];
        assertThat(exact).isPositive();
        assertThat(statements.lines("c", OCTOBER).get(new Recount.Part("", "")).p95Bytes())
                .isEqualTo(exact);
        Verification.Outcome outcome = verification.of("c", OCTOBER).orElseThrow();
        assertThat(outcome.differences()).isEmpty();
        assertThat(outcome.result()).isEqualTo("EQUAL");
        assertThat(outcome.accesses()).isEqualTo(4000);
    }
}
