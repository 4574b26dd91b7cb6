package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.intake.Network;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** PostgreSQL is away for so long that an edge's spool is full. */
@ExtendWith(OutputCaptureExtension.class)
class FullSpoolTest {
    private static final NodeName EDGE = NodeName.of("edge1.westusa");
    private static final NodeName SERVER = NodeName.of("log.hq");
    private static final DataSize SPOOL_MAX = DataSize.ofKilobytes(512);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final long startMs = System.currentTimeMillis() - 3_600_000;
    private int port;
    private int appended;
    private int kept;
    private long keptBytes;
    private long firstLostMs;
    private long lastLostMs;

    @Test
    void theLossIsCountedAlarmedAndSeenInTheLedgerAndWhatWasKeptIsExact(CapturedOutput output) throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        try (Network network = new Network(6, 10);
                RunningLogService service = new RunningLogService(
                        "jdbc:postgresql://localhost:" + port + "/postgres",
                        directory.resolve("state"),
                        network.port(SERVER),
                        InstantSource.system())) {
            int lost;
            try (TestSender edge = edge(network)) {
                try (EmbeddedPostgres postgres = startPostgres()) {
                    append(edge, 1000);
                    counted(service);
                    await().atMost(PATIENCE).until(edge::isEmpty);
                    assertThat(edge.fill()).isLessThan(0.5);
                    assertThat(ledger(service).get("lostRecords").asLong()).isZero();
                    assertThat(ledger(service).get("lostFrom").isNull()).isTrue();
                    assertThat(postgres.getPort()).isEqualTo(port);
                }
                // Users go on asking until it has been said that what they ask is lost.
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
                    append(edge, 100);
                    return edge.dropped() >= 500
                            && output.getAll().contains("% full, most of it for customer1")
                            && output.getAll().contains("are lost for accounting");
                });
                lost = (int) edge.dropped();
                assertThat(lost).isEqualTo(appended - kept);
                assertThat(edge.fill()).isGreaterThan(0.5);
            }
            // The edge restarts meanwhile, and knows what it has lost.
            try (TestSender edge = edge(network);
                    EmbeddedPostgres again = startPostgres()) {
                counted(service);
                await().atMost(PATIENCE).until(edge::isEmpty);
                append(edge, 1000);
                counted(service);
                await().atMost(PATIENCE).until(edge::isEmpty);
                assertThat(edge.dropped()).isZero();
                counted(service);

                JsonNode sender = ledger(service);
                assertThat(sender.get("node").asString()).isEqualTo(EDGE.toString());
                assertThat(sender.get("state").asString()).isEqualTo("COMPLETE");
                assertThat(sender.get("records").asLong()).isEqualTo(kept);
                assertThat(sender.get("lostRecords").asLong()).isEqualTo(lost);
                assertThat(Instant.parse(sender.get("lostFrom").asString()).toEpochMilli())
                        .isEqualTo(firstLostMs);
                assertThat(Instant.parse(sender.get("lostTo").asString()).toEpochMilli())
                        .isEqualTo(lastLostMs);
                // Figures of that time say that they are too low, those of another do not.
                assertThat(lostOf(service, lastLostMs)).isEqualTo(lost);
                assertThat(lostOf(service, lastLostMs + 60_000)).isZero();
                assertThat(lostOf(service, firstLostMs - 60_000)).isZero();
                assertThat(service.get("/actuator/prometheus").body())
                        .contains("popnet_log_records_lost_total " + (double) lost);
                assertThat(output).contains("edge1.westusa says that it had no room for ");
                assertThat(again.getPort()).isEqualTo(port);
            }
        }
    }

    private TestSender edge(Network network) throws IOException {
        return new TestSender(directory.resolve("edge"), network.port(EDGE), SERVER, SPOOL_MAX, 1);
    }

    private void append(TestSender edge, int count) {
        for (int i = 0; i < count; i++) {
            AccessRecord record = new AccessRecord(
                    startMs + appended,
                    "www.customer1.example",
                    "192.0.2.1",
                    "GET",
                    "/" + appended,
                    "HTTP/2",
                    200,
                    CacheResult.HIT,
                    1000 + appended,
                    10,
                    10,
                    10,
                    null,
                    null,
                    null);
            double before = edge.dropped();
            edge.sink().append("customer1", record);
            appended++;
            if (edge.dropped() == before) {
                kept++;
                keptBytes += record.bytesOut();
            } else {
                firstLostMs = firstLostMs == 0 ? record.timeMs() : firstLostMs;
                lastLostMs = record.timeMs();
            }
        }
    }

    private void counted(RunningLogService service) {
        Instant start = Instant.ofEpochMilli(startMs);
        String summary = "/traffic/summary?customer=customer1&from=" + start.minusSeconds(3600) + "&to="
                + start.plusSeconds(7200);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(service.get(summary).body())
                        .contains("\"requests\":" + kept + ",")
                        .contains("\"bytesOut\":" + keptBytes + ","));
    }

    /** How many requests the figures of this minute lack at most. */
    private static long lostOf(RunningLogService service, long ms) {
        Instant minute = Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.MINUTES);
        return new ObjectMapper()
                .readTree(service.get(
                                "/traffic/summary?customer=customer1&from=" + minute + "&to=" + minute.plusSeconds(60))
                        .body())
                .get("lostRecords")
                .asLong();
    }

    private static JsonNode ledger(RunningLogService service) {
        return new ObjectMapper()
                .readTree(service.get("/logs/completeness?customer=customer1").body())
                .get(0);
    }

    private EmbeddedPostgres startPostgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(directory.resolve("postgres"))
                .setCleanDataDirectory(false)
                .start();
    }
}
