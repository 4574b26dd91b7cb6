package org.popnet.log.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.TestDatabase;
import org.popnet.log.raw.RawLog;
import org.popnet.log.traffic.AggregateStore;
import org.popnet.log.traffic.LiveTraffic;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;

/** A sender that changes between primary and deputy gives both the same batches. */
class DeputyTest {
    private static final List<String> EDGES = List.of("edge1.westusa", "edge2.westusa", "edge1.europe");

    @TempDir
    Path directory;

    @Test
    void batchesThatBothLogServersGetAtOnceAreCountedOnce() throws Exception {
        String url = TestDatabase.create();
        TestDatabase.flyway(TestDatabase.dataSource(url)).migrate();
        long now = System.currentTimeMillis();
        Workload workload = new Workload(3, now - 7_200_000);
        List<Arrival> arrivals = arrivals(workload, now);
        try (ExecutorService servers = Executors.newFixedThreadPool(2)) {
            Future<Long> primary = servers.submit(() -> takeAll(url, NodeName.of("log.hq"), arrivals, 1));
            Future<Long> deputy = servers.submit(() -> takeAll(url, NodeName.of("log2.hq"), arrivals, 2));
            long counted = primary.get() + deputy.get();
            assertThat(counted).isEqualTo(arrivals.size());
        }
        assertThat(Workload.stored(TestDatabase.dataSource(url), "traffic_minute"))
                .isEqualTo(workload.expected());
    }

    private static List<Arrival> arrivals(Workload workload, long now) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int batch = 1; batch <= 100; batch++) {
            for (String edge : EDGES) {
                List<LogRecord> records = new ArrayList<>();
                workload.play((customer, record) -> records.add(record), 10);
                arrivals.add(new Arrival(
                        NodeName.of(edge), TestSender.batch("customer1", edge.hashCode(), batch, batch, records), now));
            }
        }
        return arrivals;
    }

    /** Writes all in an order of its own, again what failed, and says how many it counted itself. */
    private long takeAll(String url, NodeName server, List<Arrival> arrivals, long seed) throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        List<Arrival> shuffled = new ArrayList<>(arrivals);
        Collections.shuffle(shuffled, new Random(seed));
        try (HikariDataSource pool = new HikariDataSource();
                Network network = new Network(seed, 0);
                RawLog rawLog = new RawLog(directory.resolve(server.node()), server)) {
            pool.setJdbcUrl(url);
            pool.setMaximumPoolSize(2);
            BatchWriter writer = new BatchWriter(
                    pool,
                    rawLog,
                    new Figures(new AggregateStore(1000), LogSettings.defaults()),
                    new LiveTraffic(),
                    LogSettings.defaults(),
                    network.port(server),
                    meters,
                    stage -> {});
            for (int from = 0; from < shuffled.size(); from += 7) {
                List<Arrival> group = shuffled.subList(from, Math.min(shuffled.size(), from + 7));
                for (int attempt = 0; !writer.write(group); attempt++) {
                    assertThat(attempt).isLessThan(20);
                }
            }
        }
        return (long) meters.counter("popnet.log.batches", "result", "counted").count();
    }
}
