package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.intake.Network;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;

/** PostgreSQL is away at the start, comes, goes in the middle and comes back. */
class DatabaseAwayTest {
    private static final NodeName EDGE = NodeName.of("edge1.westusa");
    private static final NodeName SERVER = NodeName.of("log.hq");
    private static final String SUMMARY =
            "/traffic/summary?customer=customer1&from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z";

    @TempDir
    Path directory;

    private int port;

    /** What 400 requests a second for ten minutes leave in the spool meanwhile. */
    @Test
    @Tag("slow")
    void tenMinutesOfTrafficAreKeptWhileItIsAwayAndThenCountedExactly() throws Exception {
        int records = 240_000;
        port = freePort();
        long now = System.currentTimeMillis();
        try (Network network = new Network(4, 0);
                RunningLogService service = new RunningLogService(
                        "jdbc:postgresql://localhost:" + port + "/postgres",
                        directory.resolve("state"),
                        network.port(SERVER),
                        InstantSource.system());
                TestSender sender = new TestSender(directory.resolve("edge"), network.port(EDGE), SERVER, 1)) {
            long bytes;
            try (EmbeddedPostgres postgres = startPostgres()) {
                bytes = append(sender, now - 600_000, 0, 1000);
                counted(service, now, 1000, bytes);
                assertThat(postgres.getPort()).isEqualTo(port);
            }
            bytes += append(sender, now - 600_000, 1000, records);
            await().atMost(Duration.ofMinutes(1)).until(() -> service.get("/actuator/prometheus")
                    .body()
                    .lines()
                    .anyMatch(line -> line.startsWith("popnet_log_dropped_total{reason=\"database\"}")
                            && !line.endsWith(" 0.0")));
            await().until(() -> !sender.isEmpty());
            assertThat(sender.dropped()).isZero();

            try (EmbeddedPostgres again = startPostgres()) {
                await().atMost(Duration.ofMinutes(5)).until(sender::isEmpty);
                counted(service, now, records, bytes);
                assertThat(sender.dropped()).isZero();
                assertThat(again.getPort()).isEqualTo(port);
            }
        }
    }

    @Test
    void theServiceStartsWithoutItRecoversWithItAndCountsEverythingOnce() throws Exception {
        port = freePort();
        String url = "jdbc:postgresql://localhost:" + port + "/postgres";
        InstantSource clock = InstantSource.system();
        long now = clock.millis();
        long bytes = 0;
        try (Network network = new Network(3, 5);
                RunningLogService service =
                        new RunningLogService(url, directory.resolve("state"), network.port(SERVER), clock);
                TestSender sender = new TestSender(directory.resolve("edge"), network.port(EDGE), SERVER, 1)) {
            bytes += append(sender, now, 0, 2000);
            assertThat(service.get("/actuator/health").statusCode()).isEqualTo(503);
            unavailable(service.get(summary(now)));
            assertThat(service.get("/traffic/current?customer=customer1").statusCode())
                    .isEqualTo(200);

            EmbeddedPostgres postgres = startPostgres();
            try {
                counted(service, now, 2000, bytes);
                assertThat(service.get("/actuator/health").statusCode()).isEqualTo(200);
                bytes += append(sender, now, 2000, 6000);
            } finally {
                postgres.close();
            }
            bytes += append(sender, now, 6000, 10_000);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> service.get(summary(now)).statusCode() == 503);
            unavailable(service.get(summary(now)));
            assertThat(service.get("/traffic/current?customer=customer1").statusCode())
                    .isEqualTo(200);
            assertThat(sender.isEmpty()).isFalse();

            try (EmbeddedPostgres again = startPostgres()) {
                counted(service, now, 10_000, bytes);
                await().atMost(Duration.ofSeconds(30)).until(sender::isEmpty);
                counted(service, now, 10_000, bytes);
                assertThat(again.getPort()).isEqualTo(port);
            }
        }
    }

    private static String summary(long now) {
        return SUMMARY.replace(
                        "2026-01-01T00:00:00Z",
                        java.time.Instant.ofEpochMilli(now - 86_400_000L).toString())
                .replace(
                        "2027-01-01T00:00:00Z",
                        java.time.Instant.ofEpochMilli(now + 86_400_000L).toString());
    }

    private static void counted(RunningLogService service, long now, int requests, long bytes) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(service.get(summary(now)).body())
                        .contains("\"requests\":" + requests + ",")
                        .contains("\"bytesOut\":" + bytes + ","));
    }

    private static void unavailable(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(response.body()).contains("nothing is lost");
    }

    private static long append(TestSender sender, long now, int from, int to) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            sender.sink()
                    .append(
                            "customer1",
                            new AccessRecord(
                                    now + i * 5L / 2,
                                    "www.customer1.example",
                                    "192.0.2.1",
                                    "GET",
                                    "/" + i % 100,
                                    "HTTP/2",
                                    200,
                                    CacheResult.HIT,
                                    1000 + i,
                                    10,
                                    10,
                                    10,
                                    null,
                                    null,
                                    null));
            bytes += 1000 + i;
        }
        return bytes;
    }

    private EmbeddedPostgres startPostgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(directory.resolve("postgres"))
                .setCleanDataDirectory(false)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
