package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.TestSender;

/** What comes over UDP to a running log server and must not count: each is counted by its reason, and nothing is lost. */
class HostileDatagramsTest {
    private static final int RECORDS = 4000;

    @TempDir
    Path directory;

    @Test
    void whatIsSpoiltOnTheWayIsCountedByItsReasonAndNothingIsLostOrDoubled() throws Exception {
        UdpNodes nodes = new UdpNodes(directory, 1);
        TestTree server = nodes.tree(UdpNodes.PRIMARY);
        long now = System.currentTimeMillis();
        try (RunningLogService service = new RunningLogService(
                        TestDatabase.create(),
                        nodes.state(UdpNodes.PRIMARY),
                        meters -> nodes.port(server, meters),
                        server,
                        InstantSource.system());
                HostileRelay relay = new HostileRelay("127.131.1.100", nodes.address(UdpNodes.PRIMARY), 8);
                UdpDatagramPort edge = nodes.port(
                        nodes.tree(UdpNodes.EDGE1, Map.of(UdpNodes.PRIMARY, relay.address()), Map.of()),
                        new SimpleMeterRegistry());
                TestSender sender = new TestSender(directory.resolve("spool"), edge, UdpNodes.PRIMARY, 1)) {
            await().until(() -> service.get("/actuator/health").statusCode() == 200);
            long bytes = append(sender, now, 0, 1);
            counted(service, now, 1, bytes);
            double before = dropped(service, "");

            relay.hostile = true;
            int records = 1;
            // How many datagrams the records fill, and so how many are spoilt, depends on the sender's timing.
            for (int round = 0; round < 20 && relay.spoilt() <= 50; round++) {
                bytes += append(sender, now, records, records + RECORDS);
                records += RECORDS;
                counted(service, now, records, bytes);
                await().atMost(Duration.ofSeconds(60)).until(sender::isEmpty);
            }

            assertThat(relay.spoilt()).isGreaterThan(50);
            await().untilAsserted(
                            () -> assertThat(dropped(service, "") - before).isEqualTo(relay.spoilt()));
            assertThat(dropped(service, "unauthentic")).isEqualTo(relay.flipped.get());
            assertThat(dropped(service, "truncated")).isEqualTo(relay.truncated.get());
            assertThat(dropped(service, "oversized")).isEqualTo(relay.oversized.get());
            assertThat(dropped(service, "replayed")).isEqualTo(relay.replayed.get());
            assertThat(dropped(service, "unknown-sender")).isEqualTo(relay.forged.get());
            counted(service, now, records, bytes);
        }
    }

    @Test
    void whatIsAuthenticAndStillWrongIsCountedByItsReason() throws Exception {
        UdpNodes nodes = new UdpNodes(directory, 2);
        TestTree server = nodes.tree(UdpNodes.PRIMARY);
        long now = System.currentTimeMillis();
        String url = "/" + "x\u0001\r\n".repeat(15_000); // 60 KB
        try (RunningLogService service = new RunningLogService(
                        TestDatabase.create(),
                        nodes.state(UdpNodes.PRIMARY),
                        meters -> nodes.port(server, meters),
                        server,
                        InstantSource.system());
                UdpDatagramPort edge = nodes.port(nodes.tree(UdpNodes.EDGE1), new SimpleMeterRegistry());
                UdpDatagramPort console = nodes.port(
                        nodes.tree(UdpNodes.CONSOLE, Map.of(), Map.of(UdpNodes.CONSOLE, "edge-cache")),
                        new SimpleMeterRegistry())) {
            await().until(() -> service.get("/actuator/health").statusCode() == 200);
            List<LogAck> acks = new CopyOnWriteArrayList<>();
            edge.onReceive(LogAck.class, ack -> acks.add(ack.message()));
            List<AccessRecord> odd = List.of(
                    record(now, "/", 1),
                    record(now, url, 20),
                    record(Instant.parse("2999-01-01T00:00:00Z").toEpochMilli(), "/future", 300));
            LogBatch good = TestSender.batch("customer1", 5, 1, 1, odd);
            await().untilAsserted(() -> {
                edge.send(UdpNodes.PRIMARY, good); // the first one tells the edge the server's epoch
                assertThat(acks).anySatisfy(ack -> assertThat(ack.batches()).contains(1L));
            });

            edge.send(UdpNodes.PRIMARY, new LogBatch("customer9", 6, 1, 1, good.zstd()));
            edge.send(UdpNodes.PRIMARY, new LogBatch("nobody", 7, 1, 1, good.zstd()));
            await().untilAsserted(() -> assertThat(acks)
                    .filteredOn(LogAck::notMine)
                    .extracting(LogAck::customer)
                    .containsExactly("customer9", "nobody"));
            assertThat(metric(service, "popnet_log_dropped_total{reason=\"not-mine\"}"))
                    .isEqualTo(2);

            edge.send(UdpNodes.PRIMARY, new LogBatch("customer1", 5, 2, 3, new byte[] {2, 2, 1, 2, 3, 4}));
            edge.send(UdpNodes.PRIMARY, new LogBatch("customer1", 5, 3, 1_000_000, good.zstd()));
            edge.send(UdpNodes.PRIMARY, new LogBatch("customer1", 5, Long.MIN_VALUE, 3, good.zstd()));
            edge.send(UdpNodes.PRIMARY, new LogBatch("customer1", 5, 4, 3, new byte[] {99, 2, 1, 2, 3, 4}));
            await().untilAsserted(() -> assertThat(metric(service, "popnet_log_batches_total{result=\"rejected\"}"))
                    .isEqualTo(3));
            await().untilAsserted(() -> assertThat(metric(service, "popnet_log_batches_total{result=\"postponed\"}"))
                    .isEqualTo(1));

            // Who may not send logs: the first one is answered with the server's epoch, as that says nothing
            await().untilAsserted(() -> {
                console.send(UdpNodes.PRIMARY, TestSender.batch("customer1", 8, 1, 1, odd));
                assertThat(dropped(service, "not-allowed")).isPositive();
            });

            assertThat(metric(service, "popnet_log_records_accounted_on_arrival_total"))
                    .isEqualTo(1);
            counted(service, now, 3, 321);
            String lines = service.get("/logs/raw?customer=customer1&format=combined&from="
                            + Instant.ofEpochMilli(now).minusSeconds(3600) + "&to="
                            + Instant.ofEpochMilli(now).plusSeconds(3600))
                    .body();
            assertThat(lines.lines()).hasSize(3).allSatisfy(line -> assertThat(line.length())
                    .isLessThan(3000));
            assertThat(lines).doesNotContain("\u0001").doesNotContain("\r");
        }
    }

    private static AccessRecord record(long timeMs, String url, long bytes) {
        return new AccessRecord(
                timeMs,
                "www.customer1.example",
                "192.0.2.1",
                "GET",
                url,
                "HTTP/2",
                200,
                CacheResult.HIT,
                bytes,
                10,
                10,
                10,
                null,
                null,
                null);
    }

    private static long append(TestSender sender, long now, int from, int to) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            sender.sink().append("customer1", record(now, "/" + i * 7919, 1000 + i));
            bytes += 1000 + i;
        }
        return bytes;
    }

    private static void counted(RunningLogService service, long now, int requests, long bytes) {
        String summary = "/traffic/summary?customer=customer1&from="
                + Instant.ofEpochMilli(now).minusSeconds(86_400) + "&to="
                + Instant.ofEpochMilli(now).plusSeconds(86_400);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(service.get(summary).body())
                        .contains("\"requests\":" + requests + ",")
                        .contains("\"bytesOut\":" + bytes + ","));
    }

    /** Datagrams that were received and dropped, for one reason or for all. */
    private static double dropped(RunningLogService service, String reason) {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("popnet_datagrams_dropped_total{direction=\"in\""))
                .filter(line -> reason.isEmpty() || line.contains("reason=\"" + reason + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static double metric(RunningLogService service, String name) {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
