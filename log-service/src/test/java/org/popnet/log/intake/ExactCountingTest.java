package org.popnet.log.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.TestDatabase;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;

class ExactCountingTest {
    @TempDir
    Path directory;

    @Test
    void sumsAreExactUnderLossDuplicationAndReordering() throws Exception {
        count(60_000, stage -> {});
    }

    @Test
    @Tag("slow")
    void sumsOfAMillionRecordsAreExactUnderLossDuplicationAndReordering() throws Exception {
        count(1_000_000, stage -> {});
    }

    @Test
    void sumsAreExactWhenTransactionsFailAtAnyStage() throws Exception {
        Random random = new Random(9);
        AtomicInteger faults = new AtomicInteger();
        // How many transactions the records take, and so how many fail, depends on the machine.
        for (int round = 0; round < 10 && faults.get() <= 5; round++) {
            count(20_000, stage -> {
                if (random.nextInt(6) == 0) {
                    faults.incrementAndGet();
                    throw new IllegalStateException("failed on purpose at " + stage);
                }
            });
        }
        assertThat(faults.get()).isGreaterThan(5);
    }

    private void count(int records, Consumer<Stage> stages) throws Exception {
        Path root = Files.createTempDirectory(directory, "count");
        String url = TestDatabase.create();
        DataSource database = TestDatabase.dataSource(url);
        long now = System.currentTimeMillis();
        Workload workload = new Workload(4, now - 7_200_000);
        List<TestSender> edges = new ArrayList<>();
        try (Network network = new Network(17, 20);
                LogServer server = new LogServer(
                        url, root.resolve("raw"), network.port(LogServer.NAME), InstantSource.system(), stages)) {
            for (String edge : List.of("edge1.westusa", "edge2.westusa", "edge1.europe")) {
                NodeName name = NodeName.of(edge);
                edges.add(new TestSender(root.resolve(edge), network.port(name), LogServer.NAME, edges.size()));
            }
            for (int part = 0; part < 10; part++) {
                for (int edge = 0; edge < edges.size(); edge++) {
                    int until = (int) (records * (part * 3L + edge + 1) / 30);
                    workload.play(
                            edges.get(edge).sink(),
                            until - workload.expected().getFirst().intValue());
                }
            }
            await().atMost(Duration.ofMinutes(records > 100_000 ? 10 : 2)).until(() -> {
                return server.database.isReady()
                        && Workload.stored(database, "traffic_minute").getFirst()
                                >= workload.expected().getFirst();
            });
            await().atMost(Duration.ofMinutes(1)).until(() -> edges.stream().allMatch(TestSender::isEmpty));
            assertThat(Workload.stored(database, "traffic_minute")).isEqualTo(workload.expected());
            for (String table : List.of("traffic_hour", "traffic_day", "total_minute", "total_hour", "total_day")) {
                assertThat(Workload.stored(database, table)).as(table).isEqualTo(workload.expected());
            }
        } finally {
            edges.forEach(TestSender::close);
        }
    }
}
